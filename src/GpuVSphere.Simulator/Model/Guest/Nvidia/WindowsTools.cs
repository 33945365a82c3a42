using System;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>cmd.exe for folders, shutdown.exe, taskkill.exe, and of Windows PowerShell the questions about devices, the last start, the disk and vGPU licensing.</summary>
internal sealed class WindowsTools() : InstantProgram("cmd.exe", "shutdown.exe", "powershell.exe", "taskkill.exe")
{
    protected override int Run(GuestCall call)
    {
        switch (call.Name.ToLowerInvariant())
        {
            case "cmd.exe":
                return Command(call);
            case "shutdown.exe":
                if (!call.Has("/r"))
                {
                    return call.Fail("Only a restart is simulated.");
                }

                call.Guest.Reboot();
                return 0;
            case "taskkill.exe":
                return Kill(call);
            default:
                return PowerShell(call);
        }
    }

    private static int Kill(GuestCall call)
    {
        int at = call.Arguments.ToList().FindIndex(word => string.Equals(word, "/PID", StringComparison.OrdinalIgnoreCase));
        if (at < 0 || at + 1 >= call.Arguments.Count || call.Guest.Process(long.Parse(call.Arguments[at + 1], CultureInfo.InvariantCulture)) is not { } process)
        {
            return call.Fail("ERROR: The process was not found.");
        }

        // With /T its children, too.
        foreach (GuestProcess one in call.Guest.Processes.Where(one => one == process || (call.Has("/T") && one.Group == process.Group)))
        {
            one.Kill(9);
        }

        return 0;
    }

    private static int Command(GuestCall call)
    {
        GuestFiles files = call.Guest.Files;
        string path = WindowsCommand.PathOf(call.Arguments.Last());
        switch (call.Arguments.ElementAtOrDefault(1)?.ToLowerInvariant())
        {
            case "mkdir" or "md":
                if (files.Exists(path))
                {
                    return call.Fail("A subdirectory or file " + call.Arguments.Last() + " already exists.");
                }

                files.PutDirectory(path);
                return 0;
            case "rmdir" or "rd":
                // cmd.exe ends with 0 also where it failed.
                GuestHeldFiles held = call.Guest.State<GuestHeldFiles>();
                if (held.Refusals > 0 && files.Exists(path))
                {
                    held.Refusals--;
                    call.Fail("The process cannot access the file because it is being used by another process.");
                    return 0;
                }

                files.Remove(path);
                return 0;
            case "if" when call.Arguments.Count == 6 && call.Arguments[2] == "exist" && call.Arguments[4] == "exit":
                return files.Exists(WindowsCommand.PathOf(call.Arguments[3])) ? int.Parse(call.Arguments[5], CultureInfo.InvariantCulture) : 0;
            default:
                return call.Fail("'" + string.Join(" ", call.Arguments) + "' is not simulated.");
        }
    }

    private static int PowerShell(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        string script = call.Arguments.LastOrDefault() ?? string.Empty;
        bool Asks(string words) => script.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;
        bool known = false;
        if (Asks("Win32_PnPEntity"))
        {
            known = true;
            foreach (GuestPciDevice device in guest.PciDevices.Where(device => device.Card.VendorId == 0x10de))
            {
                call.Say(Device(guest, device));
            }
        }

        if (Asks("Win32_OperatingSystem") && Asks("LastBootUpTime"))
        {
            known = true;

            // Another one after each start; the VM's own time of its start is set while the guest is still down.
            call.Say((guest.Inventory.Options.StartTime.UtcTicks + (guest.Boots * TimeSpan.TicksPerHour)).ToString(CultureInfo.InvariantCulture));
        }

        if (Asks("Win32_LogicalDisk") && Asks("FreeSpace"))
        {
            known = true;
            call.Say("free=" + ((guest.State<GuestDisk>().FreeKilobytes ?? 60L * 1024 * 1024) * 1024).ToString(CultureInfo.InvariantCulture));
        }

        if (Asks("GridLicensing"))
        {
            known = true;
            call.Say("grid=" + (guest.State<GuestNvidia>().Installed is { IsGrid: true }));
        }

        return known ? 0 : call.Fail("This script is not simulated: " + script);
    }

    // DeviceID, code of Device Manager, service, class, name.
    private static string Device(SimulatedGuest guest, GuestPciDevice device)
    {
        GuestNvidia state = guest.State<GuestNvidia>();
        string id = string.Format(CultureInfo.InvariantCulture, @"PCI\VEN_10DE&DEV_{0:X4}&SUBSYS_{1:X4}10DE&REV_A1\{2}", device.Card.DeviceId, device.Card.SubDeviceId, device.Address.Replace(":", string.Empty));
        if (!device.HasBars)
        {
            return id + "|12|" + (state.Installed is null ? "|" : "nvlddmkm|Display") + "|3D Video Controller";
        }

        if (state.Installed is not { } driver)
        {
            return id + "|28|||3D Video Controller";
        }

        string name = NvidiaSmiProgram.NameOf(device);
        return GuestNvidia.Loaded(guest) is { } loaded && loaded.Differs(driver) ? id + "|14|nvlddmkm|Display|" + name
            : id + "|" + (NvidiaSupport.Serves(guest, driver, device) ? "0" : "43") + "|nvlddmkm|Display|" + name;
    }
}
