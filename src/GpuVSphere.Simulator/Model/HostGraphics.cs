using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// The graphics types of a host: what is configured, and what is in force (facts: vim25-gpu.md 2.3). Between the two lies a restart: of the xorg
/// service before 7.0 U1, of nv-hostengine from 7.0 U1 on, or of the host.
/// </summary>
internal sealed class HostGraphics(HostSystem host)
{
    /// <summary>The release from which xorg is no longer needed for vGPU (KB 318047).</summary>
    private const string HostEngineRelease = "7.0.1.0";

    /// <summary>Configured for the host: <c>shared</c> or <c>sharedDirect</c>. A device without a type of its own follows it. A fresh host has shared.</summary>
    public string DefaultType { get; set; } = "shared";

    /// <summary>Configured: <c>performance</c> or <c>consolidation</c>. A fresh host has performance.</summary>
    public string Policy { get; set; } = "performance";

    public string DefaultTypeInForce { get; private set; } = "shared";

    public string PolicyInForce { get; private set; } = "performance";

    /// <summary>The display functions of the host, the server's own included.</summary>
    public IEnumerable<PciFunction> Devices => host.Functions.Where(f => (f.Card.ClassId >> 8) == 0x03);

    /// <summary>The functions that have a type to configure: those in passthrough are the VMs', not the VMkernel's.</summary>
    public IEnumerable<PciFunction> Configurable => Devices.Where(f => f.Card.IsGpu && !f.IsActive);

    public string ConfiguredType(PciFunction function) => function.GraphicsType ?? DefaultType;

    /// <summary>The type in force: direct in passthrough, basic without a driver, else what was configured at the last restart.</summary>
    public string Type(PciFunction function) =>
        function.IsActive ? "direct"
        : !host.HasGpuDriver || !function.Card.IsGpu ? "basic"
        : function.GraphicsTypeInForce;

    /// <summary>The mode in force, <c>sameSize</c> or <c>mixedSize</c>; <c>none</c> where no vGPU can run.</summary>
    public string VgpuMode(PciFunction function) => Type(function) == "sharedDirect" ? function.VgpuModeInForce : "none";

    /// <summary>Puts what is configured in force, as at the start of the host.</summary>
    public void TakeEffect()
    {
        DefaultTypeInForce = DefaultType;
        PolicyInForce = Policy;
        foreach (PciFunction function in host.Functions)
        {
            // VMs should be off for this (vSphere 6.5 Resource Management, p. 46). What a running one does to it is not known; here its device stays as it is.
            if (!function.IgnoresNextReboot && !host.VgpuUsersOf(function).Any())
            {
                function.GraphicsTypeInForce = ConfiguredType(function);
                function.VgpuModeInForce = function.VgpuMode;
            }
        }
    }

    /// <summary>The service xorg was started anew: before 7.0 U1 that puts the configuration in force, later it does nothing for vGPU.</summary>
    public void XorgRestarted()
    {
        if (!host.Release.Has(HostEngineRelease))
        {
            TakeEffect();
            host.DevicesChanged();
        }
    }

    /// <summary>nv-hostengine was ended and started: from 7.0 U1 on that puts the configuration in force. There is none without the driver.</summary>
    public void HostEngineRestarted()
    {
        if (host.Release.Has(HostEngineRelease) && host.HasGpuDriver)
        {
            TakeEffect();
            host.DevicesChanged();
        }
    }
}
