using System;

namespace GpuVSphere.Simulator;

/// <content>The switches of the simulated hosts and VMs: what the facts leave UNCONFIRMED, and how long things take.</content>
public sealed partial class SimulatorOptions
{
    /// <summary>The name the server is known by; null takes the scenario's own.</summary>
    public string? ServerName { get; init; }

    /// <summary>The instanceUuid of the server; null makes it from the server's name. Two servers of one scenario have the same references for their objects.</summary>
    public Guid? InstanceUuid { get; init; }

    /// <summary>In which form a static backing's device id is known at power-on.</summary>
    public DeviceIdForm StaticDeviceIdForm { get; init; }

    /// <summary>
    /// Whether 64bitMMIOSizeGB limits what can be mapped to its size (262,144 pages per GB). False: with use64bitMMIO set nothing limits it.
    /// UNCONFIRMED (facts/vim25-gpu.md section 5).
    /// </summary>
    public bool MmioSizeLimitsPages { get; init; } = true;

    /// <summary>Whether the task of a reboot ends when the reboot begins, or only when the host is back. UNCONFIRMED (facts/vim25-gpu.md section 6).</summary>
    public bool RebootTaskEndsEarly { get; init; } = true;

    /// <summary>Whether the config target lists only active devices. Seen, but UNCONFIRMED as a rule; false lists all capable ones.</summary>
    public bool ConfigTargetListsOnlyActive { get; init; } = true;

    /// <summary>
    /// Whether a 6.x host refuses to switch a device to Shared Direct once NVIDIA's driver runs. The guide says so of the vSphere Client (6.1.3);
    /// for the API it is UNCONFIRMED. The host's default can be switched in any case.
    /// </summary>
    public bool RefusesSharedDirectAfterVib { get; init; }

    /// <summary>
    /// Whether compute-only cards (A100, H100) are offered by the driver flavour of NVIDIA AI Enterprise alone from vGPU 13 on. Sources name 13 and about
    /// 15/16 for the change: UNCONFIRMED (facts/catalog/compat.md, facts/catalog/gpus.csv).
    /// </summary>
    public bool ComputeCardsNeedAiEnterprise { get; init; } = true;

    /// <summary>
    /// Whether the host makes the GPU instance that a MIG type needs when the VM powers on, and removes it at power-off. False: an admin made it before.
    /// UNCONFIRMED (no source read says it).
    /// </summary>
    public bool MigInstancesMadeAtPowerOn { get; init; } = true;

    /// <summary>Whether the host takes the last free placement (mixed-size, MIG) instead of the first. Which one it takes is UNCONFIRMED.</summary>
    public bool VgpuPlacementsFromEnd { get; init; }

    /// <summary>Whether MIG mode changes with the next reboot only, also of an idle GPU. UNCONFIRMED for ESXi (no source read says it).</summary>
    public bool MigNeedsReboot { get; init; } = true;

    /// <summary>
    /// Whether drivers of vGPU 15 and later (525) take the upper part of the registry key RmPVMRL for the frequency of strict round-robin where bit 1 is
    /// not set, as the key's description in NVIDIA's open kernel modules has it, and for a time slice only where it is. NVIDIA's guides give examples of
    /// both: UNCONFIRMED.
    /// </summary>
    public bool HasStrictRoundRobin { get; init; }

    /// <summary>Whether nvidia-smi answers <c>vgpu get-scheduler-state</c>; what a driver without it says, and what one with it writes, is UNCONFIRMED.</summary>
    public bool TellsSchedulerState { get; init; } = true;

    /// <summary>Whether disk-only snapshots of a running VM with a vGPU work, and are told so. UNCONFIRMED (no value of the flag was found).</summary>
    public bool VgpuDiskSnapshots { get; init; }

    /// <summary>Whether A and B types, for which the API has no class of their own, are in vgpuProfileInfo, as quadro. UNCONFIRMED.</summary>
    public bool VgpuProfileInfoListsApps { get; init; } = true;

    /// <summary>
    /// vCenter's advanced setting <c>vgpu.hotmigrate.enabled</c> at the start, without which no running VM with a vGPU migrates (facts/vim25-gpu.md section 3.4).
    /// </summary>
    public bool VgpuHotMigrate { get; init; }

    /// <summary>Whether that setting is in the list of settings before anybody has set it. UNCONFIRMED.</summary>
    public bool ListsHotMigrateSetting { get; init; } = true;

    /// <summary>Whether that setting is kept as a text instead of a boolean; the other form is refused. UNCONFIRMED.</summary>
    public bool HotMigrateSettingIsText { get; init; }

    /// <summary>
    /// Whether the DRS options that a reconfigure of a cluster names replace all of them, instead of being merged into them. UNCONFIRMED (facts/vim25/types-core.txt
    /// says of unset properties only that they stay).
    /// </summary>
    public bool DrsOptionsAreReplaced { get; init; }

    /// <summary>
    /// Whether the DRS option <c>VgpuMMAutomationTimeoutSecs</c> makes DRS move VMs with vGPUs away from a host that enters maintenance mode. The option is known
    /// from KB 88271, its exact effect is UNCONFIRMED (facts/features-and-pains.md section 3).
    /// </summary>
    public bool VgpuTimeoutLetsDrsMove { get; init; } = true;

    /// <summary>Whether the driver says how long a vMotion stuns a VM (8.0 U2 and later); the numbers are made up in their form, their values are UNCONFIRMED.</summary>
    public bool TellsStunTimes { get; init; } = true;

    /// <summary>
    /// Whether a VM with a vGPU of 16 GB or more needs 64-bit MMIO and EFI as for passthrough. One source says so: UNCONFIRMED
    /// (facts/features-and-pains.md section 3).
    /// </summary>
    public bool LargeVgpusNeedMmio { get; init; }

    /// <summary>
    /// Whether a GPU that is still Shared makes the power-on fail with the text on graphics resources. False: with that of the plug-in. Both are attested.
    /// </summary>
    public bool SharedModeIsNoResource { get; init; } = true;

    /// <summary>
    /// Whether a driver that was installed live runs at once. It does not: a reboot is needed whatever esxcli prints (facts/features-and-pains.md,
    /// section 3). That the guide runs nvidia-smi without one leaves it open for old releases.
    /// </summary>
    public bool DriverLoadsWithoutReboot { get; init; }

    /// <summary>Simulated time that esxcli takes to install or remove packages; thirty seconds.</summary>
    public TimeSpan SoftwareDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Simulated time from the begin of a reboot until the host is back; six minutes.</summary>
    public TimeSpan RebootDuration { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Simulated time that a guest takes to shut down; twenty seconds.</summary>
    public TimeSpan GuestShutdownDuration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many hosts the scenario <c>large</c> makes; 1 or more.</summary>
    public int LargeHostCount { get; init; } = 1000;

    /// <summary>How many VMs the scenario <c>large</c> puts on every host; 0 or more.</summary>
    public int LargeVmsPerHost { get; init; } = 10;
}
