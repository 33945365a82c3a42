using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What a user can ask for with ECC, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static class EccIntents
{
    /// <summary>ECC of GPUs is to be switched. It takes effect with the next reboot of the host.</summary>
    /// <param name="devices">The GPUs, of one host or of several.</param>
    /// <param name="enabled">On or off. Off is needed for vGPU releases before 9.0 only.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent Set(IEnumerable<GpuDevice> devices, bool enabled, HostChangeOptions options) => GpuModeIntent.Make(
        GpuMode.Ecc,
        enabled ? "Switch ECC on" : "Switch ECC off",
        devices,
        device => [new(device.Address.ToString(), GpuMode.Text(enabled)!)],
        options);
}
