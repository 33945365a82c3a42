using System;
using System.Collections.Generic;
using System.Linq;
using static GpuVSphere.Readiness.Decision.GpuNeed;
using static GpuVSphere.Readiness.Decision.MethodFit;

namespace GpuVSphere.Readiness.Decision;

/// <summary>
/// The decision as data: the guide's chapters 2 to 4 and its figure 6, and what has changed since. The cmdlet decides by these rows, and docs/decision.md is made from them.
/// </summary>
public static class MethodTable
{
    private const string Figure6 = "guide, figure 6";
    private const string Chart = "guide, chapter 4";
    private const string StaticLimits = "vSphere: DirectPath I/O; guide, chapter 5";
    private const string DynamicLimits = "vSphere 7.0: Assignable Hardware";
    private const string VgpuGuide = "guide, chapter 6";
    private const string FlexGuide = "guide, chapter 7";

    /// <summary>Every cell: each need by each method.</summary>
    public static IReadOnlyList<MethodFact> Facts { get; } = Array.AsReadOnly<MethodFact>(
    [
        new(FullGpu, GpuMethod.Passthrough, Yes, "A whole GPU is given to one VM, near bare-metal speed", Figure6),
        new(FullGpu, GpuMethod.DynamicPassthrough, Yes, "A whole GPU is given to one VM, chosen at power-on", DynamicLimits, "7.0.0"),
        new(FullGpu, GpuMethod.Vgpu, Yes, "The largest profile of a GPU is all of it", Figure6),
        new(FullGpu, GpuMethod.MigVgpu, Partly, "The largest instance has the GPU for itself, without a gain over a vGPU that is not on MIG", "NVIDIA MIG user guide"),
        new(FullGpu, GpuMethod.FlexDirect, Partly, "A whole GPU of another machine, over the network", FlexGuide),

        new(SeveralGpus, GpuMethod.Passthrough, Yes, "A VM takes as many whole GPUs of its host as its hardware version allows", Figure6),
        new(SeveralGpus, GpuMethod.DynamicPassthrough, Yes, "A VM takes as many whole GPUs of its host as its hardware version allows", DynamicLimits, "7.0.0"),
        new(SeveralGpus, GpuMethod.Vgpu, Partly, "Several vGPUs in one VM: of the whole memory of a GPU from 7.0 on, of any size from 8.0 on, 8 in a VM, 16 from 8.0 U2 on", "NVIDIA AI Enterprise documentation, release 6", "7.0.0"),
        new(SeveralGpus, GpuMethod.MigVgpu, No, "An instance is a part of one GPU, and instances do not work together", "NVIDIA MIG user guide"),
        new(SeveralGpus, GpuMethod.FlexDirect, Yes, "A VM takes GPUs of several machines, also more than one host has", Figure6),

        new(Share, GpuMethod.Passthrough, No, "The GPU belongs to one VM", StaticLimits),
        new(Share, GpuMethod.DynamicPassthrough, No, "The GPU belongs to one VM", DynamicLimits),
        new(Share, GpuMethod.Vgpu, Yes, "The GPU's memory is divided by profiles, its time by a scheduler", Figure6),
        new(Share, GpuMethod.MigVgpu, Yes, "The GPU is divided in hardware into at most seven instances", "NVIDIA MIG user guide", "7.0.2"),
        new(Share, GpuMethod.FlexDirect, Yes, "A job takes a fraction of a GPU for as long as it runs", Figure6),

        new(UnequalShares, GpuMethod.Passthrough, No, "The GPU belongs to one VM", StaticLimits),
        new(UnequalShares, GpuMethod.DynamicPassthrough, No, "The GPU belongs to one VM", DynamicLimits),
        new(UnequalShares, GpuMethod.Vgpu, Partly, "Different sizes on one GPU need mixed-size mode: vSphere 8.0 U3, Ampere and later, and not every placement; before, each GPU has one size", "vSphere 8.0 U3: HostGraphicsConfigVgpuMode", "8.0.3"),
        new(UnequalShares, GpuMethod.MigVgpu, Yes, "Instances of one GPU have different sizes, as its geometry allows", "frankdenneman.ai 2026-03-06", "7.0.2"),
        new(UnequalShares, GpuMethod.FlexDirect, Yes, "Each job names its own fraction", FlexGuide),

        new(VMotion, GpuMethod.Passthrough, No, "The VM is tied to the device of its host", StaticLimits),
        new(VMotion, GpuMethod.DynamicPassthrough, No, "The running VM is tied to the device that it got; it can be started elsewhere", DynamicLimits),
        new(VMotion, GpuMethod.Vgpu, Yes, "vMotion with a vGPU, to a host with the same GPU and driver, after vgpu.hotmigrate.enabled is set", "guide, chapter 6; williamlam.com", "6.7.1"),
        new(VMotion, GpuMethod.MigVgpu, Partly, "As for other vGPUs, where the target has an instance of the same kind free", "NVIDIA AI Enterprise documentation, live migration", "7.0.2"),
        new(VMotion, GpuMethod.FlexDirect, Yes, "The client has no device, so it moves freely; its server does not, with a GPU by passthrough", FlexGuide),

        new(Snapshot, GpuMethod.Passthrough, No, "No snapshot of a running VM with a DirectPath device", StaticLimits),
        new(Snapshot, GpuMethod.DynamicPassthrough, No, "No snapshot of a running VM with a DirectPath device", DynamicLimits),
        new(Snapshot, GpuMethod.Vgpu, Partly, "As the profile's capability flags say (Get-VgpuProfile)", "vSphere 6.7: HostSharedGpuCapabilities", "6.7.0"),
        new(Snapshot, GpuMethod.MigVgpu, Partly, "As the profile's capability flags say (Get-VgpuProfile)", "vSphere 6.7: HostSharedGpuCapabilities", "7.0.2"),
        new(Snapshot, GpuMethod.FlexDirect, Yes, "The client is a VM like any other", FlexGuide),

        new(HighAvailability, GpuMethod.Passthrough, No, "HA cannot start the VM elsewhere: the device by its address is on one host", StaticLimits),
        new(HighAvailability, GpuMethod.DynamicPassthrough, Yes, "HA starts the VM where a device that fits is free", DynamicLimits, "7.0.0"),
        new(HighAvailability, GpuMethod.Vgpu, Yes, "HA starts the VM where its profile has room", "vSphere: vGPU; DRS initial placement since 7.0"),
        new(HighAvailability, GpuMethod.MigVgpu, Yes, "HA starts the VM where its profile has room", "vSphere: vGPU", "7.0.2"),
        new(HighAvailability, GpuMethod.FlexDirect, Partly, "The client is started anywhere; its jobs end with the server that had the GPU, and three servers are needed to go on", "Bitfusion documentation"),

        new(HostWithoutGpu, GpuMethod.Passthrough, No, "The GPU must be in the VM's host", StaticLimits),
        new(HostWithoutGpu, GpuMethod.DynamicPassthrough, No, "The GPU must be in the VM's host", DynamicLimits),
        new(HostWithoutGpu, GpuMethod.Vgpu, No, "The GPU must be in the VM's host", VgpuGuide),
        new(HostWithoutGpu, GpuMethod.MigVgpu, No, "The GPU must be in the VM's host", VgpuGuide),
        new(HostWithoutGpu, GpuMethod.FlexDirect, Yes, "CUDA calls go over the network to a server with GPUs", FlexGuide),

        new(Isolation, GpuMethod.Passthrough, Yes, "Nobody else has the GPU", StaticLimits),
        new(Isolation, GpuMethod.DynamicPassthrough, Yes, "Nobody else has the GPU", DynamicLimits, "7.0.0"),
        new(Isolation, GpuMethod.Vgpu, Partly, "The memory is the VM's own; the time is shared, in fixed parts with the fixed-share scheduler", "NVIDIA vGPU user guide: schedulers"),
        new(Isolation, GpuMethod.MigVgpu, Yes, "Each instance has its own memory, cache and cores", "NVIDIA MIG user guide", "7.0.2"),
        new(Isolation, GpuMethod.FlexDirect, No, "Jobs of several clients share a server and its GPU", FlexGuide),
    ]);

