using System.Collections.Generic;

namespace GpuVSphere.Bitfusion;

/// <summary>Some lines of a servers.conf that belong together: one server, or what stands around servers.</summary>
/// <param name="Lines">The lines as they are, without their ends.</param>
/// <param name="IsServer">Whether they are a server; else a comment, an empty line or a heading.</param>
/// <param name="Addresses">The server's addresses; empty when none could be understood.</param>
/// <param name="Wrong">What was written where an address should be and is none; null when nothing was.</param>
internal sealed record ServersConfPart(IReadOnlyList<string> Lines, bool IsServer, IReadOnlyList<FlexDirectAddress> Addresses, string? Wrong);
