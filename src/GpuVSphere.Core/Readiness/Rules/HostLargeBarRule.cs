using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The firmware of the server maps large BARs above 4 GB.</summary>
internal sealed class HostLargeBarRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "HOST-LARGE-BAR";

    /// <inheritdoc/>
    public override string Title => "The firmware of the server maps large BARs above 4 GB";

    /// <inheritdoc/>
    public override string Why => "A GPU with a BAR of gigabytes needs the server's firmware to place it above 4 GB. Without that the GPU gets no BAR: it cannot be passed through, or its driver does not start.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 5.1.1; frankdenneman.nl 2023-05-30: on for all but GPUs with a small BAR such as the T4";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host)
        {
            yield break;
        }

        List<string> unseen = [];
        foreach (GpuDevice device in subject.Devices)
        {
            GpuModel? model = GpuCatalog.InUse.Find(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId);
            if (model is { Bar1Bytes: <= SmallBarBytes, Bar1Confidence: >= FactConfidence.Probable })
            {
                yield return Verdict.Holds($"{ConfiguredGpus.Say(device)} on {host.Name} has no BAR above 256 MB, so the setting does not matter to it.");
            }
            else if (device.Assignments.FirstOrDefault(holder => holder.IsRunning && holder.Kind != VmGpuKind.Other) is { } holder)
            {
                yield return Verdict.Holds($"{ConfiguredGpus.Say(device)} on {host.Name} works in {holder.VmName}, so its BARs are mapped.");
            }
            else if (device.MemoryMB > 0)
            {
                yield return Verdict.Holds($"The host's driver sees {device.MemoryMB} MB on {ConfiguredGpus.Say(device)}, so its BARs are mapped.");
            }
            else
            {
                unseen.Add(ConfiguredGpus.Say(device) + (device.State == PassthroughState.NotCapable ? ", which the host says cannot be passed through" : string.Empty));
            }
        }

        if (unseen.Count > 0)
        {
            string server = host.HardwareModel.Length > 0 ? $" ({host.Vendor} {host.HardwareModel})" : string.Empty;
            yield return Verdict.Unconfirmed(
                $"Whether the firmware of {host.Name}{server} maps BARs above 4 GB cannot be read from vSphere: confirm it for {string.Join("; ", unseen)}.",
                "Look in the PCI section of the server's BIOS for 'above 4G decoding', 'memory mapped I/O above 4 GB' or 'PCI 64-bit resource handling above 4G', switch it on and reboot the host.");
        }
    }

    private const long SmallBarBytes = 256L << 20;
}
