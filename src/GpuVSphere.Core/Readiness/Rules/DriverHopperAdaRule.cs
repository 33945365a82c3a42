using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The driver is not one with which hosts of Hopper and Ada GPUs crashed.</summary>
internal sealed class DriverHopperAdaRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRIVER-HOPPER-ADA";

    /// <inheritdoc/>
    public override string Title => "The driver is not one with which hosts with Hopper or Ada GPUs crash";

    /// <inheritdoc/>
    public override string Why => "With drivers before release 16.10, hosts with Hopper or Ada GPUs were seen to stop with a purple screen, which takes all VMs of the host with it.";

    /// <inheritdoc/>
    public override string Source => "Broadcom KB 394974: fixed in vGPU 16.10";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host)
        {
            yield break;
        }

        GpuDevice[] concerned = [.. ConfiguredGpus.OfDriver(subject).Where(device => DeviceArchitecture.Of(device) is "Hopper" or "Ada")];
        VgpuPackage[] drivers = subject.Action == ReadinessAction.InstallDriver
            ? [.. (subject.Software?.Packages ?? []).SelectMany(package => package.Vibs.OfType<VgpuPackage>()).Where(vib => vib.IsDriver)]
            : subject.HostSoftware is { IsKnown: true, Value.Driver: { } installed } ? [installed] : [];
        foreach (VgpuPackage driver in concerned.Length == 0 ? [] : drivers)
        {
            string names = string.Join(", ", concerned.Select(ConfiguredGpus.Say));
            if (driver.Releases is not { Major: { } major } match)
            {
                yield return Verdict.Unconfirmed($"The vGPU release of {driver.Name} is not known: confirm that it is 16.10 or later, for {names} on {host.Name}.", Next);
            }
            else if (major < FixedIn.Major || (match.Releases.Count > 0 && match.Releases.All(release => release.Number < FixedIn)))
            {
                yield return Verdict.Unconfirmed(
                    $"{driver.Name} is vGPU {match.ReleaseText}, and {host.Name} has {names}: before 16.10 such hosts were seen to crash.",
                    Next);
            }
            else if (major == FixedIn.Major && match.Releases.Count == 0)
            {
                yield return Verdict.Unconfirmed($"{driver.Name} is {match.ReleaseText}: confirm that it is 16.10 or later, for {names} on {host.Name}.", Next);
            }
            else if (IsOlder(match))
            {
                yield return Verdict.Advice($"{driver.Name} is vGPU {match.ReleaseText}, which is older than 16.10, and the KB does not say whether it has the fix, for {names} on {host.Name}.");
            }
            else
            {
                yield return Verdict.Holds($"{driver.Name} is vGPU {match.ReleaseText}, which is 16.10 or later.");
            }
        }
    }

    private const string Next = "Install vGPU 16.10 or later with Install-NvidiaVib; Get-VgpuRelease lists the releases with their drivers.";

    private static ReleaseNumber FixedIn { get; } = new(16, 10);

    // Releases of later branches that came out before the one with the fix.
    private static bool IsOlder(VgpuDriverMatch match)
    {
        string since = VgpuCatalog.InUse.FindRelease(FixedIn.ToString())?.Date ?? string.Empty;
        return since.Length > 0 && match.Releases.Count > 0 && match.Releases.All(release => release.Date.Length == since.Length && string.CompareOrdinal(release.Date, since) < 0);
    }
}
