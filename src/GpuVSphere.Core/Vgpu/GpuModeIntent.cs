using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>Makes the intents of ECC and MIG, which are of one shape.</summary>
internal static class GpuModeIntent
{
    public static ChangeIntent Make(
        GpuMode mode, string title, IEnumerable<GpuDevice> devices, Func<GpuDevice, IEnumerable<KeyValuePair<string, string>>> wanted, HostChangeOptions options)
    {
        options.Validate();
        IntentTarget[] targets =
        [
            .. devices.GroupBy(device => device.HostId).Select(host =>
            {
                Dictionary<string, string> values = new(StringComparer.Ordinal);
                foreach (KeyValuePair<string, string> value in host.OrderBy(device => device.Address).SelectMany(wanted))
                {
                    values[value.Key] = value.Value;
                }

                return new IntentTarget(new PlanTarget(host.Key, host.First().HostName, host.First().ServerName), values);
            }),
        ];
        return new ChangeIntent(mode.IntentKind, title, targets, options.ToOptions());
    }
}
