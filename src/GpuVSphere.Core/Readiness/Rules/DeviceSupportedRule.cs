using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The GPU is one that the method is known to work with.</summary>
internal sealed class DeviceSupportedRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-SUPPORTED";

    /// <inheritdoc/>
    public override string Title => "The GPU is one that the method, and the installed driver, support";

    /// <inheritdoc/>
    public override string Why => "Most GPUs can be passed through where the maker of the server supports them. vGPUs are served by certain boards only, and each by certain releases of NVIDIA's driver: a board that was dropped shows in nvidia-smi and has no profiles.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 5.1; NVIDIA's lists of vGPU types by driver branch and release notes; NVIDIA AI Enterprise 8, NVSwitch: no passthrough under vSphere";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host)
        {
            yield break;
        }

        if ((subject.Action & ReadinessAction.UsePassthrough) != 0)
        {
            foreach (GpuDevice device in subject.Devices)
            {
                yield return JudgePassthrough(device);
            }
        }

        if ((subject.Action & ReadinessAction.UseVgpu) != 0)
        {
            foreach (Verdict verdict in ConfiguredGpus.Doubted([.. ConfiguredGpus.OfDriver(subject).Select(device => JudgeVgpu(device, subject.HostSoftware))]))
            {
                yield return verdict;
            }
        }
    }

    private static Verdict JudgePassthrough(GpuDevice device)
    {
        if (GpuCatalog.InUse.Find(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId) is not { } model)
        {
            return Verdict.Unconfirmed(
                $"{device.Address} on {device.HostName} ({device.Name}, {device.VendorId:x4}:{device.DeviceId:x4}) is in no catalogue: confirm with the maker of the server that it can be passed through.",
                "Update-GpuCatalog brings a newer catalogue.");
        }

        // SXM boards of four GPUs have no NVSwitch, and the form alone does not tell.
        return model.Form.StartsWith("SXM", StringComparison.Ordinal)
            ? Verdict.Unconfirmed(
                $"{device.Address} on {device.HostName} is {Article.With(model.Name)}: GPUs of a board with NVSwitch are not passed through under vSphere, and whether this board has NVSwitch cannot be read: confirm.",
                "On a board with NVSwitch give its GPUs as vGPUs, whole or in device groups: Add-VmVgpuProfile.")
            : Verdict.Holds($"{device.Address} on {device.HostName} is {Article.With(model.Name)}, which is known.");
    }

    private static Verdict JudgeVgpu(GpuDevice device, Evidence<HostSoftware> software)
    {
        string[] boards = [.. VgpuCatalog.InUse.FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId).Select(board => board.Name).Distinct()];
        string name = device.Model ?? device.Name;
        if (boards.Length == 0)
        {
            return Verdict.Unconfirmed(
                $"The catalogue has no vGPU types of {ConfiguredGpus.Say(device)} on {device.HostName}: confirm in NVIDIA's list of supported GPUs that vGPUs are served from it.",
                "Give it as a whole instead: Enable-GpuPassthrough; or bring a newer catalogue with Update-GpuCatalog.");
        }

        if (!software.IsKnown)
        {
            return Verdict.Unconfirmed($"vGPUs are served from {ConfiguredGpus.Say(device)} on {device.HostName}; whether by its driver cannot be read, because {software.WhyUnknown}: confirm.", $"Get-NvidiaVib -VMHost {Typed.Name(device.HostName)} lists the driver, and Get-VgpuRelease -Gpu {Typed.Name(name)} the releases that serve the GPU.");
        }

        if (software.Value?.Manager is not { } manager)
        {
            return Verdict.Holds($"vGPUs are served from {ConfiguredGpus.Say(device)} on {device.HostName}, by the releases that Get-VgpuRelease lists for it.");
        }

        CompatibilityCheck check = VgpuSupport.JudgeGpu(VgpuCatalog.InUse, manager, name, boards);
        string seen = $"{device.Address} on {device.HostName}: {check.Reason}";
        return check.Verdict switch
        {
            CompatibilityVerdict.Compatible => Verdict.Holds(seen),
            CompatibilityVerdict.NotCompatible when check.Confidence == FactConfidence.Confirmed => Verdict.Confirmed(
                seen, $"Install-NvidiaVib with a release that serves it: Get-VgpuRelease -Gpu {Typed.Name(name)} lists them."),
            _ => Verdict.Unconfirmed(seen + " Confirm that its profiles are offered.", $"Get-VgpuProfile -VMHost {Typed.Name(device.HostName)} lists them."),
        };
    }
}
