using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Guest;

/// <summary>What was read of a guest about its GPUs. What could not be read is null, and why stands beside it.</summary>
internal sealed record GuestGpuState
{
    /// <summary>The VM, as its server has it.</summary>
    public required GpuVm Vm { get; init; }

    /// <summary>What the guest runs.</summary>
    public required GuestFamily Family { get; init; }

    /// <summary>The system in words, with its kernel.</summary>
    public string System { get; init; } = string.Empty;

    /// <summary>Whether Secure Boot is on in the guest; null when it could not be told.</summary>
    public bool? SecureBoot { get; init; }

    /// <summary>The GPUs on the guest's PCI bus; null when they could not be listed.</summary>
    public IReadOnlyList<GuestGpuDevice>? Devices { get; init; }

    /// <summary>Why they could not be listed.</summary>
    public string WhyNoDevices { get; init; } = string.Empty;

    /// <summary>What lets them be listed; null when that is not known.</summary>
    public string? ToListDevices { get; init; }

    /// <summary>The kernel modules that are loaded; empty on Windows.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>How many use nouveau, as the kernel counts them: a console, a desktop, another module; 0 also when it is not loaded.</summary>
    public int NouveauUses { get; init; }

    /// <summary>NVIDIA's kernel module on the disk, for the kernel that runs; null when there is none.</summary>
    public KernelModule? Installed { get; init; }

    /// <summary>The version of NVIDIA's kernel module that is loaded; null when none is.</summary>
    public string? LoadedVersion { get; init; }

    /// <summary>What the kernel wrote.</summary>
    public KernelLog Log { get; init; } = KernelLog.Read(string.Empty);

    /// <summary>nvidia-smi's report; null when it gave none.</summary>
    public NvidiaSmiReport? Smi { get; init; }

    /// <summary>Whether nvidia-smi is there at all.</summary>
    public bool HasSmi { get; init; }

    /// <summary>What nvidia-smi said in place of a report, in one line.</summary>
    public string SmiTrouble { get; init; } = string.Empty;

    /// <summary>The programs that use a GPU.</summary>
    public IReadOnlyList<GpuProcess> Processes { get; init; } = [];

    /// <summary>Where the driver's CUDA library is; null when it is not found.</summary>
    public string? CudaLibrary { get; init; }

    /// <summary>The toolkit that is installed, as nvcc names it; null when there is none.</summary>
    public string? Toolkit { get; init; }

    /// <summary>What deviceQuery said; null when it was not run.</summary>
    public CudaSample? DeviceQuery { get; init; }

    /// <summary>What vectorAdd said; null when it was not run.</summary>
    public CudaSample? VectorAdd { get; init; }

    /// <summary>The folders of the samples that are there as sources and were not built, by the sample's name.</summary>
    public IReadOnlyDictionary<string, string> Unbuilt { get; init; } = new Dictionary<string, string>();

    /// <summary>The vGPU manager of the VM's host; null when it is not known, or of no account.</summary>
    public VgpuVersion? Manager { get; init; }

    /// <summary>Why the manager is not known, where it would count; null else.</summary>
    public string? WhyNoManager { get; init; }

    /// <summary>The GPUs in the VM's configuration.</summary>
    public IReadOnlyList<VmGpu> Configured => Vm.PciDevices.Where(device => device.Kind != VmGpuKind.Other).ToArray();

    /// <summary>Whether the VM has vGPUs.</summary>
    public bool HasVgpu => Configured.Any(gpu => gpu.Kind == VmGpuKind.Vgpu);

    /// <summary>Whether the VM has whole GPUs.</summary>
    public bool HasPassthrough => Configured.Any(gpu => gpu.Kind != VmGpuKind.Vgpu);

    /// <summary>The driver that runs, by itself or by nvidia-smi; null when none does.</summary>
    public DriverVersion? Running => DriverVersion.TryParse(LoadedVersion ?? Smi?.DriverVersion);
}
