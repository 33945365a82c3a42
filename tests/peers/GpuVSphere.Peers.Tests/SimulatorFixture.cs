using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Simulator;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>Our simulator over HTTPS on a free port of 127.0.0.1, with a certificate of its own and a clock that runs fast.</summary>
internal sealed class SimulatorFixture : IDisposable
{
    private readonly X509Certificate2 _certificate = MakeCertificate();
    private readonly SimulatorEndpoint _endpoint;

    /// <summary>Starts it.</summary>
    /// <param name="requiresCookieQuotes">Whether the session cookie must come back with its quotes. A Go before 1.23, and so Debian's govc, loses them.</param>
    /// <param name="scenario">The inventory.</param>
    /// <param name="clockSpeed">How much faster its time goes.</param>
    public SimulatorFixture(bool requiresCookieQuotes = true, string scenario = "default", double clockSpeed = 1000)
    {
        Simulator = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = clockSpeed, RequireCookieQuotes = requiresCookieQuotes, Scenario = scenario });
        _endpoint = Simulator.Listen(new SimulatorListenOptions { Certificate = _certificate });
    }

    /// <summary>The simulator, for its raw state.</summary>
    public GpuSimulator Simulator { get; }

    /// <summary>The name and port for a client.</summary>
    public string HostAndPort => _endpoint.HostAndPort;

    /// <summary>The administrator.</summary>
    public string UserName => "administrator@vsphere.local";

    /// <summary>The administrator's password.</summary>
    public string Password => SimulatorUser.DefaultPassword;

    /// <summary>Runs govc against it.</summary>
    public PeerRun Govc(params string[] arguments) => Peer.Govc.Run(arguments, new Dictionary<string, string>
    {
        ["GOVC_URL"] = $"https://{HostAndPort}/sdk",
        ["GOVC_USERNAME"] = UserName,
        ["GOVC_PASSWORD"] = Password,
        ["GOVC_INSECURE"] = "true",
        ["GOVC_PERSIST_SESSION"] = "false",
    });

    /// <summary>Runs the program on pyvmomi against it.</summary>
    public PeerRun Pyvmomi(params string[] command) => PeerView.Start(Peer.Pyvmomi, "gpu.py", HostAndPort, UserName, Password, command);

    /// <summary>Runs the program on rbvmomi against it.</summary>
    public PeerRun Rbvmomi(params string[] command) => PeerView.Start(Peer.Rbvmomi, "gpu.rb", HostAndPort, UserName, Password, command);

    /// <summary>Reads the inventory over the network with our own client, which pins the certificate.</summary>
    public Task<GpuInventory> ReadAsync(CancellationToken cancellationToken) =>
        AskAsync(session => InventoryReader.ReadAsync(session, InventoryScope.Everything, cancellationToken), cancellationToken);

    /// <summary>Asks over the network with our own client, which pins the certificate.</summary>
    public async Task<T> AskAsync<T>(Func<VimSession, Task<T>> question, CancellationToken cancellationToken)
    {
        using VimServer server = VimServer.Http(HostAndPort, new VimHttpOptions { Thumbprint = Convert.ToHexString(SHA256.HashData(_certificate.RawData)) });
        using VimSession session = await VimSession.ConnectAsync(server, new VimCredential(UserName, Password.ToCharArray()), cancellationToken);
        T answer = await question(session);
        await session.LogoutAsync(cancellationToken);
        return answer;
    }

    /// <summary>One device as our own client reads it.</summary>
    public async Task<GpuDevice> ReadDeviceAsync(string host, string address, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).Hosts.Single(one => one.Name == host).Devices.Single(device => device.Address.ToString() == address);

    /// <summary>One VM as our own client reads it.</summary>
    public async Task<GpuVm> ReadVmAsync(string name, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).Vms.Single(vm => vm.Name == name);

    /// <inheritdoc />
    public void Dispose()
    {
        _endpoint.Dispose();
        Simulator.Dispose();
        _certificate.Dispose();
    }

    private static X509Certificate2 MakeCertificate()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // Through PKCS #12, since SslStream on Windows wants a key that is not ephemeral.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
