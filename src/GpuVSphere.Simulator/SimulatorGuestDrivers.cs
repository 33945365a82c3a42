using System;
using System.Linq;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Model.Guest.Licensing;
using GpuVSphere.Simulator.Model.Guest.Nvidia;

namespace GpuVSphere.Simulator;

/// <summary>What surrounds NVIDIA's driver in simulated guests: desktops, programs on the GPU, signatures, room, and drivers that are there already.</summary>
public sealed class SimulatorGuestDrivers
{
    private readonly SimulatedInventory _inventory;

    internal SimulatorGuestDrivers(SimulatedInventory inventory) => _inventory = inventory;

    /// <summary>Has a driver on a guest's disk, and loaded where the guest runs and nothing is in its way.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="fileName">The driver, by the name of its file.</param>
    /// <exception cref="ArgumentException">There is no such VM, or that is no name of a driver.</exception>
    public void Install(string vmName, string fileName)
    {
        NvidiaPackage driver = NvidiaFileFormat.Read(SimulatedGuestDrivers.File(fileName))!;
        Change(vmName, guest =>
        {
            NvidiaFiles.Put(guest, driver);
            if (guest.Family == GpuVSphere.Shell.GuestFamily.Windows)
            {
                guest.State<GuestNvidia>().Taken = driver;
                guest.Modules.Add("nvidia");
                GriddFiles.Start(guest);
            }
            else
            {
                guest.Files.Put("/etc/modprobe.d/nvidia-installer-disable-nouveau.conf", "blacklist nouveau\noptions nouveau modeset=0\n");
                guest.Modules.Remove("nouveau");
                NvidiaFiles.Unload(guest);
                NvidiaFiles.Load(guest);
            }
        });
    }

    /// <summary>Starts a program that uses the guest's GPU.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="program">Its name, such as <c>python3</c>.</param>
    /// <param name="isStuck">Whether no signal ends it.</param>
    /// <returns>Its process id in the guest.</returns>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public long Use(string vmName, string program, bool isStuck = false)
    {
        long pid = 0;
        Change(vmName, guest =>
        {
            pid = Run(guest, program, isStuck);
            guest.State<GuestNvidia>().Use(pid);
        });
        return pid;
    }

    /// <summary>Gives a guest a desktop: a display manager that runs an X server.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="displayManager">Such as <c>gdm3</c> or <c>lightdm</c>.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public void Desktop(string vmName, string displayManager) => Change(vmName, guest =>
    {
        string file = "/usr/lib/systemd/system/" + displayManager + ".service";
        guest.Files.PutProgram("/usr/bin/Xorg", "Xorg");
        guest.Files.Put(file, "[Unit]\nDescription=Display Manager\n[Service]\nExecStart=/usr/bin/Xorg\n[Install]\nAlias=display-manager.service\n");
        guest.Files.PutLink("/etc/systemd/system/display-manager.service", file);
        guest.EnabledUnits.Add(displayManager + ".service");
        GuestUnits.Start(guest, displayManager);
    });

    /// <summary>Starts a daemon of NVIDIA's that keeps the driver loaded.</summary>
    /// <param name="vmName">The VM.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public void Persistence(string vmName) => Change(vmName, guest =>
    {
        guest.Files.PutProgram("/usr/bin/nvidia-persistenced");
        guest.Files.Put("/usr/lib/systemd/system/nvidia-persistenced.service", "[Unit]\nDescription=NVIDIA Persistence Daemon\n[Service]\nExecStart=/usr/bin/nvidia-persistenced\n");
        guest.EnabledUnits.Add("nvidia-persistenced.service");
        GuestUnits.Start(guest, "nvidia-persistenced");
    });

    /// <summary>Whether modules that are built in the guest are signed with a key that its firmware knows.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="isSigned">Whether they are.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public void Signing(string vmName, bool isSigned) => Change(vmName, guest => guest.State<GuestNvidia>().IsSigned = isSigned);

    /// <summary>How much room a guest has.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="kilobytes">In KiB.</param>
    /// <param name="isNoExec">Whether programs may not be started from its folder for temporary files.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public void Disk(string vmName, long kilobytes, bool isNoExec = false) => Change(vmName, guest => (guest.State<GuestDisk>().FreeKilobytes, guest.State<GuestDisk>().IsNoExec) = (kilobytes, isNoExec));

    /// <summary>Whether a guest reaches the repositories of its distribution.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="hasInternet">Whether it does.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public void Internet(string vmName, bool hasInternet) => Change(vmName, guest => guest.HasInternet = hasInternet);

    /// <summary>The driver that a guest's kernel has loaded; null when none is.</summary>
    /// <param name="vmName">The VM.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public string? Loaded(string vmName)
    {
        string? version = null;
        Change(vmName, guest => version = GuestNvidia.Loaded(guest)?.Version);
        return version;
    }

    /// <summary>Whether a unit of a guest is active.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="unit">The unit.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public bool IsActive(string vmName, string unit)
    {
        bool isActive = false;
        Change(vmName, guest => isActive = GuestUnits.IsActive(guest, unit));
        return isActive;
    }

    /// <summary>The paths of a guest's files below a folder.</summary>
    /// <param name="vmName">The VM.</param>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public string[] Files(string vmName, string folder)
    {
        string[] files = [];
        Change(vmName, guest => files = guest.Files.Below(folder).ToArray());
        return files;
    }

    private static long Run(SimulatedGuest guest, string program, bool isStuck)
    {
        guest.Files.PutProgram("/usr/bin/sleep");
        return guest.Start(null, guest.Root, program, program, async process =>
        {
            await guest.Inventory.DelayAsync(TimeSpan.FromDays(3650), process.Token).ConfigureAwait(false);
            return 0;
        }, isStuck: isStuck).Pid;
    }

    private void Change(string vmName, Action<SimulatedGuest> change)
    {
        lock (_inventory.Gate)
        {
            VirtualMachine vm = _inventory.Vms.FirstOrDefault(vm => string.Equals(vm.Name, vmName, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException("There is no VM '" + vmName + "'.", nameof(vmName));
            change(vm.Guest);
        }
    }
}
