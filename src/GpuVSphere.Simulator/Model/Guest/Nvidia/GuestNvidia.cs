using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>NVIDIA's driver in a guest: what is on its disk, and what its kernel has loaded of it. Kept as the state of the guest.</summary>
internal sealed class GuestNvidia
{
    private readonly List<long> _users = [];

    /// <summary>The driver on the disk; null when none is.</summary>
    public NvidiaPackage? Installed { get; set; }

    /// <summary>Whether its kernel module carries a signature that the firmware knows.</summary>
    public bool IsSigned { get; set; }

    /// <summary>What the kernel took when the module was loaded; of account only while the module is.</summary>
    public NvidiaPackage? Taken { get; set; }

    /// <summary>The driver that runs; null when none does.</summary>
    public static NvidiaPackage? Loaded(SimulatedGuest guest) => guest.Modules.Contains("nvidia") ? guest.State<GuestNvidia>().Taken : null;

    /// <summary>The GPUs that the driver that runs serves.</summary>
    public static IReadOnlyList<GuestPciDevice> Served(SimulatedGuest guest) =>
        Loaded(guest) is { } driver ? guest.PciDevices.Where(device => NvidiaSupport.Serves(guest, driver, device)).ToList() : [];

    /// <summary>Whether a program or a daemon of the driver's own keeps its module in the kernel.</summary>
    public static bool IsUsed(SimulatedGuest guest) => guest.State<GuestNvidia>().Users(guest).Count > 0 || guest.Processes.Any(process => process.Name is "nvidia-persistenced" or "nvidia-gridd" or "nv-hostengine");

    /// <summary>A process uses the GPUs from now on.</summary>
    public void Use(long pid) => _users.Add(pid);

    /// <summary>The processes that use the GPUs and still run.</summary>
    public IReadOnlyList<GuestProcess> Users(SimulatedGuest guest) => guest.Processes.Where(process => _users.Contains(process.Pid)).ToList();
}
