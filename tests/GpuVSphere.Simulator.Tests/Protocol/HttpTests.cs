using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Tests.Protocol;

/// <summary>The server over the network, spoken to by sockets and by .NET's own HTTP client.</summary>
public sealed class HttpTests : IDisposable
{
    private readonly Soap _soap = new();
    private readonly SimulatorEndpoint _endpoint;

    public HttpTests() => _endpoint = _soap.Simulator.Listen(new SimulatorListenOptions());

    public void Dispose() => _soap.Dispose();

    [Fact]
    public async Task ItListensOnThisMachineAlone_OnAPortOfTheSystemsChoice()
    {
        Assert.Equal("127.0.0.1", _endpoint.Uri.Host);
        Assert.Equal("http", _endpoint.Uri.Scheme);
        Assert.Equal($"127.0.0.1:{_endpoint.Uri.Port}", _endpoint.HostAndPort);
        using HttpClient client = new();
        using HttpResponseMessage response = await client.GetAsync(new Uri(_endpoint.Uri, "sdk/vimServiceVersions.xml"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/xml", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task OneConnection_ServesSeveralRequests_WithLengthAndInChunks()
    {
        await using Line line = await Line.OpenAsync(_endpoint);
        byte[] body = Soap.Envelope("RetrieveServiceContent", "ServiceInstance", "ServiceInstance", "");
        for (int i = 0; i < 2; i++)
        {
            (string head, string reply) = await line.SendAsync($"POST /sdk HTTP/1.1\r\nHost: x\r\nSOAPAction: \"urn:vim25/6.7\"\r\nContent-Length: {body.Length}\r\n\r\n", body);
            Assert.StartsWith("HTTP/1.1 200 OK", head, StringComparison.Ordinal);
            Assert.Contains("RetrieveServiceContentResponse", reply, StringComparison.Ordinal);
        }

        byte[] chunks = [.. Encoding.ASCII.GetBytes("a\r\n"), .. body[..10], .. Encoding.ASCII.GetBytes($"\r\n{body.Length - 10:x};ext=1\r\n"), .. body[10..], .. Encoding.ASCII.GetBytes("\r\n0\r\nTrailer: t\r\n\r\n")];
        (string chunked, _) = await line.SendAsync("POST /sdk HTTP/1.1\r\nHost: x\r\nSOAPAction: urn:vim25/6.7\r\nTransfer-Encoding: chunked\r\n\r\n", chunks);
        Assert.StartsWith("HTTP/1.1 200 OK", chunked, StringComparison.Ordinal);
        (string last, _) = await line.SendAsync("GET /sdk/vimServiceVersions.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", []);
        Assert.Contains("Connection: close", last, StringComparison.Ordinal);
        Assert.True(await line.IsClosedAsync());
    }

    [Fact]
    public async Task ATlsClientOnAPlainPort_IsHungUpOn_AndNotLeftWaiting()
    {
        using TcpClient client = new();
        await client.ConnectAsync(_endpoint.Uri.Host, _endpoint.Uri.Port);
        await using SslStream tls = new(client.GetStream(), false, (_, _, _, _) => true);
        await Assert.ThrowsAnyAsync<IOException>(() => tls.AuthenticateAsClientAsync("localhost").WaitAsync(Eventually.Limit));
    }

    [Fact]
    public async Task Expect100_IsAnsweredBeforeTheBody()
    {
        await using Line line = await Line.OpenAsync(_endpoint);
        byte[] body = Soap.Envelope("RetrieveServiceContent", "ServiceInstance", "ServiceInstance", "");
        await line.WriteAsync(Encoding.ASCII.GetBytes($"POST /sdk HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {body.Length}\r\n\r\n"));
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await line.ReadHeadAsync());
        (string head, _) = await line.SendAsync("", body);
        Assert.StartsWith("HTTP/1.1 200 OK", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheCookie_ComesWithItsQuotes_AndOneWithoutIsNobodys()
    {
        await using Line line = await Line.OpenAsync(_endpoint);
        byte[] login = Soap.Envelope("Login", "SessionManager", "SessionManager", "<userName>root</userName><password>" + SimulatorUser.DefaultPassword + "</password>");
        (string head, _) = await line.SendAsync($"POST /sdk HTTP/1.1\r\nHost: x\r\nContent-Length: {login.Length}\r\n\r\n", login);
        string cookie = head.Split("\r\n").Single(each => each.StartsWith("Set-Cookie: ", StringComparison.Ordinal));
        Assert.Matches("^Set-Cookie: vmware_soap_session=\"[0-9a-f-]{36}\"; Path=/; HttpOnly;$", cookie);
        string value = cookie.Split('=', 2)[1].Split(';')[0];
        byte[] call = Soap.Envelope("CurrentTime", "ServiceInstance", "ServiceInstance", "");
        string Post(string sent) => $"POST /sdk HTTP/1.1\r\nHost: x\r\nCookie: other=1; vmware_soap_session={sent}\r\nContent-Length: {call.Length}\r\n\r\n";
        Assert.StartsWith("HTTP/1.1 200", (await line.SendAsync(Post(value), call)).Head, StringComparison.Ordinal);
        (string refused, string fault) = await line.SendAsync(Post(value.Trim('"')), call);
        Assert.StartsWith("HTTP/1.1 500", refused, StringComparison.Ordinal);
        Assert.Contains("NotAuthenticated", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralConnections_AreServedAtOnce()
    {
        _soap.Simulator.Faults.Add(new FaultRule { Method = "CurrentTime", Delay = TimeSpan.FromHours(1) });
        await using Line slow = await Line.OpenAsync(_endpoint);
        byte[] call = Soap.Envelope("CurrentTime", "ServiceInstance", "ServiceInstance", "");
        await slow.WriteAsync([.. Encoding.ASCII.GetBytes($"POST /sdk HTTP/1.1\r\nHost: x\r\nContent-Length: {call.Length}\r\n\r\n"), .. call]);
        using HttpClient client = new();
        string[] replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetStringAsync(new Uri(_endpoint.Uri, "sdk/vimServiceVersions.xml"))));
        Assert.All(replies, reply => Assert.Contains("8.0.3.0", reply, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AClientThatGoesAway_TakesItsWaitBack()
    {
        await _soap.LoginAsync();
        await _soap.CallAsync("CreateFilter", "PropertyCollector", "propertyCollector", "<spec>" + Soap.Spec("VirtualMachine", Soap.Ref("obj", _soap.Model.Vms[0]), "name") + "</spec><partialUpdates>false</partialUpdates>");
        await _soap.CallAsync("WaitForUpdatesEx", "PropertyCollector", "propertyCollector", "<version></version>");
        byte[] wait = Soap.Envelope("WaitForUpdatesEx", "PropertyCollector", "propertyCollector", "<version>1</version>");
        await using (Line line = await Line.OpenAsync(_endpoint))
        {
            await line.WriteAsync([.. Encoding.ASCII.GetBytes($"POST /sdk HTTP/1.1\r\nHost: x\r\nCookie: vmware_soap_session={_soap.Cookie}\r\nContent-Length: {wait.Length}\r\n\r\n"), .. wait]);
            await Eventually.IsTrueAsync(() => _soap.Simulator.World.Sessions.All.Single().CallsInProgress == 1);
        }

        await Eventually.IsTrueAsync(() => _soap.Simulator.World.Sessions.All.Single().CallsInProgress == 0);
        lock (_soap.Simulator.World.Gate)
        {
            _soap.Model.Vms[0].With("name", "renamed");
            _soap.Simulator.World.Changed(_soap.Model.Vms[0].Reference, "name");
        }

        Assert.Single(await _soap.CallAsync("WaitForUpdatesEx", "PropertyCollector", "propertyCollector", "<version>1</version>"));
    }

    [Fact]
    public async Task ARequestThatIsSentAhead_IsAnsweredInItsTurn()
    {
        await using Line line = await Line.OpenAsync(_endpoint);
        _soap.Simulator.Faults.Add(new FaultRule { Method = "GET", Times = 1, Delay = TimeSpan.FromMinutes(1) });
        byte[] get = "GET /sdk/vimServiceVersions.xml HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray();
        await line.WriteAsync(get);
        await Eventually.IsTrueAsync(() => _soap.Simulator.Clock.Waiting == 1);
        Task<(string Head, string Body)> first = line.SendAsync("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", []);
        _soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.StartsWith("HTTP/1.1 200", (await first).Head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", (await line.SendAsync("", [])).Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "404")]
    [InlineData("DELETE /folder/x HTTP/1.1\r\nHost: x\r\n\r\n", "405")]
    [InlineData("POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "405")]
    public async Task WhatItDoesNotServe_IsSaid(string request, string status)
    {
        await using Line line = await Line.OpenAsync(_endpoint);
        Assert.StartsWith("HTTP/1.1 " + status, (await line.SendAsync(request, [])).Head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_AreReadInPartAndWhole_AndWritten()
    {
        using HttpClient client = await LoggedInAsync();
        const string Log = "folder/ml-01/vmware.log?dcPath=DC&dsName=gpu-ds";
        Assert.Equal("0123456789", await client.GetStringAsync(new Uri(_endpoint.Uri, Log)));
        Assert.Equal((206, "345", "bytes 3-5/10"), await RangeAsync(client, Log, "bytes=3-5"));
        Assert.Equal((206, "789", "bytes 7-9/10"), await RangeAsync(client, Log, "bytes=7-"));
        Assert.Equal((206, "89", "bytes 8-9/10"), await RangeAsync(client, Log, "bytes=-2"));
        Assert.Equal((206, "9", "bytes 9-9/10"), await RangeAsync(client, Log, "bytes=9-100"));
        Assert.Equal((416, "", "bytes */10"), await RangeAsync(client, Log, "bytes=10-"));

        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(_endpoint.Uri, Log)));
        Assert.Equal(10, head.Content.Headers.ContentLength);
        using HttpResponseMessage put = await client.PutAsync(new Uri(_endpoint.Uri, "folder/new%20dir/a.txt?dcPath=DC&dsName=gpu-ds"), new StringContent("hello"));
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal("hello", Encoding.UTF8.GetString(_soap.Model.Content["new dir/a.txt"]));
    }

    [Theory]
    [InlineData("GET", "folder/none.log?dcPath=DC&dsName=gpu-ds", HttpStatusCode.NotFound)]
    [InlineData("GET", "folder/ml-01/vmware.log?dcPath=DC&dsName=other", HttpStatusCode.NotFound)]
    [InlineData("GET", "folder/ml-01/vmware.log?dcPath=DC", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "folder/x?dcPath=Other&dsName=gpu-ds", HttpStatusCode.NotFound)]
    public async Task AFileThatIsNotThere_IsSaid(string verb, string path, HttpStatusCode expected)
    {
        using HttpClient client = await LoggedInAsync();
        using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(verb), new Uri(_endpoint.Uri, path)) { Content = verb == "PUT" ? new StringContent("x") : null });
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Files_NeedALoginAndItsPrivileges()
    {
        const string Log = "folder/ml-01/vmware.log?dcPath=DC&dsName=gpu-ds";
        using HttpClient nobody = new();
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(new Uri(_endpoint.Uri, Log))).StatusCode);
        using HttpClient reader = await LoggedInAsync("readonly@vsphere.local");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.GetAsync(new Uri(_endpoint.Uri, Log))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PutAsync(new Uri(_endpoint.Uri, Log), new StringContent("x"))).StatusCode);
        using HttpClient both = await LoggedInAsync("operator@vsphere.local");
        Assert.Equal(HttpStatusCode.OK, (await both.GetAsync(new Uri(_endpoint.Uri, Log))).StatusCode);
    }

    [Fact]
    public async Task Accidents_HappenToConnectionsToo()
    {
        using HttpClient client = new();
        Uri versions = new(_endpoint.Uri, "sdk/vimServiceVersions.xml");
        _soap.Simulator.Faults.Add(new FaultRule { Method = "GET", Times = 1, Truncate = 20 });
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(versions));
        _soap.Simulator.Faults.Add(new FaultRule { Method = "GET", Times = 1, HttpStatus = 503 });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync(versions)).StatusCode);
        await using Line line = await Line.OpenAsync(_endpoint);
        _soap.Simulator.Faults.Add(new FaultRule { Method = "GET", Times = 1, DropConnection = true });
        await line.WriteAsync("GET /sdk/vimServiceVersions.xml HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.True(await line.IsClosedAsync());
        await client.GetStringAsync(versions);
    }

    [Fact]
    public async Task Dispose_ClosesThePortAndItsConnections()
    {
        await using Line line = await Line.OpenAsync(_endpoint);
        _endpoint.Dispose();
        Assert.True(await line.IsClosedAsync());
        using TcpClient client = new();
        await Assert.ThrowsAnyAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, _endpoint.Uri.Port));
        _endpoint.Dispose();

        // The server itself lives on.
        await _soap.LoginAsync();
    }

    [Fact]
    public async Task DisposingTheSimulator_ClosesEveryPort_EvenDuringAWait()
    {
        SimulatorEndpoint second = _soap.Simulator.Listen(new SimulatorListenOptions());
        Assert.NotEqual(_endpoint.Uri.Port, second.Uri.Port);
        _soap.Simulator.Faults.Add(new FaultRule { Method = "GET", Delay = TimeSpan.FromHours(1) });
        await using Line line = await Line.OpenAsync(second);
        await line.WriteAsync("GET /sdk/vimServiceVersions.xml HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await Eventually.IsTrueAsync(() => _soap.Simulator.Clock.Waiting == 1);
        _soap.Simulator.Dispose();
        Assert.True(await line.IsClosedAsync());
    }

    [Fact]
    public async Task WithACertificate_ItSpeaksTls_AndNothingElse()
    {
        using X509Certificate2 certificate = SelfSigned();
        using SimulatorEndpoint secure = _soap.Simulator.Listen(new SimulatorListenOptions { Certificate = certificate });
        Assert.Equal("https", secure.Uri.Scheme);
        string? seen = null;
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = (_, shown, _, _) => (seen = shown!.Thumbprint) is not null };
        using HttpClient client = new(handler);
        using HttpResponseMessage response = await client.PostAsync(new Uri(secure.Uri, "sdk"), new ByteArrayContent(Soap.Envelope("Login", "SessionManager", "SessionManager", "<userName>root</userName><password>" + SimulatorUser.DefaultPassword + "</password>")));
        Assert.Equal(certificate.Thumbprint, seen);
        Assert.EndsWith("Secure;", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        await using Line plain = await Line.OpenAsync(secure);
        await plain.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.True(await plain.IsClosedAsync());
        using SslStream tls = new(new TcpClient(secure.Uri.Host, secure.Uri.Port).GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("x");
        Assert.True(tls.SslProtocol >= System.Security.Authentication.SslProtocols.Tls12);
    }

    [Fact]
    public void ACertificateWithoutItsKey_IsRefusedAtOnce()
    {
        using X509Certificate2 whole = SelfSigned();
        using X509Certificate2 publicPart = X509CertificateLoader.LoadCertificate(whole.RawData);
        Assert.Contains("private key", Assert.Throws<ArgumentException>(() => _soap.Simulator.Listen(new SimulatorListenOptions { Certificate = publicPart })).Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 SelfSigned()
    {
        using RSA key = RSA.Create(2048);
        using X509Certificate2 made = new CertificateRequest("CN=vc.stub.local", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private static async Task<(int, string, string?)> RangeAsync(HttpClient client, string path, string range)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(client.BaseAddress!, path));
        request.Headers.TryAddWithoutValidation("Range", range);
        using HttpResponseMessage response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentRange?.ToString());
    }

    private async Task<HttpClient> LoggedInAsync(string user = "administrator@vsphere.local")
    {
        await _soap.LoginAsync(user);
        HttpClient client = new(new HttpClientHandler { UseCookies = false }, disposeHandler: true) { BaseAddress = _endpoint.Uri };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Cookie", "vmware_soap_session=" + _soap.Cookie);
        return client;
    }

    /// <summary>A bare connection.</summary>
    private sealed class Line(TcpClient client) : IAsyncDisposable
    {
        private readonly NetworkStream _stream = client.GetStream();

        public static async Task<Line> OpenAsync(SimulatorEndpoint endpoint)
        {
            TcpClient client = new();
            await client.ConnectAsync(IPAddress.Loopback, endpoint.Uri.Port);
            return new Line(client);
        }

        public async Task WriteAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

        public async Task<(string Head, string Body)> SendAsync(string head, byte[] body)
        {
            await WriteAsync([.. Encoding.ASCII.GetBytes(head), .. body]);
            string reply = await ReadHeadAsync();
            int length = int.Parse(reply.Split("\r\n").Single(each => each.StartsWith("Content-Length: ", StringComparison.Ordinal)).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
            byte[] content = new byte[length];
            await _stream.ReadExactlyAsync(content);
            return (reply, Encoding.UTF8.GetString(content));
        }

        public async Task<string> ReadHeadAsync()
        {
            List<byte> head = [];
            byte[] one = new byte[1];
            while (head.Count < 4 || !head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
            {
                await _stream.ReadExactlyAsync(one);
                head.Add(one[0]);
            }

            return Encoding.ASCII.GetString([.. head]);
        }

        public async Task<bool> IsClosedAsync()
        {
            try
            {
                return await _stream.ReadAsync(new byte[1].AsMemory()).AsTask().WaitAsync(Eventually.Limit) == 0;
            }
            catch (IOException)
            {
                return true;
            }
        }

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
