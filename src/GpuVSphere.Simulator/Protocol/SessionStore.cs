using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The sessions of a server, by their cookie. All under the gate of the world.</summary>
internal sealed class SessionStore(SimulatedServer server)
{
    private readonly Dictionary<string, SimulatedSession> _byCookie = new(StringComparer.Ordinal);

    public IEnumerable<SimulatedSession> All => _byCookie.Values;

    private TimeSpan IdleTimeout =>
        server.Options.SessionIdleTimeout ?? TimeSpan.FromSeconds(30 * 60 * Math.Max(1, server.Clock.Speed));

    /// <summary>The session of a cookie, byte for byte: one whose quotes were lost is nobody's.</summary>
    public SimulatedSession? Find(string? cookie)
    {
        Expire();
        if (cookie is null)
        {
            return null;
        }

        if (!server.Options.RequireCookieQuotes && server.Options.QuoteSessionCookie)
        {
            cookie = "\"" + cookie.Trim('"') + "\"";
        }

        return _byCookie.TryGetValue(cookie, out SimulatedSession? session) ? session : null;
    }

    public SimulatedSession Open(SimulatorUser user, WireRequest? wire)
    {
        string value = Guid.NewGuid().ToString("D");
        SimulatedSession session = new(Guid.NewGuid().ToString("D"), user.Name)
        {
            Privileges = user.Privileges,
            RoleId = AuthorizationManagerObject.RoleId(server.Options, user),
            Cookie = server.Options.QuoteSessionCookie ? "\"" + value + "\"" : value,
            LoginTime = server.Clock.UtcNow,
            LastActive = server.Clock.UtcNow,
            UserAgent = wire?.UserAgent ?? string.Empty,
            IpAddress = wire?.RemoteAddress ?? "127.0.0.1",
        };
        _byCookie.Add(session.Cookie, session);
        return session;
    }

    /// <summary>The session that gave a clone ticket out; the ticket is used up.</summary>
    public SimulatedSession? TakeTicket(string ticket) => All.FirstOrDefault(session => session.CloneTickets.Remove(ticket));

    public void End(SimulatedSession session)
    {
        _byCookie.Remove(session.Cookie);
        session.Objects.Clear();
        session.CloneTickets.Clear();
        session.End();
    }

    public void EndAll()
    {
        foreach (SimulatedSession session in All.ToList())
        {
            End(session);
        }
    }

    private void Expire()
    {
        DateTimeOffset now = server.Clock.UtcNow;
        foreach (SimulatedSession session in All.Where(each => each.CallsInProgress == 0 && now - each.LastActive > IdleTimeout).ToList())
        {
            End(session);
        }
    }
}
