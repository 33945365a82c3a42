using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Login, logout, and what can be asked about sessions.</summary>
internal sealed class SessionManagerObject(SimulatedServer server, MoRef reference) : ProtocolObject(server, reference)
{
    public override IEnumerable<string> PropertyNames =>
        ["sessionList", "currentSession", "message", "messageLocaleList", "supportedLocaleList", "defaultLocale"];

    public object? GetProperty(string name, SimulatedSession? session) => name switch
    {
        "sessionList" => Server.Sessions.All.Select(Describe).ToList<object>(),
        "currentSession" => session is null ? null : Describe(session),
        "messageLocaleList" or "supportedLocaleList" => new List<object> { "en" },
        "defaultLocale" => "en",
        _ => null,
    };

    protected override object? Invoke(MethodCall call)
    {
        switch (call.Method)
        {
            case "Login":
                return Login(call);
            case "Logout":
                Server.Sessions.End(call.Session!);
                return null;
            case "SessionIsActive":
                string id = call.Arguments.RequiredText("sessionID");
                string user = call.Arguments.RequiredText("userName");
                return Server.Sessions.All.Any(session => session.Key == id && SameUser(session.UserName, user));
            case "TerminateSession":
                foreach (string key in call.Arguments.Texts("sessionId"))
                {
                    Server.Sessions.End(Server.Sessions.All.FirstOrDefault(session => session.Key == key && session != call.Session)
                        ?? throw new SimulatedFault("NotFound", "The object or item referred to could not be found.", "types-core.txt: TerminateSession faults NotFound"));
                }

                return null;
            case "AcquireCloneTicket":
                string ticket = "cst-VCT-" + Guid.NewGuid().ToString("D");
                call.Session!.CloneTickets.Add(ticket);
                return ticket;
            case "CloneSession":
                SimulatedSession? origin = Server.Sessions.TakeTicket(call.Arguments.RequiredText("cloneTicket"));
                if (origin is null || Server.Options.Users.FirstOrDefault(each => SameUser(each.Name, origin.UserName)) is not { } account)
                {
                    throw InvalidLogin("vim25-gpu.md 1: a clone ticket is good once, while the session that gave it lives");
                }

                return Describe(Server.Sessions.Open(account, call.Wire), call);
            case "SetLocale":
                return null;
            default:
                return base.Invoke(call);
        }
    }

    private static bool SameUser(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static SimulatedFault InvalidLogin(string fact) =>
        new("InvalidLogin", "Cannot complete login due to an incorrect user name or password.", fact);

    private static DataObject Describe(SimulatedSession session) => new DataObject("UserSession")
        .With("key", session.Key)
        .With("userName", session.UserName)
        .With("fullName", session.UserName.Split('@')[0])
        .With("loginTime", session.LoginTime)
        .With("lastActiveTime", session.LastActive)
        .With("locale", "en")
        .With("messageLocale", "en")
        .With("extensionSession", false)
        .With("ipAddress", session.IpAddress)
        .With("userAgent", session.UserAgent)
        .With("callCount", session.CallCount);

    private static DataObject Describe(SimulatedSession opened, MethodCall call)
    {
        call.Opened = opened;
        return Describe(opened);
    }

    private DataObject Login(MethodCall call)
    {
        string name = call.Arguments.RequiredText("userName");
        string password = call.Arguments.RequiredText("password");
        string? locale = call.Arguments.Text("locale");
        SimulatorUser? user = Server.Options.Users.FirstOrDefault(each => SameUser(each.Name, name));
        if (user is null || user.Password != password)
        {
            throw InvalidLogin("vim25-gpu.md 1: Login faults InvalidLogin");
        }

        if (locale is { Length: > 0 } && !locale.StartsWith("en", StringComparison.OrdinalIgnoreCase))
        {
            throw new SimulatedFault("InvalidLocale", "The locale '" + locale + "' is not supported.", "types-core.txt: Login faults InvalidLocale");
        }

        return Describe(Server.Sessions.Open(user, call.Wire), call);
    }
}
