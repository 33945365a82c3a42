using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>What an esxcli command answered.</summary>
/// <param name="Command">The command, such as <c>graphics host get</c>.</param>
/// <param name="Rows">The records: many for a list, one for a get; none when it answered with plain text.</param>
/// <param name="Text">The answer of a command that has no records, such as <c>true</c>; else empty.</param>
public sealed record EsxCliResult(string Command, IReadOnlyList<EsxCliRow> Rows, string Text);
