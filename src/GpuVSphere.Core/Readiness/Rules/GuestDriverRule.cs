using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>Guest drivers go with the manager on the host.</summary>
internal sealed class GuestDriverRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GUEST-DRIVER";

    /// <inheritdoc/>
    public override string Title => "The guest's driver goes with the manager on the host";

    /// <inheritdoc/>
    public override string Why => "The host's manager serves guests of its own main release, and of the one before it, or of the long-term branch before it. With any other guest driver the vGPU is there and does not load.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA's vGPU release notes 8.x, 15.x and 19.0: accepted combinations of manager and guest driver";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.PowerOn | ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware | EvidenceKinds.NvidiaSmi;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host)
        {
            return [];
        }

        return subject.Action == ReadinessAction.InstallDriver ? JudgeInstall(subject, host) : subject.Vm is { } vm && ConfiguredGpus.Vgpus(vm).Count > 0 ? [JudgeVm(subject, vm, host)] : [];
    }

    private static Verdict JudgeVm(ReadinessSubject subject, GpuVm vm, GpuHost host)
    {
        string compare = $"Test-VgpuCompatibility -VM {Typed.Name(vm.Name)} -GuestDriver <version> judges a driver that you know.";
        if (!subject.HostSoftware.IsKnown || subject.HostSoftware.Value?.Manager is not { } manager)
        {
            return Verdict.Unconfirmed($"Which manager {host.Name} has {(subject.HostSoftware.IsKnown ? "is not told" : "cannot be read, because " + subject.HostSoftware.WhyUnknown)}, so whether the guest driver of {vm.Name} goes with it cannot be judged: confirm.", compare);
        }

        if (DriverOf(subject, vm) is not { } guest)
        {
            return Verdict.Unconfirmed(
                $"Which NVIDIA driver the guest of {vm.Name} has cannot be read{(vm.IsRunning ? string.Empty : " while it is off")}: confirm that it goes with the manager {manager}.", compare);
        }

        CompatibilityCheck check = VgpuPairing.Judge(VgpuCatalog.InUse, manager, guest);
        return check.Verdict switch
        {
            CompatibilityVerdict.Compatible => Verdict.Holds(check.Reason),
            CompatibilityVerdict.NotCompatible when check.Confidence >= FactConfidence.Probable => Verdict.Confirmed(
                check.Reason, $"Install-NvidiaGuestDriver -VM {Typed.Name(vm.Name)} with a guest driver of {Accepted(manager)}: Get-VgpuRelease lists their versions."),
            _ => Verdict.Unconfirmed(check.Reason + " Confirm it.", compare),
        };
    }

    // The guests that a new manager on the host would leave behind.
    private static IEnumerable<Verdict> JudgeInstall(ReadinessSubject subject, GpuHost host)
    {
        VgpuPackage? driver = (subject.Software?.Packages ?? []).SelectMany(package => package.Vibs.OfType<VgpuPackage>()).FirstOrDefault(vib => vib.IsDriver);
        if (driver?.Driver is not { } version || driver.Releases?.Major is not { } major)
        {
            yield break;
        }

        VgpuVersion manager = VgpuCatalog.InUse.ReadVersion(version.ToString(), VgpuSide.Manager);
        List<string> unknown = [];
        foreach (GpuVm vm in subject.OtherVms.Where(vm => vm.Host == host.Id.Reference && ConfiguredGpus.Vgpus(vm).Count > 0))
        {
            if (DriverOf(subject, vm) is not { } guest)
            {
                unknown.Add(vm.Name);
                continue;
            }

            CompatibilityCheck check = VgpuPairing.Judge(VgpuCatalog.InUse, manager, guest);
            if (check is { Verdict: CompatibilityVerdict.NotCompatible, Confidence: >= FactConfidence.Probable })
            {
                yield return Verdict.Confirmed(
                    $"{vm.Name} would fall out. {check.Reason}", $"Upgrade its guest driver first, to one of {Accepted(manager)}; Test-VgpuCompatibility -VMHost {Typed.Name(host.Name)} -PlannedManager {manager.ReleaseText} gives the order.");
            }
            else if (check.Verdict == CompatibilityVerdict.Compatible)
            {
                yield return Verdict.Holds($"{vm.Name}: {check.Reason}");
            }
            else
            {
                unknown.Add(vm.Name);
            }
        }

        if (unknown.Count > 0)
        {
            // The same main release takes the guests that the manager of now takes.
            bool isSame = subject.HostSoftware is { IsKnown: true, Value.Driver.Releases.Major: { } now } && now == major;
            string said = $"{string.Join(", ", unknown)} on {host.Name} {(unknown.Count == 1 ? "has a vGPU" : "have vGPUs")}, and the drivers in the guests could not be read: vGPU {driver.Releases.ReleaseText} takes those of {Accepted(manager)}.";
            string next = $"Test-VgpuCompatibility -VMHost {Typed.Name(host.Name)} -FromShell -PlannedManager {major} names the guests that would fall out.";
            yield return isSame ? Verdict.Advice(said, next) : Verdict.Unconfirmed(said + " Confirm them first.", next);
        }
    }

    private static string Accepted(VgpuVersion manager) => manager.Major is { } major && VgpuPairing.GuestsOf(VgpuCatalog.InUse, major) is { Count: > 0 } majors
        ? "vGPU " + string.Join(", ", majors.Select(one => $"{one}.x"))
        : "the same release";

    private static VgpuVersion? DriverOf(ReadinessSubject subject, GpuVm vm)
    {
        string? seen = subject.NvidiaSmi is { IsKnown: true, Value: { } told }
            ? told.SelectMany(gpu => gpu.Vgpus)
                .Where(vgpu => string.Equals(vgpu.VmName, vm.Name, StringComparison.Ordinal))
                .Select(vgpu => vgpu.GuestDriverVersion)
                .FirstOrDefault(text => text is not null && DriverVersion.TryParse(text) is not null)
            : null;
        return seen is null ? null : VgpuCatalog.InUse.ReadVersion(seen, VgpuSide.Guest);
    }
}
