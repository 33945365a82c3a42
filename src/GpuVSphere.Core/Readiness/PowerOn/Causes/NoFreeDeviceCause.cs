using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>No device of the host fits what the VM asks for dynamically.</summary>
internal sealed class NoFreeDeviceCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.NoFreeDevice;

    /// <inheritdoc/>
    public override string Title => "No free device fits what the VM asks for by ids or label";

    /// <inheritdoc/>
    public override string KnownBy => "'One or more devices (pciPassthruN) required by VM … are not available on host …'";

    /// <inheritdoc/>
    public override string Source => "Dynamic DirectPath I/O: vCenter chooses an active, free device with the ids and the label (vSphere 7.0)";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        if (evidence.Find(PowerOnTexts.NotAvailable) is not { } line)
        {
            yield break;
        }

        if (!evidence.KnowsHost || evidence.Vm is null)
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Possible,
                line,
                "No device of the host is active, free, and of the ids and the label that the VM asks for; or a device by address is not there, not active or in use.",
                evidence.LookAtVm);
            yield break;
        }

        foreach (VmGpu wanted in evidence.PassthroughGpus.Where(gpu => gpu.Kind == VmGpuKind.DynamicPassthrough))
        {
            GpuDevice[] ofIds = [.. evidence.Host!.Devices.Where(device => wanted.AllowedDevices.Any(ids => ids.VendorId == device.VendorId && ids.DeviceId == device.DeviceId))];
            GpuDevice[] fitting = [.. ofIds.Where(device => Fits(wanted, device))];
            string asked = (wanted.Model ?? "a GPU by its ids") + (string.IsNullOrEmpty(wanted.CustomLabel) ? string.Empty : $" with the label '{wanted.CustomLabel}'");
            if (fitting.Length == 0)
            {
                GpuDevice? unlabelled = ofIds.FirstOrDefault(device => device.Label is null && evidence.Host.CanSetHardwareLabel);
                yield return Finding(
                    evidence,
                    PowerOnCertainty.Proved,
                    line,
                    $"{evidence.VmText} asks for {asked}, and {evidence.Host.Name} has none.",
                    unlabelled is null ? $"Get-GpuDevice -VMHost {Typed.Name(evidence.Host.Name)} lists its GPUs; move the VM to a host that has it, or ask for another."
                        : $"{unlabelled.Address} is of the model and has no label; with this it has.",
                    unlabelled is null || string.IsNullOrEmpty(wanted.CustomLabel) ? null : $"Set-GpuDevice -VMHost {Typed.Name(evidence.Host.Name)} -Device {unlabelled.Address} -Label {Typed.Name(wanted.CustomLabel!)}");
            }
            else if (fitting.Any(device => device.IsActive) && fitting.Where(device => device.IsActive).All(device => device.Assignments.Any(holder => holder.IsRunning && holder.Vm != evidence.Vm.Id)))
            {
                string holders = string.Join(", ", fitting.SelectMany(device => device.Assignments).Where(holder => holder.IsRunning).Select(holder => holder.VmName).Distinct());
                GpuDevice? inactive = fitting.FirstOrDefault(device => !device.IsActive && device.IsCapable);
                yield return Finding(
                    evidence,
                    PowerOnCertainty.Proved,
                    line,
                    $"{evidence.VmText} asks for {asked}; every active one of {evidence.Host.Name} is held by {holders}.",
                    inactive is null ? $"Power one of them off, or move the VM to a host that has one free." : $"{inactive.Address} would fit and is not active yet; or power one of the others off.",
                    inactive is null ? null : $"Enable-GpuPassthrough -VMHost {Typed.Name(evidence.Host.Name)} -Device {inactive.Address}{(evidence.Host.CanRebindWithoutReboot ? string.Empty : " -Reboot")}");
            }
        }
    }

    /// <summary>Whether a device of a host is one that the VM's dynamic device accepts.</summary>
    internal static bool Fits(VmGpu wanted, GpuDevice device) =>
        wanted.AllowedDevices.Any(ids => ids.VendorId == device.VendorId && ids.DeviceId == device.DeviceId)
        && (string.IsNullOrEmpty(wanted.CustomLabel) || string.Equals(wanted.CustomLabel, device.Label, StringComparison.Ordinal));
}