    /// <summary>What workloads need where nothing else is asked for; the first row that fits counts.</summary>
    public static IReadOnlyList<WorkloadFact> Workloads { get; } = Array.AsReadOnly<WorkloadFact>(
    [
        new(GpuWorkload.LogisticRegression, null, null, "Logistic regression on tables is done well by CPUs: a GPU may be a luxury (guide, chapter 2)"),
        new(GpuWorkload.RandomForest, null, null, "Random forests on tables are done well by CPUs: a GPU may be a luxury (guide, chapter 2)"),
        new(GpuWorkload.XGBoost, null, null, "XGBoost on tables is done well by CPUs: a GPU may be a luxury (guide, chapter 2)"),
        new(GpuWorkload.KMeans, null, null, "KMeans on tables is done well by CPUs: a GPU may be a luxury (guide, chapter 2)"),
        new(GpuWorkload.Hpc, null, SeveralGpus, "High-performance computing uses several GPUs in one VM (guide, chapter 4)"),
        new(GpuWorkload.GpuDatabase, null, SeveralGpus, "A database on GPUs uses several in one VM (guide, chapter 4)"),
        new(GpuWorkload.Workstation, WorkloadPhase.Inference, Share, "A small workstation has a share of a GPU (guide, chapter 4)"),
        new(GpuWorkload.Workstation, null, FullGpu, "A workstation for development and training has a whole GPU (guide, chapter 4)"),
        new(null, WorkloadPhase.Inference, Share, "Inference takes a share of a GPU (guide, chapter 4)"),
        new(null, WorkloadPhase.Development, Share, "Development and testing take a share of a GPU (guide, chapter 4)"),
        new(null, WorkloadPhase.Training, FullGpu, "Training takes a whole GPU, at the high end several (guide, chapter 4)"),
        new(GpuWorkload.DeepLearning, null, FullGpu, "Deep neural networks need a GPU (guide, chapter 2); training was taken, which has a whole one"),
        new(GpuWorkload.Image, null, FullGpu, "Deep learning on images needs a GPU (guide, chapter 2); training was taken, which has a whole one"),
        new(GpuWorkload.Voice, null, FullGpu, "Deep learning on voice needs a GPU (guide, chapter 2); training was taken, which has a whole one"),
        new(GpuWorkload.Text, null, FullGpu, "Deep learning on text needs a GPU (guide, chapter 2); training was taken, which has a whole one"),
    ]);

