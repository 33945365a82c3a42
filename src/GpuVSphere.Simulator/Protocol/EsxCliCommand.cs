using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>One esxcli command of a host, and what it does.</summary>
internal sealed class EsxCliCommand
{
    /// <summary>Such as <c>graphics.host</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>Such as <c>get</c>.</summary>
    public required string Name { get; init; }

    public string Help { get; init; } = string.Empty;

    /// <summary>The privilege on the host that the command needs; null for one that only reads.</summary>
    public string? Privilege { get; init; }

    public IReadOnlyList<EsxCliParameter> Parameters { get; init; } = [];

    /// <summary>How a client shows the result: <c>simple</c> or <c>table</c>.</summary>
    public string Formatter { get; init; } = "simple";

    /// <summary>The columns of a table, in order: field names of the rows. The row type is taken from <see cref="RowType"/>.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The last part of the type of a row or object, such as <c>VIBSummaryExt</c>; the protocol puts <c>VimEsxCLI</c>, namespace and command before it.</summary>
    public string RowType { get; init; } = "Result";

    /// <summary>
    /// Runs the command. Gives null (sent as true), a string, a bool, a long, a <see cref="DataObject"/> (one object), or a list of them (rows).
    /// Fields may come in any order (they are sent alphabetically) and hold string, bool, long or lists of those.
    /// The TypeName of a row may be left empty. Not called under the gate. Throws <see cref="EsxCliFault"/> for what esxcli refuses.
    /// </summary>
    public required Func<EsxCliCall, CancellationToken, Task<object?>> RunAsync { get; init; }
}
