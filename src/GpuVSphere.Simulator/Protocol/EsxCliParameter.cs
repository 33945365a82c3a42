using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A parameter of an esxcli command.</summary>
/// <param name="Name">The name on the wire, such as <c>vibname</c>.</param>
/// <param name="Aliases">As typed, such as <c>--vibname</c> and <c>-n</c>.</param>
/// <param name="Help">What it is for.</param>
/// <param name="IsFlag">Whether it stands alone on the command line.</param>
/// <param name="IsRequired">Whether the command refuses to run without it.</param>
internal sealed record EsxCliParameter(string Name, IReadOnlyList<string> Aliases, string Help, bool IsFlag = false, bool IsRequired = false);
