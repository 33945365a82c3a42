using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What a user can ask for with MIG, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static class MigIntents
{
    /// <summary>The MIG mode of GPUs is to be switched, or their GPU instances to be made.</summary>
    /// <param name="devices">The GPUs, of one host or of several.</param>
    /// <param name="enabled">On, off, or null to leave the mode as it is.</param>
    /// <param name="instances">
    /// The profiles of the GPU instances that there shall be, such as <c>1g.10gb</c>, one for each instance; others are removed. Null leaves them as they
    /// are. They take effect at once, need MIG mode in force, and are gone after a reboot of the host.
    /// </param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent Set(IEnumerable<GpuDevice> devices, bool? enabled, IReadOnlyList<string>? instances, HostChangeOptions options) => GpuModeIntent.Make(
        GpuMode.Mig,
        enabled switch { true => "Switch MIG mode on", false => "Switch MIG mode off", _ => "Set MIG instances" },
        devices,
        device => Wanted(device, enabled, instances),
        options);

    private static IEnumerable<KeyValuePair<string, string>> Wanted(GpuDevice device, bool? enabled, IReadOnlyList<string>? instances)
    {
        if (GpuMode.Text(enabled) is { } mode)
        {
            yield return new(device.Address.ToString(), mode);
        }

        if (instances is not null)
        {
            yield return new(GpuModeWish.InstancesPrefix + device.Address, GpuModeWish.InstancesText(instances) ?? string.Empty);
        }
    }
}
