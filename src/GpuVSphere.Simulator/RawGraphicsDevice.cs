using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>The graphics type of one device of a simulated host, as it was when it was read.</summary>
public sealed class RawGraphicsDevice
{
    internal RawGraphicsDevice(HostSystem host, PciFunction function)
    {
        Address = function.Id.ToString();
        ConfiguredType = host.Graphics.ConfiguredType(function);
        ConfiguredMode = function.VgpuMode;
        Type = host.Graphics.Type(function);
        Mode = host.Graphics.VgpuMode(function);
    }

    /// <summary>Such as <c>0000:3b:00.0</c>.</summary>
    public string Address { get; }

    /// <summary>Configured, for itself or by the host's default: <c>shared</c> or <c>sharedDirect</c>.</summary>
    public string ConfiguredType { get; }

    /// <summary>Configured: <c>sameSize</c> or <c>mixedSize</c>.</summary>
    public string ConfiguredMode { get; }

    /// <summary>In force: <c>basic</c>, <c>shared</c>, <c>direct</c> or <c>sharedDirect</c>.</summary>
    public string Type { get; }

    /// <summary>In force: <c>none</c>, <c>sameSize</c> or <c>mixedSize</c>, or <c>multiInstanceGpu</c>.</summary>
    public string Mode { get; }
}
