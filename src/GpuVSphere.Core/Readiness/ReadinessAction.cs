using System;

namespace GpuVSphere.Readiness;

/// <summary>What is about to be done; a rule says for which of these it speaks.</summary>
[Flags]
public enum ReadinessAction
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Passthrough of devices is switched on at a host.</summary>
    EnablePassthrough = 1,

    /// <summary>Passthrough of devices is switched off at a host.</summary>
    DisablePassthrough = 2,

    /// <summary>Hardware labels of devices are set at a host.</summary>
    SetLabel = 4,

    /// <summary>GPUs are given to a VM by DirectPath.</summary>
    AddToVm = 8,

    /// <summary>GPUs are taken from a VM.</summary>
    RemoveFromVm = 16,

    /// <summary>The MMIO keys of a VM are set or mended.</summary>
    SetMmio = 32,

    /// <summary>The graphics types, modes or policy of a host are set.</summary>
    SetGraphics = 256,

    /// <summary>NVIDIA's driver is installed on a host, or replaced.</summary>
    InstallDriver = 512,

    /// <summary>NVIDIA's driver is removed from a host.</summary>
    RemoveDriver = 1024,

    /// <summary>The vGPU scheduler of a host is set.</summary>
    SetScheduler = 2048,

    /// <summary>Nothing is changed: whether a host can give whole GPUs to VMs.</summary>
    UsePassthrough = 1 << 12,

    /// <summary>Nothing is changed: whether a host can serve vGPUs.</summary>
    UseVgpu = 1 << 13,

    /// <summary>Nothing is changed: whether a VM can be powered on with the GPUs that it is configured with.</summary>
    PowerOn = 1 << 14,

    /// <summary>The settings of a vCenter and of clusters are changed that let VMs with vGPUs move.</summary>
    EnableMigration = 1 << 15,

    /// <summary>Nothing is changed: whether a host can be emptied without powering VMs off.</summary>
    Evacuate = 1 << 16,

    /// <summary>FlexDirect is installed in a guest.</summary>
    InstallFlexDirect = 1 << 17,

    /// <summary>FlexDirect is licensed in a guest.</summary>
    InitializeFlexDirect = 1 << 18,

    /// <summary>A scheduler of FlexDirect is started in a guest.</summary>
    StartFlexDirect = 1 << 19,

    /// <summary>The servers of a FlexDirect client are set.</summary>
    SetFlexDirectServers = 1 << 22,

    /// <summary>ECC of GPUs is switched on at a host.</summary>
    EnableEcc = 1 << 24,

    /// <summary>ECC of GPUs is switched off at a host.</summary>
    DisableEcc = 1 << 25,

    /// <summary>The MIG mode of GPUs is switched at a host, or the instances of a GPU are changed.</summary>
    SetMig = 1 << 26,

    /// <summary>vGPUs are given to a VM, or replaced by others.</summary>
    AddVgpu = 1 << 20,

    /// <summary>vGPUs are taken from a VM.</summary>
    RemoveVgpu = 1 << 21,

    /// <summary>NVIDIA's driver is installed in the guest of a VM.</summary>
    InstallGuestDriver = 1 << 27,

    /// <summary>Everything that changes a host.</summary>
    AnyHost = EnablePassthrough | DisablePassthrough | SetLabel | SetGraphics | InstallDriver | RemoveDriver | SetScheduler
        | EnableEcc | DisableEcc | SetMig,

    /// <summary>Everything that changes a VM.</summary>
    AnyVm = AddToVm | RemoveFromVm | SetMmio | AddVgpu | RemoveVgpu,

    /// <summary>Everything that only asks whether a host or a VM is ready, and changes nothing.</summary>
    AnyUse = UsePassthrough | UseVgpu | PowerOn,
}
