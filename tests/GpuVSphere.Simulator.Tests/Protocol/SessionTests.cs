using System;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class SessionTests
{
    private const string Manager = "SessionManager";

    [Fact]
    public async Task Login_SetsACookieWhoseQuotesArePartOfIt()
    {
        using Soap soap = await Soap.LoggedInAsync();
        Assert.Matches("^\"[0-9a-f-]{36}\"$", soap.Cookie);
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
    }

    [Fact]
    public async Task Cookie_WithoutItsQuotes_IsNotAuthenticated()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Cookie = soap.Cookie!.Trim('"');
        Assert.Equal("NotAuthenticated", (await soap.FaultAsync("CurrentTime", "ServiceInstance", "ServiceInstance")).Type);
    }

    [Fact]
    public async Task Cookie_WithoutItsQuotes_IsTakenWhenAskedFor()
    {
        using Soap soap = await Soap.LoggedInAsync(new SimulatorOptions { RequireCookieQuotes = false });
        Assert.StartsWith("\"", soap.Cookie);
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        soap.Cookie = soap.Cookie!.Trim('"');
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
    }

    [Fact]
    public async Task Cookie_IsGivenWithoutQuotesWhenAskedFor()
    {
        using Soap soap = await Soap.LoggedInAsync(new SimulatorOptions { QuoteSessionCookie = false });
        Assert.DoesNotContain('"', soap.Cookie!);
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
    }

    [Theory]
    [InlineData("administrator@vsphere.local", "wrong")]
    [InlineData("nobody@vsphere.local", SimulatorUser.DefaultPassword)]
    public async Task Login_WithAWrongPasswordOrName_IsInvalidLogin(string user, string password)
    {
        using Soap soap = new();
        (string type, string text, XElement? detail) = await soap.FaultAsync("Login", Manager, Manager, "<userName>" + user + "</userName><password>" + password + "</password>");
        Assert.Equal("InvalidLogin", type);
        Assert.Equal("Cannot complete login due to an incorrect user name or password.", text);
        Assert.Equal(Soap.Vim + "InvalidLoginFault", detail!.Name);
        Assert.Null(soap.Cookie);
    }

    [Fact]
    public async Task Login_IgnoresTheCaseOfTheName()
    {
        using Soap soap = new();
        await soap.LoginAsync("Administrator@VSPHERE.LOCAL");
    }

    [Fact]
    public async Task Login_InAnUnknownLanguage_IsInvalidLocale()
    {
        using Soap soap = new();
        (string type, _, _) = await soap.FaultAsync(
            "Login", Manager, Manager, "<userName>root</userName><password>" + SimulatorUser.DefaultPassword + "</password><locale>tlh</locale>");
        Assert.Equal("InvalidLocale", type);
    }

    [Fact]
    public async Task Logout_EndsTheSession()
    {
        using Soap soap = await Soap.LoggedInAsync();
        await soap.CallAsync("Logout", Manager, Manager);
        Assert.Equal("NotAuthenticated", (await soap.FaultAsync("CurrentTime", "ServiceInstance", "ServiceInstance")).Type);
    }

    [Fact]
    public async Task ServiceContent_IsThereBeforeLogin_WithEveryManager()
    {
        using Soap soap = new();
        XElement content = (await soap.CallAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance")).Single();
        string[] names = content.Elements().Select(each => each.Name.LocalName).ToArray();
        Assert.Equal(["rootFolder", "propertyCollector", "viewManager", "about", "sessionManager", "authorizationManager", "taskManager", "searchIndex"], names);
        Assert.Equal("VirtualCenter", content.Element(Soap.Vim + "about")!.Element(Soap.Vim + "apiType")!.Value);
        Assert.Equal("11111111-2222-3333-4444-555555555555", content.Element(Soap.Vim + "about")!.Element(Soap.Vim + "instanceUuid")!.Value);
    }

    [Fact]
    public async Task AHostOfItsOwn_NamesItsManagersAsEsxDoes()
    {
        using Soap soap = new(null, new StubModel(isVCenter: false));
        XElement content = (await soap.CallAsync("RetrieveServiceContent", "ServiceInstance", "ServiceInstance")).Single();
        Assert.Equal("ha-sessionmgr", content.Element(Soap.Vim + "sessionManager")!.Value);
        Assert.Equal("ha-property-collector", content.Element(Soap.Vim + "propertyCollector")!.Value);
        Assert.Equal("HostAgent", content.Element(Soap.Vim + "about")!.Element(Soap.Vim + "apiType")!.Value);
    }

    [Fact]
    public async Task CurrentSession_CanBeReadWithoutALogin_AndIsThenUnset()
    {
        using Soap soap = new();
        const string Spec = "<specSet><propSet><type>SessionManager</type><pathSet>currentSession</pathSet><pathSet>message</pathSet></propSet><objectSet><obj type=\"SessionManager\">SessionManager</obj></objectSet></specSet><options/>";
        XElement before = (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", Spec)).Single().Element(Soap.Vim + "objects")!;
        Assert.Null(Soap.Value(before, "currentSession"));

        // What needs a login comes as a missing property, not as a fault of the whole call.
        XElement missing = before.Elements(Soap.Vim + "missingSet").Single();
        Assert.Equal("message", missing.Element(Soap.Vim + "path")!.Value);
        XElement fault = missing.Element(Soap.Vim + "fault")!.Element(Soap.Vim + "fault")!;
        Assert.Equal("NotAuthenticated", fault.Attribute(Soap.XsiType)!.Value);
        Assert.Equal("System.View", fault.Element(Soap.Vim + "privilegeId")!.Value);
        Assert.Equal("group-d1", fault.Element(Soap.Vim + "object")!.Value);

        await soap.LoginAsync();
        XElement after = (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector", Spec)).Single().Element(Soap.Vim + "objects")!;
        Assert.Equal("administrator@vsphere.local", Soap.Value(after, "currentSession")!.Element(Soap.Vim + "userName")!.Value);
        Assert.Empty(after.Elements(Soap.Vim + "missingSet"));
    }

    [Fact]
    public async Task IdleSession_EndsAfterThirtyMinutes_AndActivityKeepsIt()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(29));
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(29));
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal("NotAuthenticated", (await soap.FaultAsync("CurrentTime", "ServiceInstance", "ServiceInstance")).Type);
    }

    [Fact]
    public async Task SessionIdleTimeout_CanBeChosen()
    {
        using Soap soap = await Soap.LoggedInAsync(new SimulatorOptions { ClockSpeed = 1, SessionIdleTimeout = TimeSpan.FromHours(2) });
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(110));
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        soap.Simulator.Clock.Advance(TimeSpan.FromMinutes(121));
        Assert.Equal("NotAuthenticated", (await soap.FaultAsync("CurrentTime", "ServiceInstance", "ServiceInstance")).Type);
    }

    [Fact]
    public async Task ExpireSessions_EndsThemOnOrder()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Simulator.ExpireSessions();
        Assert.Equal("NotAuthenticated", (await soap.FaultAsync("CurrentTime", "ServiceInstance", "ServiceInstance")).Type);
        await soap.LoginAsync();
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
    }

    [Fact]
    public async Task CloneTicket_OpensOneMoreSession_Once()
    {
        using Soap soap = await Soap.LoggedInAsync();
        string first = soap.Cookie!;
        string ticket = (await soap.CallAsync("AcquireCloneTicket", Manager, Manager)).Single().Value;
        soap.Cookie = null;
        XElement session = (await soap.CallAsync("CloneSession", Manager, Manager, "<cloneTicket>" + ticket + "</cloneTicket>")).Single();
        Assert.Equal("administrator@vsphere.local", session.Element(Soap.Vim + "userName")!.Value);
        Assert.NotEqual(first, soap.Cookie);
        await soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance");
        Assert.Equal("InvalidLogin", (await soap.FaultAsync("CloneSession", Manager, Manager, "<cloneTicket>" + ticket + "</cloneTicket>")).Type);
    }

    [Fact]
    public async Task CloneTicket_DiesWithTheSessionThatGaveIt()
    {
        using Soap soap = await Soap.LoggedInAsync();
        string ticket = (await soap.CallAsync("AcquireCloneTicket", Manager, Manager)).Single().Value;
        await soap.CallAsync("Logout", Manager, Manager);
        Assert.Equal("InvalidLogin", (await soap.FaultAsync("CloneSession", Manager, Manager, "<cloneTicket>" + ticket + "</cloneTicket>")).Type);
    }

    [Fact]
    public async Task SessionIsActive_NeedsItsPrivilege()
    {
        using Soap soap = await Soap.LoggedInAsync();
        XElement me = (await soap.CallAsync("RetrievePropertiesEx", "PropertyCollector", "propertyCollector",
            "<specSet><propSet><type>SessionManager</type><pathSet>currentSession.key</pathSet></propSet><objectSet><obj type=\"SessionManager\">SessionManager</obj></objectSet></specSet><options/>")).Single();
        string key = me.Descendants(Soap.Vim + "val").Single().Value;
        string arguments = "<sessionID>" + key + "</sessionID><userName>administrator@vsphere.local</userName>";
        Assert.Equal("true", (await soap.CallAsync("SessionIsActive", Manager, Manager, arguments)).Single().Value);
        await soap.LoginAsync("readonly@vsphere.local");
        (string type, _, XElement? detail) = await soap.FaultAsync("SessionIsActive", Manager, Manager, arguments);
        Assert.Equal("NoPermission", type);
        Assert.Equal("Sessions.ValidateSession", detail!.Element(Soap.Vim + "privilegeId")!.Value);
    }

    [Fact]
    public async Task AnUnreachableServer_EndsSessionsAndAnswersNothing()
    {
        using Soap soap = await Soap.LoggedInAsync();
        soap.Simulator.World.IsReachable = false;
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => soap.CallAsync("CurrentTime", "ServiceInstance", "ServiceInstance"));
        Assert.IsNotType<Xunit.Sdk.TrueException>(error);
        soap.Simulator.World.IsReachable = true;
        Assert.Equal("NotAuthenticated", (await soap.FaultAsync("CurrentTime", "ServiceInstance", "ServiceInstance")).Type);
    }
}