    /// <summary>What works together.</summary>
    public static IReadOnlyList<MethodCombination> Combinations { get; } = Array.AsReadOnly<MethodCombination>(
    [
        new(GpuMethod.Passthrough, GpuMethod.FlexDirect, "FlexDirect servers get their GPUs by passthrough, and give them to VMs on any host", Chart),
        new(GpuMethod.Passthrough, GpuMethod.Vgpu, "On one host some cards can be passed through while others have vGPUs", "core.vmware.com 2022-05-02"),
        new(GpuMethod.DynamicPassthrough, GpuMethod.Vgpu, "On one host some cards can be passed through while others have vGPUs", "core.vmware.com 2022-05-02"),
        new(GpuMethod.Vgpu, GpuMethod.MigVgpu, "On one host some GPUs can be divided by MIG while others are time-sliced", "NVIDIA MIG user guide"),
        new(GpuMethod.Vgpu, GpuMethod.FlexDirect, "A FlexDirect server may have vGPUs in place of whole GPUs; then it can be moved too (6.7 U1)", "guide, chapters 6 and 7"),
    ]);

    /// <summary>For each way to have GPUs, the methods in the order of the guide, the newer ones beside those that they come from.</summary>
    public static IReadOnlyDictionary<GpuNeed, IReadOnlyList<GpuMethod>> Order { get; } = new Dictionary<GpuNeed, IReadOnlyList<GpuMethod>>
    {
        [FullGpu] = [GpuMethod.Passthrough, GpuMethod.DynamicPassthrough, GpuMethod.Vgpu, GpuMethod.MigVgpu, GpuMethod.FlexDirect],
        [SeveralGpus] = [GpuMethod.Passthrough, GpuMethod.DynamicPassthrough, GpuMethod.FlexDirect, GpuMethod.Vgpu, GpuMethod.MigVgpu],
        [Share] = [GpuMethod.Vgpu, GpuMethod.MigVgpu, GpuMethod.FlexDirect, GpuMethod.Passthrough, GpuMethod.DynamicPassthrough],
        [UnequalShares] = [GpuMethod.MigVgpu, GpuMethod.Vgpu, GpuMethod.FlexDirect, GpuMethod.Passthrough, GpuMethod.DynamicPassthrough],
        [HostWithoutGpu] = [GpuMethod.FlexDirect, GpuMethod.Vgpu, GpuMethod.MigVgpu, GpuMethod.Passthrough, GpuMethod.DynamicPassthrough],
    };

    /// <summary>The methods that give GPUs.</summary>
    public static IReadOnlyList<GpuMethod> Methods { get; } = Array.AsReadOnly<GpuMethod>([GpuMethod.Passthrough, GpuMethod.DynamicPassthrough, GpuMethod.Vgpu, GpuMethod.MigVgpu, GpuMethod.FlexDirect]);

    /// <summary>The cell of a need and a method.</summary>
    /// <param name="need">The need.</param>
    /// <param name="method">A method that gives GPUs.</param>
    public static MethodFact Of(GpuNeed need, GpuMethod method) => Facts.Single(fact => fact.Need == need && fact.Method == method);

    /// <summary>What a workload needs where nothing else is asked for; null when the guide does not say.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="phase">The phase.</param>
    public static WorkloadFact? Of(GpuWorkload? workload, WorkloadPhase? phase) => Workloads.FirstOrDefault(row =>
        (row.Workload is null || row.Workload == workload) && (row.Phase is null || row.Phase == phase));
}
