using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Readiness.PowerOn;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host offers the profile.</summary>
internal sealed class VgpuOfferedRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VGPU-OFFERED";

    /// <inheritdoc/>
    public override string Title => "The host offers the profile";

    /// <inheritdoc/>
    public override string Why => "Profiles belong to a GPU model, a driver flavour and a branch. A VM takes any name without an error, and fails when it is powered on where the host has none of it.";

    /// <inheritdoc/>
    public override string Source => "vim25 HostGraphicsManager.sharedPassthruGpuTypes and ConfigTarget.sharedGpuPassthroughTypes: what is not there is refused at power-on";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddVgpu | ReadinessAction.UseVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Action == ReadinessAction.UseVgpu)
        {
            if (OfHost(subject) is { } verdict)
            {
                yield return verdict;
            }

            yield break;
        }

        string hostName = subject.Host?.Name ?? subject.Vm?.HostName ?? "the host";
        foreach (VgpuWish wish in subject.Vgpu?.Wishes ?? [])
        {
            switch (wish.IsOffered)
            {
                case true:
                    yield return Verdict.Holds($"{hostName} offers {wish.Profile}.");
                    break;
                case null:
                    yield return Verdict.Unconfirmed($"Whether {hostName} offers {wish.Profile} could not be read.");
                    break;

                // Why a GPU of its own does not have it is said by the rules about its mode.
                case false when wish.OfferedBy.Count == 0 && IsInAnotherMode(wish):
                    break;
                case false when wish.OfferedBy.Count > 0:
                    yield return Verdict.Unconfirmed(
                        $"{hostName} does not offer {wish.Profile}; in its cluster {string.Join(", ", wish.OfferedBy)} does. The VM can only be powered on there.",
                        $"Move {subject.Target.Name} to {wish.OfferedBy[0]}, or let DRS place it.");
                    break;
                case false:
                    string reason = VgpuCatalog.InUse.FindType(wish.Profile) is null ? "no profile of that name is known"
                        : wish.Gpus.Count == 0 ? "it has no GPU for it, or not in vGPU use"
                        : "it has a GPU that could have it, but the driver does not have the profile, or the GPU's mode (MIG) has others";
                    yield return Verdict.Confirmed(
                        $"{hostName} does not offer {wish.Profile}: {reason}.",
                        (wish.NearNames.Count > 0 ? $"Did you mean {string.Join(", ", wish.NearNames)}? " : string.Empty) + $"Get-VgpuProfile -VMHost {Typed.Name(hostName)} lists what it offers.");
                    break;
            }
        }
    }

    // Where no GPU is in vGPU use, that is the reason, and other rules say it.
    private static Verdict? OfHost(ReadinessSubject subject)
    {
        bool isInUse = subject.Host is { IsConnected: true } && subject.Devices.Any(gpu => gpu.GraphicsType == "sharedDirect");
        string host = subject.Target.Name;
        return (isInUse, subject.OfferedProfiles) switch
        {
            (false, _) => null,
            (_, null) => Verdict.Unconfirmed($"Which vGPU profiles {host} offers could not be read."),
            (_, { Count: 0 }) => Verdict.Unconfirmed(
                $"{host} offers no vGPU profile, although a driver serves its GPUs and they are Shared Direct: the driver may be of another flavour or branch than they need.",
                $"Test-VgpuCompatibility -VMHost {Typed.Name(host)} compares driver and GPUs; Get-NvidiaSmi -VMHost {Typed.Name(host)} shows what the driver says of them."),
            (_, { } offered) => Verdict.Holds($"{host} offers {offered.Count} vGPU profiles, such as {offered[0]}."),
        };
    }

    private static bool IsInAnotherMode(VgpuWish wish)
    {
        return wish.Gpus.Count > 0 && wish.Gpus.All(gpu => gpu.IsActive || gpu.GraphicsType is "basic" or "shared" or "direct");
    }
}
