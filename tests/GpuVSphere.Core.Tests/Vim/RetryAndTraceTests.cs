using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class RetryAndTraceTests
{
    [Fact]
    public async Task A_read_is_repeated_with_growing_pauses()
    {
        InstantClock clock = new();
        Flaky flaky = new(["cut", "503", "cut", "ok"]);
        using RetryingTransport transport = new(flaky, clock);
        using VimResponse response = await transport.SendAsync(new VimRequest("RetrievePropertiesEx", "urn:vim25/8.0.3.0", []), CancellationToken.None);
        Assert.Equal(200, response.StatusCode);
        Assert.Equal(4, flaky.Sent);
        Assert.Equal(3, clock.Delays.Count);
        Assert.Equal(clock.Delays.OrderBy(delay => delay), clock.Delays);
    }

    [Fact]
    public async Task It_is_repeated_a_few_times_only()
    {
        Flaky flaky = new([.. Enumerable.Repeat("cut", 10)]);
        using RetryingTransport transport = new(flaky, new InstantClock());
        Assert.Equal("ConnectionCut", (await Assert.ThrowsAsync<GpuVSphereException>(() => transport.SendAsync(new VimRequest("/sdk/vimServiceVersions.xml"), CancellationToken.None))).Id);
        Assert.Equal(RetryingTransport.Attempts, flaky.Sent);
        flaky = new([.. Enumerable.Repeat("503", 10)]);
        using RetryingTransport second = new(flaky, new InstantClock());
        using VimResponse response = await second.SendAsync(new VimRequest("CurrentTime", "x", []), CancellationToken.None);
        Assert.Equal(503, response.StatusCode);
        Assert.Equal(RetryingTransport.Attempts, flaky.Sent);
    }

    [Theory]
    [InlineData("ReconfigVM_Task")]
    [InlineData("UpdatePassthruConfig")]
    [InlineData("RebootHost_Task")]
    [InlineData("EnterMaintenanceMode_Task")]
    [InlineData("PowerOnVM_Task")]
    [InlineData("ExecuteSoap")]
    [InlineData("Login")]
    [InlineData("CreateContainerView")]
    [InlineData("CreateFilter")]
    [InlineData("ContinueRetrievePropertiesEx")]
    [InlineData("SomethingNew")]
    public async Task What_may_change_something_is_never_repeated(string method)
    {
        Flaky flaky = new(["cut", "ok"]);
        using RetryingTransport transport = new(flaky, new InstantClock());
        await Assert.ThrowsAsync<GpuVSphereException>(() => transport.SendAsync(new VimRequest(method, "x", []), CancellationToken.None));
        Assert.Equal(1, flaky.Sent);
        flaky = new(["503", "ok"]);
        using RetryingTransport second = new(flaky, new InstantClock());
        using VimResponse response = await second.SendAsync(new VimRequest(method, "x", []), CancellationToken.None);
        Assert.Equal(503, response.StatusCode);
        Assert.Equal(1, flaky.Sent);
    }

    [Fact]
    public async Task Other_errors_are_not_repeated()
    {
        Flaky flaky = new(["untrusted", "ok"]);
        using RetryingTransport transport = new(flaky, new InstantClock());
        await Assert.ThrowsAsync<GpuVSphereException>(() => transport.SendAsync(new VimRequest("CurrentTime", "x", []), CancellationToken.None));
        Assert.Equal(1, flaky.Sent);
    }

    [Fact]
    public async Task The_trace_shows_the_conversation_without_its_secrets()
    {
        StringWriter trace = new();
        ScriptedTransport server = ScriptedTransport.WithLogin("\"cookie-secret\"");
        server.Always("Login", _ => Soap.Response(Soap.Result("Login", "<returnval><key>key-secret</key><userName>u</userName></returnval>"), cookie: "\"cookie-secret\""));
        server.Always("AcquireCloneTicket", "<returnval>ticket-secret</returnval>");
        server.Always("CloneSession", _ => Soap.Response(Soap.Result("CloneSession", Soap.UserSession), cookie: "\"clone-secret\""));
        server.Always("StartProgramInGuest", "<returnval>1</returnval>");
        using TracingTransport traced = new(server, trace, new InstantClock());
        using VimCredential credential = new("the-user", "password-secret".ToCharArray());
        using VimSession session = await VimSession.ConnectAsync(new VimServer("vc", traced, null!, new InstantClock()), credential, CancellationToken.None);
        using VimSession clone = await session.CloneAsync(CancellationToken.None);
        await session.CallAsync(
            new("GuestProcessManager", "g"),
            "StartProgramInGuest",
            writer => writer.Element("auth", auth => auth.Element("interactiveSession", false).Element("username", "root").Element("password", "guest-secret"), "NamePasswordAuthentication"),
            CancellationToken.None);

        string text = trace.ToString();
        Assert.DoesNotContain("secret", text);
        Assert.Contains("Login", text);
        Assert.Contains("the-user", text);
        Assert.Contains("gpuvsphere-", text);
        Assert.Contains("<password>***</password>", text);
        Assert.Contains("HTTP 200", text);
        Assert.Contains("sets cookie=***", text);
    }

    [Theory]
    [InlineData("x", "<password>top-secret", "<password>***")]
    [InlineData("x", "<a><ns:password xsi:type=\"xsd:string\">top\nsecret</ns:password></a>", "<a><ns:password xsi:type=\"xsd:string\">***</ns:password></a>")]
    [InlineData("ExecuteSoap", "<val>&lt;password&gt;top-secret&lt;/password&gt;</val>", "<val>&lt;password&gt;***&lt;/password&gt;</val>")]
    [InlineData("AcquireGenericServiceTicket", "<returnval><id>top-secret</id><hostName>h</hostName></returnval>", "<returnval><id>***</id><hostName>h</hostName></returnval>")]
    [InlineData("x", "<passwordless>kept</passwordless><password/><b>kept</b>", "<passwordless>kept</passwordless><password/><b>kept</b>")]
    [InlineData("RetrievePropertiesEx", "<val xsi:type=\"UserSession\"><key>top-secret</key><userName>u</userName></val>", "<val xsi:type=\"UserSession\"><key>***</key><userName>u</userName></val>")]
    [InlineData("x", "<extraConfig><key>kept</key><value>kept</value></extraConfig>", "<extraConfig><key>kept</key><value>kept</value></extraConfig>")]
    public void Masks_take_what_is_secret_and_leave_the_rest(string method, string text, string expected) => Assert.Equal(expected, TraceMask.Apply(method, text));

    [Fact]
    public async Task A_large_body_is_traced_in_part_and_passed_on_whole()
    {
        StringWriter trace = new();
        string large = new('x', TracingTransport.MaxBody + 1000);
        using TracingTransport traced = new(new Flaky([large]), trace, new InstantClock());
        using (VimResponse response = await traced.SendAsync(new VimRequest("CurrentTime", "a", Encoding.UTF8.GetBytes("<b/>")), CancellationToken.None))
        {
            using StreamReader reader = new(response.Body);
            Assert.Equal(large, await reader.ReadToEndAsync());
        }

        Assert.Contains("(1000 more bytes)", trace.ToString());
    }

    [Fact]
    public async Task A_failure_is_traced_too()
    {
        StringWriter trace = new();
        using TracingTransport traced = new(new Flaky(["cut"]), trace, new InstantClock());
        await Assert.ThrowsAsync<GpuVSphereException>(() => traced.SendAsync(new VimRequest("CurrentTime", "a", []), CancellationToken.None));
        Assert.Contains("! 1", trace.ToString());
    }

    private sealed class Flaky(IReadOnlyList<string> answers) : IVimTransport
    {
        public int Sent { get; private set; }

        public Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken) => answers[Sent++] switch
        {
            "cut" => throw new GpuVSphereException("ConnectionCut", GpuErrorCategory.ConnectionFailed, "cut"),
            "untrusted" => throw new GpuVSphereException("UntrustedCertificate", GpuErrorCategory.ConnectionFailed, "no"),
            "503" => Task.FromResult(Soap.Response("busy", 503)),
            string text => Task.FromResult(Soap.Response(text, 200)),
        };

        public void Dispose()
        {
        }
    }
}
