using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>What is to go differently in a guest. Kept as its state.</summary>
internal sealed class GuestOrders
{
    /// <summary>Whether the firmware finds room for the large memory windows of its GPUs.</summary>
    public bool HasRoomForBars { get; set; } = true;

    /// <summary>Whether it never comes back from a reboot.</summary>
    public bool HangsAtReboot { get; set; }

    /// <summary>Whether nouveau is loaded at the boot although it is on the blacklist, as with an initramfs that was not built anew.</summary>
    public bool NouveauStays { get; set; }

    /// <summary>Whether nothing uses nouveau once it is loaded, as with a GPU without a console.</summary>
    public bool IsNouveauIdle { get; set; }

    /// <summary>What else than the truth nvidia-smi says of the virtualisation mode; null for the truth.</summary>
    public string? VirtualizationMode { get; set; }

    /// <summary>Whether another program installs packages, as unattended upgrades do after a start.</summary>
    public bool IsPackageManagerBusy { get; set; }

    /// <summary>Whether nvidia-uninstall cannot do its work, and ends with 0 all the same, as the real one does.</summary>
    public bool IsUninstallerBroken { get; set; }

    /// <summary>The packages that the repositories no longer have.</summary>
    public HashSet<string> Withdrawn { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether no program writes the log into a file, so that only the journal has it.</summary>
    public bool HasNoLogFile { get; set; }

    /// <summary>How far its clock is ahead of the others'.</summary>
    public TimeSpan ClockSkew { get; set; }
}
