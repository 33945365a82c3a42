using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host's vGPU manager takes the driver.</summary>
internal sealed class GuestDriverManagerRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GUEST-DRIVER-MANAGER";

    /// <inheritdoc/>
    public override string Title => "The vGPU manager of the host accepts the guest driver";

    /// <inheritdoc/>
    public override string Why => "A guest driver of a branch that the manager does not accept leaves the vGPU unloaded: nvidia-smi in the guest then finds no device.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA's release notes of vGPU 8.x, 15.x and 19.0 for the pairs that they accept; Test-VgpuCompatibility judges by the same";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallGuestDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.GuestDriver is not { Package.Kind: GuestDriverKind.Grid } asked || subject.Vm?.PciDevices.Any(device => device.Kind == VmGpuKind.Vgpu) != true)
        {
            yield break;
        }

        if (asked.Manager is not { IsKnown: true, Value: { } manager })
        {
            yield return Verdict.Unconfirmed(
                $"Whether the vGPU manager of {subject.Vm.HostName ?? "the host"} accepts {asked.Package.Driver} could not be told, because {asked.Manager.WhyUnknown}.",
                $"Get-NvidiaVib -VMHost {Typed.Name(subject.Vm.HostName, "<host>")}; Test-VgpuCompatibility -Manager <version> -GuestDriver {asked.Package.Driver} judges the pair.");
            yield break;
        }

        VgpuVersion guest = asked.Catalog.ReadVersion(asked.Package.Driver.ToString(), VgpuSide.Guest);
        CompatibilityCheck pair = VgpuPairing.Judge(asked.Catalog, manager, guest);
        string? accepted = manager.Major is { } major ? VgpuAdvice.Guests(asked.Catalog, major) : null;
        yield return pair.Verdict switch
        {
            CompatibilityVerdict.Compatible => Verdict.Holds(pair.Reason),
            CompatibilityVerdict.NotCompatible => Verdict.Confirmed(pair.Reason, accepted ?? "Get-VgpuRelease lists the releases with their drivers."),
            _ => Verdict.Unconfirmed(pair.Reason, accepted),
        };
    }
}
