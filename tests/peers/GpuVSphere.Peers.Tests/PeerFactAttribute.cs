using GpuVSphere.Testing;

namespace GpuVSphere.Peers.Tests;

/// <summary>The peers ring's line for one peer.</summary>
internal sealed class PeerFactAttribute : RingFactAttribute
{
    /// <summary>Makes the line.</summary>
    /// <param name="peer">The name of a property of <see cref="Peer"/>.</param>
    public PeerFactAttribute(string peer)
        : base($"Ring 4, peers: {peer.ToLowerInvariant()}", ((Peer)typeof(Peer).GetProperty(peer)!.GetValue(null)!).Missing)
    {
    }
}
