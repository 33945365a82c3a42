using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>The graphics configuration of a simulated host, as it was when it was read.</summary>
public sealed class RawHostGraphics
{
    internal RawHostGraphics(HostSystem host)
    {
        DefaultType = host.Graphics.DefaultType;
        Policy = host.Graphics.Policy;
        PolicyInForce = host.Graphics.PolicyInForce;
        Devices = host.Graphics.Devices.Select(function => new RawGraphicsDevice(host, function)).ToList();
    }

    /// <summary>The configured default of the host, <c>shared</c> or <c>sharedDirect</c>.</summary>
    public string DefaultType { get; }

    /// <summary>The configured assignment policy, <c>performance</c> or <c>consolidation</c>.</summary>
    public string Policy { get; }

    /// <summary>The assignment policy in force since the last restart.</summary>
    public string PolicyInForce { get; }

    /// <summary>Every display function, the server's own included.</summary>
    public IReadOnlyList<RawGraphicsDevice> Devices { get; }

    /// <summary>One device.</summary>
    /// <param name="address">Such as <c>0000:3b:00.0</c>.</param>
    /// <exception cref="System.InvalidOperationException">The host has no such display function.</exception>
    public RawGraphicsDevice Device(string address) => Devices.Single(device => device.Address == address);
}
