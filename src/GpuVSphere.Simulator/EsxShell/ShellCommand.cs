using System.Collections.Generic;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>One command of a pipeline.</summary>
/// <param name="Words">Its name and arguments, without quotes.</param>
/// <param name="DropsOutput">Whether its output goes to /dev/null.</param>
/// <param name="DropsErrors">Whether its errors go to /dev/null.</param>
/// <param name="JoinsErrors">Whether its errors go where its output goes.</param>
internal sealed record ShellCommand(IReadOnlyList<string> Words, bool DropsOutput, bool DropsErrors, bool JoinsErrors);
