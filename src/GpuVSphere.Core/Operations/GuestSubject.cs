using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Operations;

/// <summary>A guest that is being read or changed.</summary>
internal sealed record GuestSubject
{
    /// <summary>The VM, and what is wanted of it.</summary>
    public required IntentTarget Intent { get; init; }

    public required VimSession Session { get; init; }

    /// <summary>The VM as vSphere has it, with its GPUs.</summary>
    public required GpuVm Vm { get; init; }

    /// <summary>The host that the VM runs on; null when it was not read.</summary>
    public GpuHost? Host { get; init; }

    /// <summary>What vSphere knows of the guest.</summary>
    public required VmGuestState State { get; init; }

    /// <summary>The way into the guest.</summary>
    public required IGuestShell Shell { get; init; }

    /// <summary>What the guest is.</summary>
    public required GuestSystem System { get; init; }

    public PlanTarget Target => Intent.Target;

    /// <summary>The VM's name.</summary>
    public string Name => Intent.Target.Name;

    /// <summary>The services of the guest.</summary>
    public GuestServices Services => new(Shell, System, Name);

    /// <summary>The packages of the guest.</summary>
    public GuestPackages Packages => new(Shell, System, Name);
}
