using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>What esxcli prints instead of a result: it goes into the errMsg list of a CLIFault.</summary>
internal class EsxCliFault(params string[] messages) : Exception(string.Join(" ", messages))
{
    public IReadOnlyList<string> Messages { get; } = messages;
}
