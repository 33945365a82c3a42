using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;

namespace GpuVSphere.Passthrough;

/// <summary>What a user can ask for with passthrough, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static partial class PassthroughIntents
{
    /// <summary>Passthrough is to be enabled for devices, of one host or of several.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent Enable(IEnumerable<GpuDevice> devices, HostChangeOptions options) =>
        ForHosts("Enable passthrough", devices, options, device => (device.Address.ToString(), HostPassthroughOperation.Enabled));

    /// <summary>Passthrough is to be disabled for devices, of one host or of several.</summary>
    /// <param name="devices">The devices.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent Disable(IEnumerable<GpuDevice> devices, HostChangeOptions options) =>
        ForHosts("Disable passthrough", devices, options, device => (device.Address.ToString(), HostPassthroughOperation.Disabled));

    /// <summary>The hardware label of devices is to be set (vSphere 7.0 U2 and later). It takes effect at once.</summary>
    /// <param name="devices">The devices, of one host or of several; all get the same label.</param>
    /// <param name="label">The label; null or empty removes it.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent SetLabel(IEnumerable<GpuDevice> devices, string? label, HostChangeOptions options) =>
        ForHosts(
            string.IsNullOrEmpty(label) ? "Remove hardware label" : string.Format(CultureInfo.InvariantCulture, "Set hardware label '{0}'", label),
            devices,
            options,
            device => (HostPassthroughOperation.LabelPrefix + device.Address, (label ?? string.Empty).Trim()));

    private static ChangeIntent ForHosts(
        string title, IEnumerable<GpuDevice> devices, HostChangeOptions options, Func<GpuDevice, (string Name, string Value)> wanted)
    {
        options.Validate();
        IntentTarget[] targets = devices
            .GroupBy(device => device.HostId)
            .Select(host =>
            {
                Dictionary<string, string> values = new(StringComparer.Ordinal);
                foreach (GpuDevice device in host.OrderBy(device => device.Address))
                {
                    (string name, string value) = wanted(device);
                    values[name] = value;
                }

                return new IntentTarget(new PlanTarget(host.Key, host.First().HostName, host.First().ServerName), values);
            })
            .ToArray();
        return new ChangeIntent(HostPassthroughOperation.IntentKind, title, targets, options.ToOptions());
    }
}
