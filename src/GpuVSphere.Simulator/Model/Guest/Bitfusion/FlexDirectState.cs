using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>What FlexDirect keeps in a guest.</summary>
internal sealed class FlexDirectState
{
    /// <summary>Whether a key was accepted.</summary>
    public bool IsLicensed { get; set; }

    /// <summary>Whether <c>init</c> asks to accept the terms before it asks for the key. Which releases do is UNCONFIRMED: both are tried.</summary>
    public bool AsksToAcceptFirst { get; set; }

    /// <summary>How long a scheduler takes until it says that it runs.</summary>
    public TimeSpan StartTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a scheduler lives after it has begun to listen; null for as long as it is let.</summary>
    public TimeSpan? LifeTime { get; set; }

    /// <summary>The ports that programs other than schedulers listen at.</summary>
    public HashSet<int> TakenPorts { get; } = [];

    /// <summary>The schedulers that run.</summary>
    public List<FlexDirectDaemon> Daemons { get; } = [];
}
