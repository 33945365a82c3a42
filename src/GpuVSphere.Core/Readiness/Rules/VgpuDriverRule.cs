using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host has the driver for vGPU.</summary>
internal sealed class VgpuDriverRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-DRIVER";

    /// <inheritdoc/>
    public override string Title => "The host has the driver for vGPU";

    /// <inheritdoc/>
    public override string Why => "vGPUs are made by NVIDIA's driver in the host. Without it no profile is offered, and a VM that has one fails when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "vim25 HostGraphicsInfo.graphicsType basic: no host driver is available; guide, 6.1";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.UseVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware | EvidenceKinds.ClusterImage;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Action == ReadinessAction.UseVgpu)
        {
            foreach (Verdict verdict in OfHost(subject))
            {
                yield return verdict;
            }
        }

        foreach (VgpuWish wish in subject.Vgpu?.Wishes ?? [])
        {
            GpuDevice[] bare = [.. wish.Gpus.Where(gpu => gpu.GraphicsType == "basic" && !gpu.IsActive)];
            if (wish.Gpus.FirstOrDefault(gpu => gpu.GraphicsType is "shared" or "sharedDirect") is { } served)
            {
                yield return Verdict.Holds($"{wish.Profile}: {served.HostName} has a host driver for {served.Address}.");
            }

            if (bare.Length == 0 || wish.Gpus.Any(gpu => gpu.GraphicsType is "shared" or "sharedDirect") || wish.OfferedBy.Count > 0)
            {
                continue;
            }

            if (subject.HostSoftware is { IsKnown: true, Value.Driver: { } installed })
            {
                yield return Verdict.Confirmed(
                    $"{wish.Profile}: {bare[0].HostName} has {installed.Name} installed, and it serves no GPU.{(subject.HostSoftware.Value.Pending is null ? string.Empty : " " + subject.HostSoftware.Value.Pending)}",
                    $"Install-NvidiaVib -VMHost {Typed.Name(bare[0].HostName)} -Path <the same package> -Reboot reboots the host; Test-GpuReadiness -VMHost {Typed.Name(bare[0].HostName)} -Method Vgpu says what else is against it.");
                continue;
            }

            yield return Verdict.Confirmed(
                $"{wish.Profile}: {bare[0].HostName} has no host driver for {string.Join(", ", bare.Select(gpu => gpu.Address))} (graphics type basic).",
                Install(subject, bare[0].HostName));
        }
    }

    // Where an image is the way, what is installed by hand would be gone with the next remediation: HOST-IMAGE.
    private static string Install(ReadinessSubject subject, string host) => HostImageRule.IsByImage(subject)
        ? $"Install-NvidiaVib -VMHost {Typed.Name(host)} -Path <component> prints the lines that set it in the image; the host has it after the next remediation."
        : $"Install-NvidiaVib -VMHost {Typed.Name(host)} -Path <package> -SetGraphicsMode -Reboot";

    private static IEnumerable<Verdict> OfHost(ReadinessSubject subject)
    {
        GpuDevice[] own = [.. subject.Devices.Where(gpu => !gpu.IsActive && gpu.GraphicsType != "direct")];
        GpuDevice[] served = [.. own.Where(gpu => gpu.GraphicsType is "shared" or "sharedDirect")];
        bool isInstalled = subject.HostSoftware is { IsKnown: true, Value.Driver: not null };
        GpuDevice[] bare = [.. own.Where(gpu => gpu.GraphicsType == "basic")];
        GpuDevice[] unread = [.. own.Except(served).Except(bare)];
        string host = subject.Target.Name;
        if (served.Length > 0)
        {
            yield return Verdict.Holds($"{host} has a host driver for {Say(served)}.");
        }

        if (bare.Length > 0 && isInstalled)
        {
            // Why one that is there serves nothing is said by the rules about the installed driver.
            yield return Verdict.Holds($"{host} has {subject.HostSoftware.Value!.Driver!.Name} installed.");
        }
        else if (bare.Length > 0)
        {
            string next = Install(subject, host);
            string message = $"{host} has no host driver for {Say(bare)} (graphics type basic).";

            // Beside GPUs that a driver serves, one that it does not serve is left to other uses.
            yield return served.Length == 0 ? Verdict.Confirmed(message, next) : Verdict.Unconfirmed(message, next);
        }

        if (unread.Length > 0)
        {
            yield return Verdict.Unconfirmed(
                $"Whether {host} has a host driver for {Say(unread)} could not be read: its graphics manager says nothing of {(unread.Length == 1 ? "it" : "them")}.",
                $"Get-NvidiaVib -VMHost {Typed.Name(host)} lists NVIDIA's software on it.");
        }
    }

    private static string Say(IEnumerable<GpuDevice> devices) => string.Join(", ", devices.Select(gpu => gpu.Address));
}
