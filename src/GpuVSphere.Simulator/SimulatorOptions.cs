using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator;

/// <summary>What a simulated server is like. The model's own switches are in the other part of this type.</summary>
public sealed partial class SimulatorOptions
{
    /// <summary>The names that <see cref="Scenario"/> can have.</summary>
    public static IReadOnlyCollection<string> Scenarios => Model.ModelFactory.Names;

    /// <summary>The inventory to start with, in upper or lower case; <c>default</c> is the small and readable one.</summary>
    public string Scenario { get; init; } = "default";

    /// <summary>
    /// Simulated seconds in one real second, above 0. 1 is real time; the default of 100 lets a host reboot in seconds. Above 1, time in which
    /// the process did not get to run does not count.
    /// </summary>
    public double ClockSpeed { get; init; } = 100;

    /// <summary>The simulated moment of the start.</summary>
    public DateTimeOffset StartTime { get; init; } = new(2025, 3, 3, 8, 0, 0, TimeSpan.Zero);

    /// <summary>Who can log in.</summary>
    public IReadOnlyList<SimulatorUser> Users { get; init; } = SimulatorUser.Defaults;

    /// <summary>
    /// Simulated time after which an idle session ends. Null is 30 minutes (the API limit of vCenter, facts/vim25-gpu.md section 1), and as
    /// much longer as the clock runs faster, so that an admin at a prompt keeps the session for half an hour of real time.
    /// </summary>
    public TimeSpan? SessionIdleTimeout { get; init; }

    /// <summary>Whether the session cookie is given with double quotes around its value, as vCenter does. Govmomi's vcsim gives it without.</summary>
    public bool QuoteSessionCookie { get; init; } = true;

    /// <summary>
    /// Whether the cookie must come back byte for byte, quotes included. That is what finds a client that loses them. Go programs built before Go 1.23
    /// do, govc 0.24.2 among them; to serve those, this is set to false: the quotes then do not matter, as they seem not to on a vCenter.
    /// </summary>
    public bool RequireCookieQuotes { get; init; } = true;

    /// <summary>
    /// Whether changes below <c>config</c> and <c>configManager</c> of a host, and its maintenance mode, are told to waiting clients. vSphere need not
    /// tell them since 5.0 (facts/vim25-gpu.md section 1), so a client has to read again.
    /// </summary>
    public bool PushHostConfiguration { get; init; }

    /// <summary>
    /// Simulated time for which a finished task can still be read. How long vCenter keeps one is UNCONFIRMED; about ten minutes were seen. Null is
    /// ten minutes, and as much longer as the clock runs faster: a client that is slower than the simulated hosts still finds its task.
    /// </summary>
    public TimeSpan? TaskRetention { get; init; }
}
