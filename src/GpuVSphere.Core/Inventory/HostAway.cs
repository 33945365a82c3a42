namespace GpuVSphere.Inventory;

/// <summary>The error about a host that does not answer, and so cannot be asked.</summary>
internal static class HostAway
{
    /// <summary>HostNotConnected.</summary>
    /// <param name="host">The host.</param>
    /// <param name="consequence">What cannot be done, as a clause.</param>
    public static GpuVSphereException Error(GpuHost host, string consequence) => new(
        "HostNotConnected",
        GpuErrorCategory.InvalidState,
        $"{host.Name} is {host.ConnectionState}: {consequence}.",
        host.Name,
        "Reconnect the host in vCenter, then run the command again.");
}
