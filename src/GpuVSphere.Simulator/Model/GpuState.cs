using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>What a GPU keeps about itself: ECC, MIG, and how its vGPUs share its time.</summary>
internal sealed class GpuState(CardModel card)
{
    /// <summary>Whether the GPU has ECC at all.</summary>
    public bool HasEcc { get; } = card.HasEcc;

    public bool IsEccOn { get; set; } = card.HasEcc;

    /// <summary>What ECC will be after the next reboot.</summary>
    public bool WillEccBeOn { get; set; } = card.HasEcc;

    public bool IsMigOn { get; set; }

    /// <summary>What MIG mode will be after the next reset of the GPU, which a reboot is too.</summary>
    public bool WillMigBeOn { get; set; }

    /// <summary>The GPU instances, of a GPU in MIG mode.</summary>
    public List<MigInstance> Instances { get; } = [];

    public VgpuScheduler Scheduler { get; set; } = VgpuScheduler.BestEffort;

    /// <summary>What the module's parameters made of the scheduler at the last boot.</summary>
    public VgpuScheduler SchedulerAtBoot { get; set; } = VgpuScheduler.BestEffort;

    /// <summary>The GPUs that a NVLink bridge joins have the same number here; 0 stands alone.</summary>
    public int NvLinkGroup { get; set; }

    public bool IsPending => IsEccOn != WillEccBeOn || IsMigOn != WillMigBeOn;

    /// <summary>What a boot of the host does: what was pending is in force; instances do not outlive it.</summary>
    /// <param name="scheduler">What the parameters of the driver's module ask for.</param>
    public void Boot(VgpuScheduler scheduler)
    {
        Scheduler = SchedulerAtBoot = scheduler;
        IsEccOn = WillEccBeOn;
        IsMigOn = WillMigBeOn;
        Instances.Clear();
    }

    public int NextInstanceId() => Enumerable.Range(1, 64).First(id => Instances.All(instance => instance.Id != id));
}
