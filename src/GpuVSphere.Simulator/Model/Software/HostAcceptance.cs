using System;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>Changes the acceptance level of a host, for esxcli and for the image configuration manager.</summary>
internal static class HostAcceptance
{
    /// <param name="host">The host.</param>
    /// <param name="name">The level, by any of its names.</param>
    /// <param name="refuse">Makes the caller's kind of fault from a message and the fact it rests on.</param>
    public static void Set(HostSystem host, string? name, Func<string, string, Exception> refuse)
    {
        Acceptance level = Acceptance.Find(name) ?? throw refuse("'" + name + "' is no acceptance level.", "types-core.txt: enum HostImageAcceptanceLevel");
        InstalledVib? tooLow = host.Software.Installed.FirstOrDefault(vib => Acceptance.Find(vib.AcceptanceLevel) is { } each && !level.Takes(each));
        if (tooLow is not null && host.Inventory.Refusals.Has(Refusal.AcceptanceBelowVibs))
        {
            throw refuse("The acceptance level of VIB " + tooLow.Id + " is " + tooLow.AcceptanceLevel + ", which does not satisfy " + level.CliName + ".", "vim25-gpu.md 6: UpdateHostImageAcceptanceLevel, HostConfigFault if VIBs are too low");
        }

        host.Software.Level = level;
    }
}
