using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>One vcsim with GPUs for the tests of a class: hosts DC0_H0, DC0_C0_H0 and DC0_C0_H1, two VMs in each pool.</summary>
public sealed class VcsimFixture : IDisposable
{
    private readonly DirectoryInfo? _folder;
    private readonly VcsimServer? _server;

    /// <summary>Starts it, when everything that it needs is on this machine.</summary>
    public VcsimFixture()
    {
        if ((Peer.Vcsim.Missing ?? Peer.Govc.Missing ?? Peer.Pyvmomi.Missing ?? Peer.GpuInventory.Missing) is null)
        {
            _folder = Directory.CreateTempSubdirectory("gpuvsphere-peers-");
            _server = VcsimServer.StartWithGpus(_folder.FullName, "-cluster", "1", "-host", "2", "-vm", "2");
        }
    }

    internal VcsimServer Server
    {
        get
        {
            Peer.Vcsim.Require();
            Peer.Govc.Require();
            Peer.Pyvmomi.Require();
            Peer.GpuInventory.Require();
            return _server!;
        }
    }

    internal VimServer Describe(VimHttpOptions? options = null) =>
        VimServer.Http(Server.HostAndPort, options ?? new VimHttpOptions { SkipCertificateCheck = true });

    internal Task<VimSession> ConnectAsync(CancellationToken cancellationToken) =>
        VimSession.ConnectAsync(Describe(), new VimCredential(Server.UserName, Server.Password.ToCharArray()), cancellationToken);

    /// <inheritdoc />
    public void Dispose()
    {
        _server?.Dispose();
        _folder?.Delete(recursive: true);
    }
}
