using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>modinfo, ldconfig, df and findmnt: what is looked at around a driver.</summary>
internal sealed class NvidiaTools() : InstantProgram("modinfo", "ldconfig", "df", "findmnt")
{
    private const long DiskKilobytes = 40L * 1024 * 1024;

    protected override int Run(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        switch (call.Name)
        {
            case "modinfo":
                return ModInfo(call);
            case "ldconfig":
                foreach (string path in new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib64" }.SelectMany(folder => guest.Files.List(folder).Where(name => name.IndexOf(".so", StringComparison.Ordinal) > 0).Select(name => folder + "/" + name)))
                {
                    call.Say("\t" + path.Substring(path.LastIndexOf('/') + 1) + " (libc6,x86-64) => " + path);
                }

                return 0;
            case "df":
                long used = guest.Files.Below("/").Sum(path => (long)(guest.Files.Find(path)?.Computed is null ? guest.Files.Find(path)!.Content.Length : 0)) / 1024;
                long free = Math.Max(0, (guest.State<GuestDisk>().FreeKilobytes ?? DiskKilobytes) - used);
                call.Say("Filesystem     1024-blocks     Used Available Capacity Mounted on");
                call.Say(string.Format(CultureInfo.InvariantCulture, "/dev/sda2         {0} {1} {2}      10% /", used + free, used, free));
                return 0;
            default:
                call.Say(guest.State<GuestDisk>().IsNoExec ? "rw,nosuid,nodev,noexec,relatime" : "rw,relatime");
                return 0;
        }
    }

    private static int ModInfo(GuestCall call)
    {
        SimulatedGuest guest = call.Guest;
        string? field = call.Arguments.Count == 3 && call.Arguments[0] == "-F" ? call.Arguments[1] : null;
        string name = call.Arguments.LastOrDefault() ?? string.Empty;
        string? path = guest.Files.Below("/lib/modules/" + guest.Distribution.Kernel).FirstOrDefault(file => file.EndsWith("/" + name + ".ko", StringComparison.Ordinal));
        if (path is null)
        {
            return call.Fail("modinfo: ERROR: Module " + name + " not found.");
        }

        GuestNvidia state = guest.State<GuestNvidia>();
        List<(string Name, string Value)> fields = [("filename", path)];
        if (name.StartsWith("nvidia", StringComparison.Ordinal) && state.Installed is { } driver)
        {
            fields.Add(("version", driver.Version));
            fields.Add(("supported", "external"));
            fields.Add(("license", "NVIDIA"));
            if (state.IsSigned)
            {
                fields.Add(("signer", "GpuVSphere lab key"));
            }
        }
        else
        {
            fields.Add(("license", "GPL"));
        }

        fields.Add(("vermagic", guest.Distribution.Kernel + " SMP mod_unload"));
        foreach ((string Name, string Value) one in fields.Where(one => field is null || one.Name == field))
        {
            call.Say(field is null ? (one.Name + ":").PadRight(16) + one.Value : one.Value);
        }

        return 0;
    }
}
