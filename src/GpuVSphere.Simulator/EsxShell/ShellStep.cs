using System.Collections.Generic;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>A pipeline of a command line.</summary>
/// <param name="Connector">What stands before it: <c>;</c>, <c>&amp;&amp;</c> or <c>||</c>.</param>
/// <param name="Pipeline">Its commands.</param>
internal sealed record ShellStep(string Connector, IReadOnlyList<ShellCommand> Pipeline);
