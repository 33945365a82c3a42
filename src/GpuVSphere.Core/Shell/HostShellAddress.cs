using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>Where the shell of an ESXi host is.</summary>
/// <param name="Host">The host as its server knows it.</param>
/// <param name="Name">Its DNS name or address, as the server has it: what an SSH client is given.</param>
public sealed record HostShellAddress(VimObjectId Host, string Name);
