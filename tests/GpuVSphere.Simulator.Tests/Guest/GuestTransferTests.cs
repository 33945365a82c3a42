using System;
using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Files of guests over HTTPS: by the server's own address, and by the host's, whose certificate vCenter knows.</summary>
public sealed class GuestTransferTests : IDisposable
{
    private readonly X509Certificate2 _certificate = Certificate("localhost");
    private readonly X509Certificate2 _other = Certificate("localhost");
    private readonly SimulatorLab _lab = new(new SimulatorOptions { ClockSpeed = 1_000 });
    private readonly SimulatorEndpoint _endpoint;

    public GuestTransferTests() => _endpoint = _lab.Simulator.Listen(new SimulatorListenOptions { Certificate = _certificate });

    public void Dispose()
    {
        _lab.Dispose();
        _certificate.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task AFile_GoesThroughTheServer_WhereItSaysSo()
    {
        using VimServer server = Server(null);
        Assert.Equal("hello", await ThereAndBackAsync(server));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFile_GoesThroughTheHost_WithTheCertificateThatVCenterHasOfIt(bool isPem)
    {
        byte[] known = isPem ? Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem()) : _certificate.RawData;
        _lab.Simulator.Orders.GuestFilesThrough("esx-67-01", _endpoint.Uri.GetLeftPart(UriPartial.Authority), known);
        using VimServer server = Server(null);
        Assert.Equal("hello", await ThereAndBackAsync(server));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AHostWithAnotherCertificate_OrOneThatNobodyKnows_GetsNothing(bool isKnown)
    {
        _lab.Simulator.Orders.GuestFilesThrough("esx-67-01", _endpoint.Uri.GetLeftPart(UriPartial.Authority), isKnown ? _other.RawData : null);
        using VimServer server = Server(null);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => ThereAndBackAsync(server));
        Assert.Equal("GuestTransferUntrusted", error.Id);
        Assert.Contains("-Ssh", error.NextStep, StringComparison.Ordinal);
        lock (_lab.Inventory.Gate)
        {
            Assert.Null(_lab.Vm("web-01").Guest.Files.Find("/etc/hello"));
        }
    }

    [Fact]
    public async Task ATrace_HasNeitherThePasswordNorTheTokenOfATransfer()
    {
        StringWriter trace = new();
        using (VimServer server = Server(trace))
        {
            await ThereAndBackAsync(server);
        }

        string text = trace.ToString();
        Assert.Contains("StartProgramInGuest", text, StringComparison.Ordinal);
        Assert.Contains("guestFile", text, StringComparison.Ordinal);
        Assert.DoesNotContain(SimulatorUser.DefaultPassword, text, StringComparison.Ordinal);
        Assert.DoesNotContain("token=", text.Replace("token=***", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private VimServer Server(TextWriter? trace) =>
        VimServer.Http(_endpoint.HostAndPort, new VimHttpOptions { Thumbprint = Convert.ToHexString(SHA256.HashData(_certificate.RawData)), Trace = trace });

    private async Task<string> ThereAndBackAsync(VimServer server)
    {
        using VimSession session = await Passthrough.VmLab.LogInAsync(server);
        using VimCredential login = new("root", ToolsShellTests.Secret(SimulatorUser.DefaultPassword));
        GuestAddress address = new(new VimObjectId(session.ServerUuid, new ManagedObjectReference("VirtualMachine", _lab.Raw.Vm("web-01").MoRef)), "web-01", null, null);
        using IGuestShell shell = await new ToolsGuestShells([session], login).OpenAsync(address, CancellationToken.None);
        byte[] bytes = Encoding.UTF8.GetBytes("hello");
        await shell.WriteFileAsync("/etc/hello", new MemoryStream(bytes), bytes.Length, GuestFileOptions.Default, CancellationToken.None);
        return Encoding.UTF8.GetString((await shell.ReadFileAsync("/etc/hello", CancellationToken.None))!);
    }
}
