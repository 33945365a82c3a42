using System.Linq;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest.Licensing;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>What a guest driver puts on the disk, and takes away again. Called under the gate.</summary>
internal static class NvidiaFiles
{
    /// <summary>What a package of the driver writes against nouveau.</summary>
    public const string PackageBlacklist = "/etc/modprobe.d/nvidia-graphics-drivers.conf";

    private static readonly string[] s_modules = ["nvidia", "nvidia-modeset", "nvidia-uvm", "nvidia-drm"];

    private static string Folder(SimulatedGuest guest) => "/lib/modules/" + guest.Distribution.Kernel + "/kernel/drivers/video/";

    /// <summary>Puts it there. What another driver left is gone.</summary>
    public static void Put(SimulatedGuest guest, NvidiaPackage driver)
    {
        GuestNvidia state = guest.State<GuestNvidia>();
        state.Installed = driver;
        GriddFiles.Remove(guest);
        if (guest.Family == GuestFamily.Windows)
        {
            guest.Files.PutProgram("/C:/Windows/System32/nvidia-smi.exe");
            GriddFiles.Put(guest, driver);
            return;
        }

        foreach (string module in s_modules)
        {
            guest.Files.Put(Folder(guest) + module + ".ko", "module " + driver.Version);
        }

        foreach (string program in new[] { "/usr/bin/nvidia-smi", "/usr/bin/nvidia-persistenced", "/usr/bin/nvidia-modprobe" }.Concat(driver.IsGrid ? ["/usr/bin/nvidia-gridd"] : []))
        {
            guest.Files.PutProgram(program);
        }

        guest.Files.Put(LibraryFolder(guest) + "libcuda.so.1", "library " + driver.Version, "0755");
        guest.Files.PutComputed("/sys/module/nvidia/version", () => GuestNvidia.Loaded(guest)?.Version + "\n");
        guest.Files.PutComputed("/proc/driver/nvidia/version", () => GuestNvidia.Loaded(guest) is { } loaded
            ? "NVRM version: NVIDIA UNIX x86_64 Kernel Module  " + loaded.Version + "\nGCC version:  gcc version 11.4.0\n"
            : string.Empty);
        GriddFiles.Put(guest, driver);
        if (driver.Form == "run")
        {
            guest.Files.PutProgram("/usr/bin/nvidia-uninstall");
            guest.Files.PutProgram("/usr/bin/nvidia-installer");
        }
    }

    /// <summary>Takes it away, from the kernel too.</summary>
    public static void Remove(SimulatedGuest guest)
    {
        Unload(guest);
        TakeFromDisk(guest);
    }

    /// <summary>Takes it from the disk. A module that is loaded stays so, until it is unloaded or the guest starts anew.</summary>
    public static void TakeFromDisk(SimulatedGuest guest)
    {
        GriddFiles.Remove(guest);
        guest.State<GuestNvidia>().Installed = null;
        foreach (string path in s_modules.Select(module => Folder(guest) + module + ".ko")
            .Concat(["/usr/bin/nvidia-smi", "/usr/bin/nvidia-persistenced", "/usr/bin/nvidia-modprobe", "/usr/bin/nvidia-gridd", "/usr/bin/nvidia-uninstall", "/usr/bin/nvidia-installer", LibraryFolder(guest) + "libcuda.so.1", PackageBlacklist]))
        {
            guest.Files.Remove(path);
        }

        if (!guest.Modules.Contains("nvidia"))
        {
            TakeFromKernel(guest);
        }
    }

    /// <summary>What the kernel shows of the module is gone with it.</summary>
    public static void TakeFromKernel(SimulatedGuest guest)
    {
        guest.Files.Remove("/sys/module/nvidia/version");
        guest.Files.Remove("/proc/driver/nvidia/version");
    }

    /// <summary>Takes the modules from the kernel.</summary>
    public static void Unload(SimulatedGuest guest) => guest.Modules.RemoveAll(module => module == "nvidia" || module.StartsWith("nvidia_", System.StringComparison.Ordinal));

    /// <summary>Gives the modules to the kernel; what it says in place of taking them, or null.</summary>
    public static string? Load(SimulatedGuest guest)
    {
        foreach (string module in s_modules)
        {
            if (guest.LoadModule(module) is { } refusal)
            {
                return refusal;
            }
        }

        GriddFiles.Start(guest);
        return null;
    }

    private static string LibraryFolder(SimulatedGuest guest) => guest.Distribution.IsDebian ? "/usr/lib/x86_64-linux-gnu/" : "/usr/lib64/";
}
