using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Tests.Vgpu;

/// <summary>A host that is made up: its release, GPUs, and VMs that were started on it and partly stopped again.</summary>
/// <param name="Release">The release of ESXi, by its place in the list of those that are tried.</param>
/// <param name="IsConsolidating">The assignment policy.</param>
/// <param name="IsFromEnd">Whether the host takes the last free placement instead of the first.</param>
/// <param name="IsMakingInstances">Whether the host makes the GPU instance of a MIG-backed vGPU at power-on.</param>
/// <param name="Gpus">Its GPUs.</param>
/// <param name="Vms">The VMs, in the order in which they start; one for which there is no room does not run.</param>
/// <param name="Asked">Which profiles are asked for, as numbers that mean one of those on offer.</param>
public sealed record CapacitySituation(
    int Release, bool IsConsolidating, bool IsFromEnd, bool IsMakingInstances, IReadOnlyList<CapacitySituation.Gpu> Gpus, IReadOnlyList<CapacitySituation.Vm> Vms, IReadOnlyList<int> Asked)
{
    /// <summary>A GPU: which card, in which mode (where the card and the release have it), and the GPU instances that somebody made by hand, as numbers that mean a kind.</summary>
    public sealed record Gpu(int Card, string Mode, IReadOnlyList<int> Instances);

    /// <summary>A VM: its profiles, as numbers that mean one of those on offer, and whether it is stopped again when all have started.</summary>
    public sealed record Vm(IReadOnlyList<int> Profiles, bool IsStopped);

    /// <summary>Whether the host is as it is taken to be where nobody asks nvidia-smi: it makes GPU instances itself, and nobody else did.</summary>
    public bool HasOnlyOwnInstances => IsMakingInstances && Gpus.All(gpu => gpu.Mode != "mig" || gpu.Instances.Count == 0);

    /// <summary>Simpler ones, for a failure that says what it is about.</summary>
    public IEnumerable<CapacitySituation> Simpler()
    {
        for (int index = 0; index < Vms.Count; index++)
        {
            yield return this with { Vms = [.. Vms.Where((_, at) => at != index)] };
        }

        for (int index = 0; index < Gpus.Count && Gpus.Count > 1; index++)
        {
            yield return this with { Gpus = [.. Gpus.Where((_, at) => at != index)] };
        }

        for (int index = 0; index < Gpus.Count; index++)
        {
            if (Gpus[index].Instances.Count > 0)
            {
                yield return this with { Gpus = [.. Gpus.Select((gpu, at) => at == index ? gpu with { Instances = [.. gpu.Instances.Skip(1)] } : gpu)] };
            }
        }

        for (int index = 0; index < Asked.Count && Asked.Count > 1; index++)
        {
            yield return this with { Asked = [Asked[index]] };
        }
    }

    public override string ToString() =>
        $"release {Release}, {(IsConsolidating ? "consolidation" : "performance")}, from {(IsFromEnd ? "end" : "begin")}, {(IsMakingInstances ? "makes" : "makes no")} instances, "
        + $"GPUs {string.Join(" ", Gpus.Select(gpu => gpu.Card + gpu.Mode + string.Concat(gpu.Instances.Select(kind => "/" + kind))))}, "
        + $"VMs {string.Join(" ", Vms.Select(vm => string.Join("+", vm.Profiles) + (vm.IsStopped ? "!" : string.Empty)))}, asked {string.Join(" ", Asked)}";
}
