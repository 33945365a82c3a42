using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The driver is of the kind that serves the VM's GPUs: GRID for a vGPU.</summary>
internal sealed class GuestDriverKindRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GUEST-DRIVER-KIND";

    /// <inheritdoc/>
    public override string Title => "The guest driver is of the kind that serves the VM's GPUs";

    /// <inheritdoc/>
    public override string Why => "A vGPU is served only by the driver that comes with the vGPU software. A stock driver installs well and finds no device.";

    /// <inheritdoc/>
    public override string Source => "VMware, GPUs for Machine Learning on VMware vSphere (2019), 6.3.2; NVIDIA, Virtual GPU Client Licensing User Guide: passthrough under vWS, vCS and vApps";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallGuestDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.GuestDriver is not { } asked)
        {
            yield break;
        }

        GuestDriverPackage package = asked.Package;
        VmGpu[] gpus = [.. subject.Vm?.PciDevices.Where(device => device.Kind != VmGpuKind.Other) ?? []];
        string[] profiles = [.. gpus.Select(gpu => gpu.VgpuProfile).OfType<string>().Distinct()];
        if (package.Kind == GuestDriverKind.KvmManager)
        {
            yield return Verdict.Confirmed($"{package.Name} is NVIDIA's vGPU manager for KVM hosts, not a driver for a guest.", "Give the file whose name ends with -grid, from the same archive's folder Guest_Drivers.");
        }
        else if (package.Kind == GuestDriverKind.Repository)
        {
            yield return Verdict.Confirmed(
                $"{package.Name} sets up a repository in the guest, and installs no driver by itself.", $"Give the .run file, NVIDIA-Linux-{asked.Architecture ?? "x86_64"}-{package.Driver}.run, or a package with the driver.");
        }
        else if (profiles.Length > 0 && package.Kind == GuestDriverKind.Stock)
        {
            yield return Verdict.Confirmed(
                $"{subject.Target.Name} has a vGPU ({string.Join(", ", profiles)}), and {package.Name} is a stock driver, which finds no device there.",
                Accepted(asked, package));
        }
        else if (profiles.Length > 0 && package.Cloud is { } cloud)
        {
            yield return Verdict.Unconfirmed($"{package.Name} is NVIDIA's GRID driver for {cloud}, where its licence comes from; whether it takes one of your licence server is not known.", Accepted(asked, package));
        }
        else if (profiles.Length == 0 && gpus.Length > 0 && package.Kind == GuestDriverKind.Grid)
        {
            yield return Verdict.Advice(
                $"{package.Name} is the GRID driver, and {subject.Target.Name} has a whole GPU: it works there, and needs a licence (vWS, vCS or vApps), which a stock driver does not.",
                "Set-VgpuLicense sets the licence; for CUDA alone the stock driver will do.");
        }
        else if (gpus.Length > 0)
        {
            yield return Verdict.Holds($"{package.Name} is a {package.Title}, as {(profiles.Length > 0 ? "a vGPU" : "a whole GPU")} needs it.");
        }
    }

    private static string Accepted(GuestDriverQuestion asked, GuestDriverPackage package)
    {
        string form = package.IsForWindows ? "its name has _grid_" : "its name has -grid";
        return asked.Manager is { IsKnown: true, Value: { Major: { } major } manager } && VgpuAdvice.Guests(asked.Catalog, major) is { } accepted
            ? $"Give the GRID driver ({form}) that manager {manager} takes. {accepted}"
            : $"Give the GRID driver ({form}) from the package of the host's vGPU manager; Get-VgpuRelease lists the releases with their drivers.";
    }
}
