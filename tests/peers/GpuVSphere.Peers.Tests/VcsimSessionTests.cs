using System;
using System.Linq;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>Our client's sessions and certificates, against govmomi's server; curl is the other client where two are needed.</summary>
public sealed class VcsimSessionTests : IClassFixture<VcsimFixture>, IDisposable
{
    private readonly VcsimFixture _vcsim;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public VcsimSessionTests(VcsimFixture vcsim) => _vcsim = vcsim;

    public void Dispose() => _limit.Dispose();

    [SkippableFact]
    public async Task Login_TellsWhoAndWhere()
    {
        using VimSession session = await _vcsim.ConnectAsync(_limit.Token);

        Assert.True(session.IsVCenter);
        Assert.False(session.IsBorrowed);
        Assert.Equal("user", session.UserName);
        Assert.True(await session.IsAliveAsync(_limit.Token));

        await session.LogoutAsync(_limit.Token);
        Assert.False(await session.IsAliveAsync(_limit.Token));
    }

    [SkippableFact]
    public async Task AWrongPassword_IsNamedAsSuch()
    {
        using VimServer server = _vcsim.Describe();
        InvalidLoginException refused = await Assert.ThrowsAsync<InvalidLoginException>(
            () => VimSession.ConnectAsync(server, new VimCredential("user", "not it".ToCharArray()), _limit.Token));
        Assert.Equal("InvalidLogin", refused.Id);
    }

    [SkippableFact]
    public async Task AnUntrustedCertificate_IsRefused_AndAPinnedOneIsAccepted()
    {
        using VimServer distrustful = _vcsim.Describe(new VimHttpOptions());
        GpuVSphereException refused = await Assert.ThrowsAsync<GpuVSphereException>(
            () => VimSession.ConnectAsync(distrustful, new VimCredential("user", "pass".ToCharArray()), _limit.Token));
        Assert.Equal("UntrustedCertificate", refused.Id);

        using VimServer pinned = _vcsim.Describe(new VimHttpOptions { Thumbprint = await ThumbprintAsync() });
        using VimSession session = await VimSession.ConnectAsync(pinned, new VimCredential("user", "pass".ToCharArray()), _limit.Token);
        Assert.True(await session.IsAliveAsync(_limit.Token));

        using VimServer mistaken = _vcsim.Describe(new VimHttpOptions { Thumbprint = new string('0', 64) });
        refused = await Assert.ThrowsAsync<GpuVSphereException>(
            () => VimSession.ConnectAsync(mistaken, new VimCredential("user", "pass".ToCharArray()), _limit.Token));
        Assert.Equal("UntrustedCertificate", refused.Id);
    }

    [SkippableFact]
    public async Task AClonedSession_OutlivesTheFirst()
    {
        using VimSession first = await _vcsim.ConnectAsync(_limit.Token);
        using VimSession clone = await first.CloneAsync(_limit.Token);

        await first.LogoutAsync(_limit.Token);

        Assert.True(await clone.IsAliveAsync(_limit.Token));
        await clone.LogoutAsync(_limit.Token);
    }

    [SkippableFact]
    public async Task ASessionThatCurlLoggedIn_IsShared_AndLeftLoggedIn()
    {
        Peer.Curl.Require();
        string cookie = CurlLogin();
        using VimServer server = _vcsim.Describe();

        using (VimSession session = await VimSession.AdoptAsync(server, cookie, _limit.Token))
        {
            Assert.True(session.IsBorrowed);
            Assert.Equal("user", session.UserName);
            await session.LogoutAsync(_limit.Token);
        }

        using VimSession again = await VimSession.AdoptAsync(server, cookie, _limit.Token);
        Assert.True(await again.IsAliveAsync(_limit.Token));
    }

    [SkippableFact]
    public async Task AStaleCookie_IsAnExpiredSession()
    {
        using VimServer server = _vcsim.Describe();
        GpuVSphereException refused = await Assert.ThrowsAnyAsync<GpuVSphereException>(
            () => VimSession.AdoptAsync(server, "5f2b2c1e-0000-0000-0000-000000000000", _limit.Token));
        Assert.Equal("SessionExpired", refused.Id);
    }

    private string CurlLogin()
    {
        const string Envelope =
            """
            <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><Login xmlns="urn:vim25">
            <_this type="SessionManager">SessionManager</_this><userName>user</userName><password>pass</password></Login></soapenv:Body></soapenv:Envelope>
            """;
        string reply = Peer.Curl.Run(["-s", "-k", "-i", "-H", "SOAPAction: urn:vim25/6.5", "-d", Envelope, _vcsim.Server.Address.ToString()]).Succeeded();
        Match cookie = Regex.Match(reply, "vmware_soap_session=([^;\r\n]+)");
        Assert.True(cookie.Success, reply);
        return cookie.Groups[1].Value;
    }

    private async Task<string> ThumbprintAsync()
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", _vcsim.Server.Address.Port, _limit.Token);
        string thumbprint = "";
        using SslStream stream = new(client.GetStream(), false, (_, certificate, _, _) =>
        {
            thumbprint = string.Join(':', SHA256.HashData(((X509Certificate2)certificate!).RawData).Select(one => one.ToString("X2", null)));
            return true;
        });
        await stream.AuthenticateAsClientAsync("127.0.0.1");
        return thumbprint;
    }
}
