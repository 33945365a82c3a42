using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness;

/// <summary>One object of a plan with the evidence about it: all that a rule may look at.</summary>
public sealed record ReadinessSubject
{
    /// <summary>What is about to be done to it.</summary>
    public required ReadinessAction Action { get; init; }

    /// <summary>The object.</summary>
    public required PlanTarget Target { get; init; }

    /// <summary>The host to be changed, or the host where the VM is registered; null when it is not known.</summary>
    public GpuHost? Host { get; init; }

    /// <summary>The VM to be changed; null when a host is changed.</summary>
    public GpuVm? Vm { get; init; }

    /// <summary>The devices of the host that the change is about: those switched, or those given by address.</summary>
    public IReadOnlyList<GpuDevice> Devices { get; init; } = [];

    /// <summary>What is asked for dynamically.</summary>
    public IReadOnlyList<DynamicGpuRequest> DynamicRequests { get; init; } = [];

    /// <summary>What the VM is to have of vGPUs; null when the change is not about them.</summary>
    public VgpuQuestion? Vgpu { get; init; }

    /// <summary>Which driver is to be installed in the VM's guest; null when something else is changed.</summary>
    public GuestDriverQuestion? GuestDriver { get; init; }

    /// <summary>The vGPU profiles that the host offers now; null when they could not be read, or when nothing asks for them.</summary>
    public IReadOnlyList<string>? OfferedProfiles { get; init; }

    /// <summary>What decides whether VMs with vGPUs move; null when nobody asked.</summary>
    public MigrationEvidence? Migration { get; init; }

    /// <summary>The privileges of the account on an object that is neither a host nor a VM; null when they could not be read.</summary>
    public IReadOnlyCollection<string>? Privileges { get; init; }

    /// <summary>What is to be done with FlexDirect in the VM's guest; null when something else is changed.</summary>
    public FlexDirectQuestion? FlexDirect { get; init; }

    /// <summary>The VMs that were read together with the host, for what they hold and reserve.</summary>
    public IReadOnlyList<GpuVm> OtherVms { get; init; } = [];

    /// <summary>The privileges that the change needs on the object, such as <c>VirtualMachine.Config.AddRemoveDevice</c>.</summary>
    public IReadOnlyList<string> RequiredPrivileges { get; init; } = [];

    /// <summary>How many PCI passthrough devices of any kind the VM will have.</summary>
    public int PciDevicesAfter { get; init; }

    /// <summary>Whether a BAR of the devices needs EFI; null when the devices are not known well enough.</summary>
    public bool? NeedsEfi { get; init; }

    /// <summary>Why EFI is needed, such as the size of the BAR; null when it is not.</summary>
    public string? EfiReason { get; init; }

    /// <summary>How the MMIO size came about, in words; null when none was asked for.</summary>
    public string? MmioReason { get; init; }

    /// <summary>What could not be told of the MMIO size, or what is odd about it; null when nothing.</summary>
    public string? MmioWarning { get; init; }

    /// <summary>Whether the user said that no guest is installed, so that the firmware may be switched.</summary>
    public bool NoGuestInstalled { get; init; }

    /// <summary>Whether the user allowed the VM to be powered off.</summary>
    public bool MayPowerOff { get; init; }

    /// <summary>Whether the user allowed a hard power-off when the guest cannot be asked.</summary>
    public bool MayForce { get; init; }

    /// <summary>What is wanted of the host's graphics; null when something else is changed.</summary>
    public GraphicsQuestion? Graphics { get; init; }

    /// <summary>What is wanted of the schedulers of <see cref="Devices"/>; null when something else is changed.</summary>
    public SchedulerQuestion? Scheduler { get; init; }

    /// <summary>NVIDIA's driver on the host; null when the change does not ask for it, or when it could not be read.</summary>
    public DriverVersion? HostDriver { get; init; }

    /// <summary>What is to be installed on the host or removed from it; null when something else is changed.</summary>
    public SoftwareQuestion? Software { get; init; }

    /// <summary>The id of the change that told the host to reboot and has not seen it come back; null when there is none.</summary>
    public string? RebootedBy { get; init; }

    /// <summary>Whether the host boots from USB. Gathered only where a rule asks for it.</summary>
    public Evidence<bool> BootsFromUsb { get; init; } = Evidence<bool>.Unknown("it was not asked for");

    /// <summary>NVIDIA's software on the host. Gathered only where a rule asks for it.</summary>
    public Evidence<HostSoftware> HostSoftware { get; init; } = Evidence<HostSoftware>.Unknown("it was not asked for");

    /// <summary>Whether the software of the host's cluster is managed by an image. Gathered only where a rule asks for it.</summary>
    public Evidence<bool> IsImageManaged { get; init; } = Evidence<bool>.Unknown("it was not asked for");

    /// <summary>What the host offers to the VM. Gathered only where a rule asks for it.</summary>
    public Evidence<ConfigTarget> Offers { get; init; } = Evidence<ConfigTarget>.Unknown("it was not asked for");

    /// <summary>What nvidia-smi says of the host's GPUs. Gathered only where a rule asks for it, and where the host's shell may be used.</summary>
    public Evidence<IReadOnlyList<NvidiaSmiGpu>> NvidiaSmi { get; init; } = Evidence<IReadOnlyList<NvidiaSmiGpu>>.Unknown("nvidia-smi on the host was not asked");

    /// <summary>What nvidia-smi says of the GPUs of the other hosts of the cluster, as far as they were asked.</summary>
    public IReadOnlyList<NvidiaSmiGpu> ClusterGpus { get; init; } = [];
}
