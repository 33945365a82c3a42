using System;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class HttpTransportTests
{
    private static readonly VimHttpOptions s_plain = new() { UseSystemProxy = false };

    [Theory]
    [InlineData("\"52e2e2e2-aaaa\"")]
    [InlineData("52e2e2e2-no-quotes")]
    [InlineData("\"a=b&c d,e\"")]
    public async Task The_cookie_goes_out_byte_for_byte_and_nothing_the_server_sets_replaces_it(string cookie)
    {
        using RawHttpServer server = new((request, stream) => RawHttpServer.SendAsync(stream, RawHttpServer.Ok(
            request.Line.StartsWith("GET", StringComparison.Ordinal) ? Soap.Versions("8.0.3.0", "7.0.3.0")
            : request.Body.Contains("RetrieveServiceContent") ? Soap.Result("RetrieveServiceContent", Soap.ServiceContent)
            : Soap.Result("RetrievePropertiesEx", "<returnval><objects><obj type=\"SessionManager\">SessionManager</obj><propSet><name>currentSession</name><val xsi:type=\"UserSession\"><userName>bob</userName></val></propSet></objects></returnval>"),
            "Set-Cookie: vmware_soap_session=\"other\"; Path=/; HttpOnly; Secure;\r\nSet-Cookie: route=1\r\n")));
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        using VimSession session = await VimSession.AdoptAsync(vim, cookie, CancellationToken.None);
        Assert.True(await session.IsAliveAsync(CancellationToken.None));

        RawRequest[] posts = [.. server.Requests.Where(request => request.Line.StartsWith("POST", StringComparison.Ordinal))];
        Assert.Equal(3, posts.Length);
        Assert.All(posts, request => Assert.Equal("vmware_soap_session=" + cookie, request.Header("Cookie")));
        Assert.All(posts, request => Assert.Single(request.Headers, header => header.StartsWith("Cookie:", StringComparison.OrdinalIgnoreCase)));
        Assert.All(posts, request => Assert.Equal("text/xml; charset=\"utf-8\"", request.Header("Content-Type")));
        Assert.All(posts, request => Assert.Equal("\"urn:vim25/8.0.3.0\"", request.Header("SOAPAction")));
        Assert.All(posts, request => Assert.Null(request.Header("Expect")));
        Assert.All(posts, request => Assert.Contains("gzip", request.Header("Accept-Encoding")));
        Assert.Equal("POST /sdk HTTP/1.1", posts[0].Line);
    }

    [Fact]
    public async Task A_login_takes_the_cookie_as_the_server_wrote_it()
    {
        using RawHttpServer server = new((request, stream) => RawHttpServer.SendAsync(stream, request.Body.Contains("<Login")
            ? RawHttpServer.Ok(Soap.Result("Login", Soap.UserSession), "Set-Cookie: vmware_soap_session=\"52aa-1\"; Path=/; HttpOnly; Secure;\r\n")
            : RawHttpServer.Ok(request.Line.StartsWith("GET", StringComparison.Ordinal) ? Soap.Versions("8.0.3.0") : Soap.Result(request.Body.Contains("Logout") ? "Logout" : "RetrieveServiceContent", request.Body.Contains("Logout") ? string.Empty : Soap.ServiceContent))));
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        using VimCredential credential = new("u", "p".ToCharArray());
        using VimSession session = await VimSession.ConnectAsync(vim, credential, CancellationToken.None);
        await session.LogoutAsync(CancellationToken.None);
        Assert.Null(server.Requests.Single(request => request.Body.Contains("<Login")).Header("Cookie"));
        Assert.Equal("vmware_soap_session=\"52aa-1\"", server.Requests.Single(request => request.Body.Contains("<Logout")).Header("Cookie"));
    }

    [Fact]
    public async Task A_cookie_with_a_line_break_never_becomes_a_header()
    {
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Versions("8.0.3.0"))));
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        Assert.Equal("SessionExpired", (await Assert.ThrowsAsync<GpuVSphereException>(() => VimSession.AdoptAsync(vim, "a\r\nX-Evil: 1", CancellationToken.None))).Id);
        Assert.DoesNotContain(server.Requests, request => request.Header("X-Evil") is not null);
    }

    [Fact]
    public async Task A_certificate_nobody_vouches_for_is_refused_with_its_thumbprint_and_both_remedies()
    {
        using X509Certificate2 certificate = Certificate("CN=vc.example.com");
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Versions("8.0.3.0"))), certificate);
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => vim.Transport.SendAsync(new VimRequest("/sdk/vimServiceVersions.xml"), CancellationToken.None));
        string thumbprint = Convert.ToHexString(SHA256.HashData(certificate.RawData));
        Assert.Equal("UntrustedCertificate", error.Id);
        Assert.Contains(thumbprint, error.Message);
        Assert.Contains("CN=vc.example.com", error.Message);
        Assert.Contains("issuer is not trusted", error.Message);
        Assert.Contains("-SkipCertificateCheck", error.NextStep);
        Assert.Contains("-Thumbprint " + thumbprint, error.NextStep);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_pinned_certificate_is_accepted_in_any_spelling_of_its_thumbprint()
    {
        using X509Certificate2 certificate = Certificate("CN=vc.example.com");
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Versions("8.0.3.0"))), certificate);
        string digits = Convert.ToHexString(SHA256.HashData(certificate.RawData));
        string colons = string.Join(":", digits.Chunk(2).Select(pair => new string(pair)));
        foreach (string pin in new[] { digits, digits.ToLowerInvariant(), colons, "sha256:" + colons })
        {
            using VimServer vim = VimServer.Http(server.Address, s_plain with { Thumbprint = pin });
            using VimResponse response = await vim.Transport.SendAsync(new VimRequest("/sdk/vimServiceVersions.xml"), CancellationToken.None);
            Assert.Equal(200, response.StatusCode);
        }
    }

    [Fact]
    public async Task Another_certificate_than_the_pinned_one_is_refused()
    {
        using X509Certificate2 certificate = Certificate("CN=vc.example.com");
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Versions("8.0.3.0"))), certificate);
        using VimServer vim = VimServer.Http(server.Address, s_plain with { Thumbprint = new string('A', 64) });
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => vim.Transport.SendAsync(new VimRequest("/sdk/vimServiceVersions.xml"), CancellationToken.None));
        Assert.Equal("UntrustedCertificate", error.Id);
        Assert.Contains("not the one that was given", error.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task The_check_is_left_out_when_asked_for_and_for_this_connection_alone()
    {
        using X509Certificate2 certificate = Certificate("CN=vc.example.com");
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Versions("8.0.3.0"))), certificate);
        using VimServer loose = VimServer.Http(server.Address, s_plain with { SkipCertificateCheck = true });
        using VimResponse response = await loose.Transport.SendAsync(new VimRequest("/sdk/vimServiceVersions.xml"), CancellationToken.None);
        Assert.Equal(200, response.StatusCode);
        using VimServer strict = VimServer.Http(server.Address, s_plain);
        await Assert.ThrowsAsync<GpuVSphereException>(() => strict.Transport.SendAsync(new VimRequest("/sdk/vimServiceVersions.xml"), CancellationToken.None));
    }

    [Theory]
    [InlineData("AA:BB")]
    [InlineData("")]
    [InlineData("ZZ00000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_thumbprint_is_refused_before_anything_is_sent(string pin) =>
        Assert.Equal("InvalidThumbprint", Assert.Throws<GpuVSphereException>(() => VimServer.Http("vc", s_plain with { Thumbprint = pin })).Id);

    [Theory]
    [InlineData("vc.example.com", "https://vc.example.com/")]
    [InlineData(" vc:8443 ", "https://vc:8443/")]
    [InlineData("[2001:db8::1]:8443", "https://[2001:db8::1]:8443/")]
    [InlineData("2001:db8::1", "https://[2001:db8::1]/")]
    [InlineData("https://vc.example.com/sdk", "https://vc.example.com/")]
    [InlineData("http://127.0.0.1:8989/sdk", "http://127.0.0.1:8989/")]
    public void Servers_have_many_spellings(string host, string expected) => Assert.Equal(expected, HttpConnection.ParseAddress(host).AbsoluteUri);

    [Theory]
    [InlineData("")]
    [InlineData("https://")]
    [InlineData("ftp://vc")]
    [InlineData("a b")]
    [InlineData("user:pw@vc")]
    public void What_names_no_server_is_refused(string host) => Assert.Equal("InvalidServerName", Assert.Throws<GpuVSphereException>(() => VimServer.Http(host, s_plain)).Id);

    [Fact]
    public void Without_encryption_only_this_machine_is_spoken_to_unless_asked_for()
    {
        Assert.Equal("ClearTextConnection", Assert.Throws<GpuVSphereException>(() => VimServer.Http("http://vc.example.com", s_plain)).Id);
        Assert.Equal("ClearTextConnection", Assert.Throws<GpuVSphereException>(() => VimServer.Http("http://127.0.0.1", s_plain with { Thumbprint = new string('A', 64) })).Id);
        VimServer.Http("http://vc.example.com", s_plain with { SkipCertificateCheck = true }).Dispose();
        VimServer.Http("http://localhost:8989", s_plain).Dispose();
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unreachable()
    {
        // Taken and not listened on: nobody else can get the port meanwhile.
        using System.Net.Sockets.Socket taken = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        int port = ((System.Net.IPEndPoint)taken.LocalEndPoint!).Port;
        using VimServer vim = VimServer.Http("http://127.0.0.1:" + port.ToString(CultureInfo.InvariantCulture), s_plain);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => vim.Transport.SendAsync(new VimRequest("CurrentTime", "x", []), CancellationToken.None));
        Assert.Equal("ServerUnreachable", error.Id);
        Assert.Equal(GpuErrorCategory.ConnectionFailed, error.Category);
    }

    [Fact]
    public async Task A_name_nobody_knows_is_unreachable()
    {
        using VimServer vim = VimServer.Http("no-such-server.invalid", s_plain);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => vim.Transport.SendAsync(new VimRequest("CurrentTime", "x", []), CancellationToken.None));
        Assert.Equal("ServerUnreachable", error.Id);
    }

    [Fact]
    public async Task Https_to_a_port_without_is_told()
    {
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, RawHttpServer.Ok("x")));
        using System.Net.Sockets.TcpListener plain = new(System.Net.IPAddress.Loopback, 0);
        plain.Start();
        Task answer = Task.Run(async () =>
        {
            using System.Net.Sockets.TcpClient client = await plain.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            await Task.Delay(50);
        });
        using VimServer vim = VimServer.Http("https://127.0.0.1:" + ((System.Net.IPEndPoint)plain.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture), s_plain);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => vim.Transport.SendAsync(new VimRequest("CreateFilter", "x", []), CancellationToken.None));
        Assert.Contains(error.Id, new[] { "TlsFailed", "ConnectionCut" });
        await answer;
    }

    [Fact]
    public async Task A_changing_call_whose_connection_is_cut_is_sent_once_even_on_a_kept_connection()
    {
        using RawHttpServer server = new(async (request, stream) =>
            !request.Body.Contains("PowerOnVM_Task") && await RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Result("CurrentTime", "<returnval>2026-01-01T00:00:00Z</returnval>"))));
        using VimServer vim = VimServer.Http(server.Address, s_plain);

        // The first call leaves a kept connection behind; the second is read by the server and never answered.
        using (VimResponse first = await vim.Transport.SendAsync(new VimRequest("CurrentTime", "x", Encoding.UTF8.GetBytes("<CurrentTime/>")), CancellationToken.None))
        {
            using StreamReader reader = new(first.Body);
            await reader.ReadToEndAsync();
        }

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(
            () => vim.Transport.SendAsync(new VimRequest("PowerOnVM_Task", "x", Encoding.UTF8.GetBytes("<PowerOnVM_Task/>")), CancellationToken.None));
        Assert.Equal("ConnectionCut", error.Id);
        Assert.Equal(1, server.Requests.Count(request => request.Body.Contains("PowerOnVM_Task")));
    }

    [Fact]
    public async Task A_read_whose_connection_is_cut_is_sent_again()
    {
        int asked = 0;
        using RawHttpServer server = new(async (_, stream) =>
            Interlocked.Increment(ref asked) > 1 && await RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Versions("8.0.3.0"))));
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        using VimResponse response = await vim.Transport.SendAsync(new VimRequest("/sdk/vimServiceVersions.xml"), CancellationToken.None);
        Assert.Equal(200, response.StatusCode);
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData("Content-Length: 100000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_that_breaks_off_is_a_cut_connection(string framing)
    {
        using RawHttpServer server = new(async (_, stream) =>
        {
            await RawHttpServer.SendAsync(stream, Encoding.ASCII.GetBytes(
                $"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n{(framing.EndsWith("chunked", StringComparison.Ordinal) ? "40\r\n" : string.Empty)}<?xml version=\"1.0\"?><Envelope>"));
            return false;
        });
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        using VimResponse response = await vim.Transport.SendAsync(new VimRequest("CreateFilter", "x", []), CancellationToken.None);
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => VimReader.Open(response.Body).Element());
        Assert.Equal("ConnectionCut", error.Id);
    }

    [Fact]
    public async Task A_server_that_does_not_begin_to_answer_is_a_time_out_not_a_cancellation()
    {
        using RawHttpServer server = new(async (_, _) =>
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return false;
        });
        using VimServer vim = VimServer.Http(server.Address, s_plain with { Timeout = TimeSpan.FromMilliseconds(80) });
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => vim.Transport.SendAsync(new VimRequest("CreateFilter", "x", []), CancellationToken.None));
        Assert.Equal("OperationTimeout", error.Id);
        Assert.Equal(GpuErrorCategory.Timeout, error.Category);

        using CancellationTokenSource cancel = new(20);
        using VimServer patient = VimServer.Http(server.Address, s_plain);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.Transport.SendAsync(new VimRequest("CreateFilter", "x", []), cancel.Token));
    }

    [Fact]
    public async Task A_server_that_falls_silent_in_the_middle_is_a_time_out_too()
    {
        using RawHttpServer server = new(async (_, stream) =>
        {
            await RawHttpServer.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<?xml version=\"1.0\"?><Envelope>"u8.ToArray());
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return false;
        });
        // The head has to come within this time, however busy the machine is.
        using VimServer vim = VimServer.Http(server.Address, s_plain with { Timeout = TimeSpan.FromSeconds(6) });
        using VimResponse response = await vim.Transport.SendAsync(new VimRequest("CreateFilter", "x", []), CancellationToken.None);
        Assert.Equal("OperationTimeout", Assert.Throws<GpuVSphereException>(() => VimReader.Open(response.Body).Element()).Id);
    }

    [Fact]
    public async Task A_compressed_answer_is_read()
    {
        using RawHttpServer server = new((_, stream) =>
        {
            MemoryStream packed = new();
            using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(Encoding.UTF8.GetBytes(Soap.Versions("8.0.3.0")));
            }

            return RawHttpServer.SendAsync(stream, [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), .. packed.ToArray()]);
        });
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        Assert.Equal("8.0.3.0", (await ApiVersions.NegotiateAsync(vim, CancellationToken.None)).Text);
    }

    [Fact]
    public async Task Connections_are_kept_and_several_calls_run_at_once()
    {
        const int Calls = 8;
        int begun = 0;
        bool isOneAtATime = false;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using RawHttpServer server = new(async (_, stream) =>
        {
            if (Interlocked.Increment(ref begun) == Calls)
            {
                all.SetResult();
            }

            // The first answer waits for the last question. Where that does not come, the calls wait for one another.
            if (!Volatile.Read(ref isOneAtATime))
            {
                await Task.WhenAny(all.Task, Task.Delay(TimeSpan.FromSeconds(30)));
                if (!all.Task.IsCompleted)
                {
                    Volatile.Write(ref isOneAtATime, true);
                }
            }

            return await RawHttpServer.SendAsync(stream, RawHttpServer.Ok(Soap.Versions("8.0.3.0")));
        });
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => ApiVersions.NegotiateAsync(vim, CancellationToken.None)));
        Assert.False(isOneAtATime, "Calls wait for one another.");
        int connections = server.Connections;
        for (int i = 0; i < 5; i++)
        {
            await ApiVersions.NegotiateAsync(vim, CancellationToken.None);
        }

        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.invalid/\r\nContent-Length: 0\r\n\r\n"u8.ToArray()));
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        Assert.Equal("NotVSphereServer", (await Assert.ThrowsAsync<GpuVSphereException>(() => ApiVersions.NegotiateAsync(vim, CancellationToken.None))).Id);
    }

    [Fact]
    public async Task Files_are_read_and_written_with_the_cookie()
    {
        byte[] written = [];
        using RawHttpServer server = new((request, stream) =>
        {
            if (request.Line.StartsWith("PUT", StringComparison.Ordinal))
            {
                written = Encoding.UTF8.GetBytes(request.Body);
                return RawHttpServer.SendAsync(stream, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            }

            return RawHttpServer.SendAsync(stream, RawHttpServer.Ok("log line"));
        });
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        string path = DatastoreFiles.PathAndQuery("DC 1", new DatastorePath("ds", "a b/vmware.log"));
        using (StreamReader reader = new(await vim.Files.OpenReadAsync(path, "\"c\"", CancellationToken.None)))
        {
            Assert.Equal("log line", await reader.ReadToEndAsync());
        }

        await vim.Files.WriteAsync(path, "\"c\"", new MemoryStream("content"u8.ToArray()), 7, CancellationToken.None);
        Assert.Equal("content", Encoding.UTF8.GetString(written));
        Assert.All(server.Requests, request => Assert.Equal("vmware_soap_session=\"c\"", request.Header("Cookie")));
        Assert.Equal("GET /folder/a%20b/vmware.log?dcPath=DC%201&dsName=ds HTTP/1.1", server.Requests[0].Line);
    }

    [Theory]
    [InlineData(404, "DatastoreFileNotFound")]
    [InlineData(401, "SessionExpired")]
    [InlineData(403, "DatastoreFileRefused")]
    [InlineData(507, "DatastoreFull")]
    [InlineData(500, "DatastoreFileFailed")]
    public async Task File_errors_are_told_apart(int status, string id)
    {
        using RawHttpServer server = new((_, stream) => RawHttpServer.SendAsync(stream, Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n")));
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => vim.Files.OpenReadAsync("/folder/x?dcPath=d&dsName=s", "c", CancellationToken.None));
        Assert.Equal(id, error.Id);
    }

    [Fact]
    public async Task A_cancelled_call_frees_its_connection()
    {
        using CancellationTokenSource cancel = new();
        using RawHttpServer server = new(async (_, stream) =>
        {
            await RawHttpServer.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<?xml version=\"1.0\"?><Envelope>"u8.ToArray());
            cancel.CancelAfter(20);
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return false;
        });
        using VimServer vim = VimServer.Http(server.Address, s_plain);
        VimChannel channel = new(vim, new ApiVersion("8.0.3.0"), "c");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.CallAsync(new ManagedObjectReference("A", "a"), "CreateFilter", null, _ => true, cancel.Token));
    }

    private static X509Certificate2 Certificate(string subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // Through PKCS#12, so that SslStream can use the key on every system.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
