using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>SR-IOV is on for GPUs whose vGPUs are virtual functions.</summary>
internal sealed class DeviceSriovRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-SRIOV";

    /// <inheritdoc/>
    public override string Title => "SR-IOV is on for GPUs whose vGPUs are virtual functions";

    /// <inheritdoc/>
    public override string Why => "vGPUs and MIG instances of Ampere and later GPUs are SR-IOV virtual functions. With SR-IOV off in the server's BIOS a VM fails at power-on with a message about a plugin that could not be initialized.";

    /// <inheritdoc/>
    public override string Source => "frankdenneman.nl 2022-10-18; blogs.vmware.com 2020-09 (MIG, part 2): SR-IOV Global Enable; vim25 HostSriovInfo";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.PowerOn | ReadinessAction.SetMig;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host || (subject.Action == ReadinessAction.PowerOn && (subject.Vm is null || ConfiguredGpus.Vgpus(subject.Vm).Count == 0)))
        {
            yield break;
        }

        IReadOnlyList<GpuDevice> meant = subject.Action == ReadinessAction.SetMig ? subject.Devices : ConfiguredGpus.OfDriver(subject);
        foreach (GpuDevice device in meant.Where(UsesSriov).Where(device => subject.Action != ReadinessAction.PowerOn || ConfiguredGpus.IsFor(subject.Vm!, device)))
        {
            if (device.IsSriovCapable == true || device.VirtualFunctions > 0)
            {
                yield return Verdict.Holds($"{ConfiguredGpus.Say(device)} on {host.Name} can have {device.VirtualFunctions} virtual functions.");
            }
            else if (subject.NvidiaSmi is { IsKnown: true, Value: { } told } && told.Any(gpu => gpu.Address == device.Address && gpu.HostVgpuMode == "SR-IOV"))
            {
                yield return Verdict.Holds($"nvidia-smi says that {ConfiguredGpus.Say(device)} on {host.Name} serves vGPUs by SR-IOV.");
            }
            else if (subject.Action != ReadinessAction.SetMig || device.IsSriovCapable == false)
            {
                // What hosts list of SR-IOV while NVIDIA's driver has the GPU is not documented, so it is no proof.
                yield return Verdict.Unconfirmed(
                    device.IsSriovCapable == false
                        ? $"{ConfiguredGpus.Say(device)} on {host.Name} is listed without SR-IOV, and its vGPUs are virtual functions: SR-IOV is likely off in the server's BIOS."
                        : $"Whether SR-IOV is on for {ConfiguredGpus.Say(device)} on {host.Name} cannot be read: confirm.",
                    "Look in the server's BIOS for 'SR-IOV Global Enable' or its like, switch it on and reboot the host.");
            }
        }
    }

    private static bool UsesSriov(GpuDevice device)
    {
        IReadOnlyList<VgpuBoard> boards = VgpuCatalog.InUse.FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId);
        return boards.Count > 0 && boards.All(board => board.UsesSriov);
    }
}
