using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The VM's vGPUs are licensed.</summary>
internal sealed class LicenseStateRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "LICENSE-STATE";

    /// <inheritdoc/>
    public override string Title => "The VM's vGPUs have their licence";

    /// <inheritdoc/>
    public override string Why => "A vGPU starts without a licence and is slowed down after 20 minutes, down to a few frames a second; CUDA stops working. Nothing in vSphere shows it.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA AI Enterprise 8, licensing: 20 minutes without a licence; nvidia-smi vgpu -q, License Status";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.NvidiaSmi;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Vm is not { } vm || ConfiguredGpus.Vgpus(vm).Count == 0)
        {
            yield break;
        }

        NvidiaSmiVgpu[] told = subject.NvidiaSmi is { IsKnown: true, Value: { } gpus }
            ? [.. gpus.SelectMany(gpu => gpu.Vgpus).Where(vgpu => string.Equals(vgpu.VmName, vm.Name, StringComparison.Ordinal) && vgpu.LicenseStatus is { Length: > 0 })]
            : [];
        string[] without = [.. told.Where(vgpu => !vgpu.LicenseStatus!.StartsWith("Licensed", StringComparison.OrdinalIgnoreCase)).Select(vgpu => $"{vgpu.Name}: {vgpu.LicenseStatus}")];
        if (told.Length == 0)
        {
            yield return Verdict.Unconfirmed(
                $"Whether the guest of {vm.Name} has a licence cannot be read{(vm.IsRunning ? string.Empty : " while it is off")}: confirm.",
                $"Get-VgpuLicense -VM {Typed.Name(vm.Name)} asks the guest while it runs; it needs the client token or gridd.conf, the right FeatureType, a right clock, and a way to the server.");
        }
        else if (without.Length > 0)
        {
            yield return Verdict.Unconfirmed(
                $"{vm.Name} runs without a licence ({string.Join("; ", without)}), and is slowed down after 20 minutes.",
                $"Get-VgpuLicense -VM {Typed.Name(vm.Name)} says why; Set-VgpuLicense gives the guest the client token, or the server and FeatureType in gridd.conf, and waits for the licence.");
        }
        else
        {
            yield return Verdict.Holds($"nvidia-smi on the host says of {vm.Name}: {string.Join("; ", told.Select(vgpu => vgpu.LicenseStatus).Distinct())}.");
        }
    }
}
