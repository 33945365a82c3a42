using System;
using System.Collections.Generic;
using System.Linq;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using System.Xml.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class VimSessionTests
{
    private const string CurrentSession =
        "<returnval><objects><obj type=\"SessionManager\">SessionManager</obj><propSet><name>currentSession</name>"
        + "<val xsi:type=\"UserSession\"><key>k</key><userName>VSPHERE.LOCAL\\Bob</userName></val></propSet></objects></returnval>";

    [Fact]
    public async Task Login_takes_the_cookie_with_its_quotes_and_the_newest_common_version()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin("\"52aa-bb\"").Always("CurrentTime", "<returnval>2026-01-01T00:00:00Z</returnval>");
        using VimSession session = await server.ConnectAsync();
        await session.CallAsync(new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, CancellationToken.None);

        Assert.Equal("VSPHERE.LOCAL\\Administrator", session.UserName);
        Assert.Equal("8.0.3.0", session.ApiVersion.Text);
        Assert.Equal("11111111-2222-3333-4444-555555555555", session.ServerUuid);
        Assert.True(session.IsVCenter);
        Assert.False(session.IsBorrowed);
        VimRequest last = server.Sent[^1].Request;
        Assert.Equal("\"52aa-bb\"", last.Cookie);
        Assert.Equal("urn:vim25/8.0.3.0", last.SoapAction);
        Assert.Equal("urn:vim25", server.Sent[^1].Call!.Name.NamespaceName);
    }

    [Fact]
    public async Task The_credential_goes_out_once_and_the_body_is_wiped()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using SecureString password = new();
        foreach (char c in "p<&>\"é")
        {
            password.AppendChar(c);
        }

        using VimCredential credential = new("dom\\u", password);
        using VimSession session = await VimSession.ConnectAsync(server.Server(), credential, CancellationToken.None);

        XElement login = server.Calls("Login").Single();
        Assert.Equal(["_this", "userName", "password"], login.Elements().Select(element => element.Name.LocalName));
        Assert.Equal("p<&>\"é", login.Element(ScriptedTransport.Ns + "password")!.Value);
        Assert.All(server.Sent.Single(sent => sent.Request.Method == "Login").Request.Body!, b => Assert.Equal(0, b));
        Assert.Equal("dom\\u", credential.ToString());
    }

    [Fact]
    public async Task A_wrong_password_is_said_as_such()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("Login", _ => Soap.Response(Soap.Fault("InvalidLogin", "Cannot complete login due to an incorrect user name or password.")));
        InvalidLoginException error = await Assert.ThrowsAsync<InvalidLoginException>(() => server.ConnectAsync());
        Assert.Equal("InvalidLogin", error.Id);
        Assert.Equal(GpuErrorCategory.AuthenticationFailed, error.Category);
        Assert.DoesNotContain("pw", error.ToString());
        Assert.NotNull(error.NextStep);
    }

    [Fact]
    public async Task Every_request_carries_an_operation_id_of_its_own()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        List<string> ids = [];
        server.Always("Logout", _ => Soap.Response(Soap.Result("Logout", string.Empty)));
        RecordingTransport recorder = new(server);
        using VimCredential credential = new("u", "p".ToCharArray());
        using VimSession second = await VimSession.ConnectAsync(new VimServer("x", recorder, null!, new InstantClock()), credential, CancellationToken.None);
        ids.AddRange(recorder.Envelopes.Select(envelope => XElement.Parse(envelope).Descendants().Single(e => e.Name.LocalName == "operationID").Value));
        Assert.Equal(2, ids.Count);
        Assert.All(ids, id => Assert.Matches("^gpuvsphere-[0-9a-f]{8}-[0-9]+$", id));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public async Task Logout_ends_an_own_session_once()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        await session.LogoutAsync(CancellationToken.None);
        await session.LogoutAsync(CancellationToken.None);
        Assert.Equal(1, server.Count("Logout"));
    }

    [Fact]
    public async Task Logout_of_a_session_that_ended_already_is_no_error()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("Logout", _ => Soap.Response(Soap.Fault("NotAuthenticated", "The session is not authenticated.")));
        using VimSession session = await server.ConnectAsync();
        await session.LogoutAsync(CancellationToken.None);
    }

    [Fact]
    public async Task An_adopted_session_sends_the_cookie_as_it_is_and_is_never_logged_out()
    {
        ScriptedTransport server = new();
        server.Always("RetrieveServiceContent", _ => Soap.Response(Soap.Result("RetrieveServiceContent", Soap.ServiceContent), cookie: "\"another\""));
        server.Always("RetrievePropertiesEx", CurrentSession);
        using VimSession session = await VimSession.AdoptAsync(server.Server(), "\"from-powercli\"", CancellationToken.None);
        await session.LogoutAsync(CancellationToken.None);

        Assert.True(session.IsBorrowed);
        Assert.Equal("VSPHERE.LOCAL\\Bob", session.UserName);
        Assert.All(server.Sent.Where(sent => sent.Request.Method is not null), sent => Assert.Equal("\"from-powercli\"", sent.Request.Cookie));
        Assert.Equal(0, server.Count("Logout"));
    }

    [Theory]
    [InlineData("<returnval><objects><obj type=\"SessionManager\">SessionManager</obj></objects></returnval>")]
    [InlineData("")]
    [InlineData("<returnval><objects><obj type=\"SessionManager\">SessionManager</obj><missingSet><path>currentSession</path><fault><fault xsi:type=\"NotAuthenticated\"><object type=\"Folder\">group-d1</object><privilegeId>System.View</privilegeId></fault><localizedMessage/></fault></missingSet></objects></returnval>")]
    public async Task Adopting_an_expired_session_names_Connect_VIServer(string answer)
    {
        ScriptedTransport server = new();
        server.Always("RetrieveServiceContent", Soap.ServiceContent).Always("RetrievePropertiesEx", answer);
        GpuVSphereException error = await Assert.ThrowsAnyAsync<GpuVSphereException>(() => VimSession.AdoptAsync(server.Server(), "\"old\"", CancellationToken.None));
        Assert.Equal("SessionExpired", error.Id);
        Assert.Contains("Connect-VIServer -Server vc.test", error.NextStep);
        Assert.DoesNotContain("old", error.ToString());
    }

    [Fact]
    public async Task A_session_that_expires_later_says_how_to_come_back()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("CurrentTime", _ => Soap.Response(Soap.Fault("NotAuthenticated", "The session is not authenticated.", "<object type=\"Folder\">group-d1</object><privilegeId>System.View</privilegeId>")));
        using VimSession session = await server.ConnectAsync();
        NotAuthenticatedException error = await Assert.ThrowsAsync<NotAuthenticatedException>(
            () => session.CallAsync(new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, CancellationToken.None));
        Assert.Equal("SessionExpired", error.Id);
        Assert.Contains("Connect-GpuVSphere -Server vc.test", error.NextStep);
    }

    [Fact]
    public async Task IsAlive_tells_without_an_error()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        server.Next("RetrievePropertiesEx", CurrentSession);
        Assert.True(await session.IsAliveAsync(CancellationToken.None));
        server.Next("RetrievePropertiesEx", "<returnval><objects><obj type=\"SessionManager\">SessionManager</obj></objects></returnval>");
        Assert.False(await session.IsAliveAsync(CancellationToken.None));
        server.Next("RetrievePropertiesEx", _ => Soap.Response(Soap.Fault("NotAuthenticated", "no")));
        Assert.False(await session.IsAliveAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_clone_gets_a_cookie_of_its_own_by_a_ticket()
    {
        ScriptedTransport server = new();
        server.Always("RetrieveServiceContent", Soap.ServiceContent).Always("RetrievePropertiesEx", CurrentSession);
        server.Always("AcquireCloneTicket", "<returnval>cst-1</returnval>");
        server.Always("CloneSession", _ => Soap.Response(Soap.Result("CloneSession", Soap.UserSession), cookie: "\"clone\""));
        server.Always("Logout", string.Empty);
        using VimSession borrowed = await VimSession.AdoptAsync(server.Server(), "\"theirs\"", CancellationToken.None);
        using VimSession clone = await borrowed.CloneAsync(CancellationToken.None);
        await clone.LogoutAsync(CancellationToken.None);

        Assert.False(clone.IsBorrowed);
        (VimRequest request, XElement? call) = server.Sent.Single(sent => sent.Request.Method == "CloneSession");
        Assert.Null(request.Cookie);
        Assert.Equal("cst-1", call!.Element(ScriptedTransport.Ns + "cloneTicket")!.Value);
        Assert.Equal("\"clone\"", server.Sent.Single(sent => sent.Request.Method == "Logout").Request.Cookie);
    }

    [Theory]
    [InlineData("8.0.3.0", new[] { "8.0.2.0", "7.0.3.0" }, "8.0.3.0")]
    [InlineData("10.0.0.0", new[] { "9.2.0.0", "9.0.0.0", "8.0.3.0" }, "9.0.0.0")]
    [InlineData("6.5", new[] { "6.0", "5.5" }, "6.5")]
    [InlineData("6.7.3", new[] { "6.7.2", "6.5" }, "6.7.3")]
    public async Task The_newest_version_that_both_know_is_spoken(string newest, string[] prior, string expected)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Versions = Soap.Versions(newest, prior);
        using VimSession session = await server.ConnectAsync();
        Assert.Equal(expected, session.ApiVersion.Text);
    }

    [Fact]
    public async Task An_old_namespace_and_a_comment_in_the_list_of_versions_do_no_harm()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Versions = "<?xml version=\"1.0\"?><!-- words > words --><namespaces version=\"1.0\"><namespace><name>urn:vim2</name><version>2.0</version></namespace>"
            + "<namespace><name>urn:vim25</name><version>6.7</version><priorVersions><version>6.5</version></priorVersions></namespace></namespaces>";
        using VimSession session = await server.ConnectAsync();
        Assert.Equal("6.7", session.ApiVersion.Text);
    }

    [Theory]
    [InlineData("6.0", "ServerTooOld")]
    [InlineData("5.5", "ServerTooOld")]
    public async Task A_server_before_6_5_is_refused(string version, string id)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Versions = Soap.Versions(version, "5.1");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => server.ConnectAsync());
        Assert.Equal(id, error.Id);
        Assert.Equal(0, server.Count("Login"));
    }

    [Theory]
    [InlineData("6.5.0", "4564106", "HostAgent", true)] // 6.5 GA
    [InlineData("6.5.0", "5969303", "HostAgent", false)] // 6.5 U1
    [InlineData("6.5.0", "5705665", "VirtualCenter", true)]
    [InlineData("6.5.0", "5973321", "VirtualCenter", false)] // 6.5 U1, and what vcsim says
    [InlineData("6.5.0", "unknown", "HostAgent", false)]
    [InlineData("6.5.0", "1", "Other", false)]
    [InlineData("6.7.0", "1", "HostAgent", false)]
    public async Task Before_6_5_U1_is_refused_where_the_build_tells(string version, string build, string apiType, bool isRefused)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Versions = Soap.Versions("6.5", "6.0");
        string content = Soap.ServiceContent
            .Replace("<version>8.0.3</version>", $"<version>{version}</version>")
            .Replace("<build>24022515</build>", $"<build>{build}</build>")
            .Replace("VirtualCenter", apiType);
        server.Always("RetrieveServiceContent", content);
        if (isRefused)
        {
            GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => server.ConnectAsync());
            Assert.Equal("ServerTooOld", error.Id);
            Assert.Contains("6.5 Update 1", error.Message);
            Assert.Contains(build, error.Message);
        }
        else
        {
            using VimSession session = await server.ConnectAsync();
            Assert.Equal(version, session.About.Version);
        }
    }

    [Theory]
    [InlineData("<html><body>It works!</body></html>")]
    [InlineData("<!DOCTYPE html><html></html>")]
    [InlineData("404 page not found")]
    [InlineData("")]
    [InlineData("<namespaces version=\"1.0\"><namespace><name>urn:other</name><version>1.0</version></namespace></namespaces>")]
    public async Task What_is_not_vSphere_is_said_so(string answer)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Versions = answer;
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => server.ConnectAsync());
        Assert.Equal("NotVSphereServer", error.Id);
        Assert.Equal("vc.test", error.Target);
        Assert.NotNull(error.NextStep);
        Assert.Equal(0, server.Count("Login"));
    }

    [Theory]
    [InlineData("<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><CurrentTimeResponse><returnval>2026-")]
    [InlineData("<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body></soapenv:Body></soapenv:Envelope>")]
    [InlineData("<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"></soapenv:Envelope>")]
    [InlineData("<html>proxy error</html>")]
    [InlineData("")]
    public async Task A_reply_that_is_cut_or_garbled_is_malformed(string answer)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("CurrentTime", _ => Soap.Response(answer));
        using VimSession session = await server.ConnectAsync();
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.CallAsync(
            new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, reader => reader.DateTime(), default, CancellationToken.None));
        Assert.Equal("MalformedReply", error.Id);
        Assert.Contains("vc.test", error.Message);
        Assert.Contains("CurrentTime", error.Message);
    }

    [Theory]
    [InlineData(503, "ServerUnavailable")]
    [InlineData(404, "NotVSphereServer")]
    [InlineData(401, "SessionExpired")]
    public async Task Other_http_answers_are_told_apart(int status, string id)
    {
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("CurrentTime", _ => Soap.Response("x", status));
        using VimSession session = await server.ConnectAsync();
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(
            () => session.CallAsync(new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, CancellationToken.None));
        Assert.Equal(id, error.Id);
    }

    [Fact]
    public async Task An_own_session_is_kept_alive_until_the_first_error()
    {
        StepClock clock = new();
        ScriptedTransport server = ScriptedTransport.WithLogin().Always("CurrentTime", "<returnval>2026-01-01T00:00:00Z</returnval>");
        using VimCredential credential = new("u", "p".ToCharArray());
        using VimSession session = await VimSession.ConnectAsync(server.Server(clock, TimeSpan.FromMinutes(10)), credential, CancellationToken.None);

        Assert.Equal(TimeSpan.FromMinutes(10), await clock.NextDelayAsync());
        Assert.Equal(0, server.Count("CurrentTime"));
        clock.Step();
        await clock.NextDelayAsync();
        Assert.Equal(1, server.Count("CurrentTime"));
        TaskCompletionSource refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Always("CurrentTime", _ =>
        {
            refused.SetResult();
            return Soap.Response(Soap.Fault("NotAuthenticated", "gone"));
        });
        clock.Step();
        await refused.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(await clock.HasNextDelayAsync());
        Assert.Equal(2, server.Count("CurrentTime"));
    }

    [Fact]
    public async Task Keeping_alive_stops_with_the_session()
    {
        StepClock clock = new();
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimCredential credential = new("u", "p".ToCharArray());
        VimSession session = await VimSession.ConnectAsync(server.Server(clock, TimeSpan.FromMinutes(10)), credential, CancellationToken.None);
        await clock.NextDelayAsync();
        session.Dispose();
        await clock.Cancelled;
        Assert.Equal(0, server.Count("CurrentTime"));
    }

    [Fact]
    public async Task A_borrowed_session_is_not_kept_alive()
    {
        StepClock clock = new();
        ScriptedTransport server = new();
        server.Always("RetrieveServiceContent", Soap.ServiceContent).Always("RetrievePropertiesEx", CurrentSession);
        using VimSession session = await VimSession.AdoptAsync(server.Server(clock, TimeSpan.FromMinutes(10)), "\"c\"", CancellationToken.None);
        Assert.False(await clock.HasNextDelayAsync());
    }

    [Fact]
    public async Task A_read_whose_reply_is_cut_is_asked_again_a_changing_call_is_not()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        server.Next("CurrentTime", _ => new VimResponse(200, new CutStream())).Next("CurrentTime", "<returnval>2026-01-01T00:00:00Z</returnval>");
        DateTimeOffset time = await session.CallAsync(
            new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, reader => reader.DateTime(), default, CancellationToken.None);
        Assert.Equal(2026, time.Year);
        Assert.Equal(2, server.Count("CurrentTime"));

        server.Always("RebootHost_Task", _ => new VimResponse(200, new CutStream()));
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => session.StartRebootHostAsync(new("HostSystem", "host-1"), false, CancellationToken.None));
        Assert.Equal("ConnectionCut", error.Id);
        Assert.Equal(1, server.Count("RebootHost_Task"));
    }

    [Fact]
    public async Task The_transports_repeats_are_not_repeated_once_more()
    {
        ScriptedTransport server = ScriptedTransport.WithLogin();
        server.Always("CurrentTime", _ => throw new GpuVSphereException("ConnectionCut", GpuErrorCategory.ConnectionFailed, "cut"));
        using RetryingTransport retrying = new(server, new InstantClock());
        using VimCredential credential = new("u", "p".ToCharArray());
        using VimSession session = await VimSession.ConnectAsync(new VimServer("vc", retrying, null!, new InstantClock()), credential, CancellationToken.None);
        await Assert.ThrowsAsync<GpuVSphereException>(() => session.CallAsync(new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, CancellationToken.None));
        Assert.Equal(RetryingTransport.Attempts, server.Count("CurrentTime"));
    }

    [Fact]
    public async Task Cancelling_while_the_reply_arrives_is_a_cancellation()
    {
        using CancellationTokenSource cancel = new();
        ScriptedTransport server = ScriptedTransport.WithLogin();
        using VimSession session = await server.ConnectAsync();
        server.Always("CurrentTime", _ => new VimResponse(200, new CutStream(() => cancel.Cancel())));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => session.CallAsync(new ManagedObjectReference("ServiceInstance", "ServiceInstance"), "CurrentTime", null, cancel.Token));
    }
}
