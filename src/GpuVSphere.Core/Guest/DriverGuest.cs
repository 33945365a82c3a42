using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>What was read of a guest in which a driver is to be installed.</summary>
internal sealed record DriverGuest
{
    public required GuestFamily Family { get; init; }

    /// <summary>The system in words, such as <c>Ubuntu 22.04.4 LTS</c>.</summary>
    public string System { get; init; } = string.Empty;

    /// <summary>The kernel that runs, as <c>uname -r</c> has it; empty on Windows.</summary>
    public string Kernel { get; init; } = string.Empty;

    /// <summary>As <c>uname -m</c> has it; null when it is not known.</summary>
    public string? Architecture { get; init; }

    /// <summary>apt, dnf, yum or zypper; null where none is there.</summary>
    public string? PackageManager { get; init; }

    /// <summary>What is seen of GPUs, driver and nvidia-smi.</summary>
    public required GuestGpuState Gpu { get; init; }

    /// <summary>Whether the driver that is there is a GRID one: it has the licensing daemon, or Windows' licensing client.</summary>
    public bool IsGrid { get; init; }

    /// <summary>Whether the driver that is there came by a .run file; null when there is none.</summary>
    public bool? CameByRunFile { get; init; }

    /// <summary>Whether there is a C compiler, with make.</summary>
    public bool HasCompiler { get; init; }

    /// <summary>Whether the headers of the running kernel are there.</summary>
    public bool HasHeaders { get; init; }

    /// <summary>Whether DKMS is there, which builds the module anew for a kernel that comes later.</summary>
    public bool HasDkms { get; init; }

    /// <summary>Whether nouveau is kept from being loaded by a file under modprobe.d.</summary>
    public bool IsNouveauBlacklisted { get; init; }

    /// <summary>The display manager that runs, such as <c>gdm3</c>; null when none does.</summary>
    public string? DisplayManager { get; init; }

    /// <summary>X servers that run, with their process ids.</summary>
    public IReadOnlyList<GpuProcess> XServers { get; init; } = [];

    /// <summary>The services that run and hold the GPU, such as <c>nvidia-persistenced</c>.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>What is free in the folder for temporary files, in bytes.</summary>
    public Evidence<long> FreeBytes { get; init; } = Evidence<long>.Unknown("it was not asked for");

    /// <summary>Whether programs may not be started from there.</summary>
    public bool IsNoExec { get; init; }

    /// <summary>The version of the driver that is there, loaded or not; null when there is none.</summary>
    public DriverVersion? Driver => Gpu.Running ?? DriverVersion.TryParse(Gpu.Installed?.Version);

    /// <summary>Whether the driver that is there runs, and nvidia-smi sees a GPU with it.</summary>
    public bool Works => Gpu.Smi is { Gpus.Count: > 0 };

    /// <summary>Whether nouveau drives the GPU.</summary>
    public bool HasNouveau => Gpu.Modules.Contains("nouveau");

    /// <summary>Whether nouveau drives the GPU for somebody, so that only a restart of the guest takes it away.</summary>
    public bool NouveauIsUsed => HasNouveau && Gpu.NouveauUses != 0;

    /// <summary>The driver in words: <c>390.42 (GRID)</c>; null when there is none.</summary>
    public string? DriverText => Driver is { } version ? Text(version, IsGrid) : null;

    /// <summary>A driver in words.</summary>
    public static string Text(DriverVersion version, bool isGrid) => version + (isGrid ? " (GRID)" : string.Empty);

    /// <summary>Whether a program is the X server or belongs to the desktop, which goes with the display manager.</summary>
    public static bool IsOfDesktop(GpuProcess process)
    {
        string name = process.Name.Substring(process.Name.LastIndexOf('/') + 1);
        return name is "X" or "Xorg" or "Xorg.bin" or "Xwayland" or "Xvnc" || name.StartsWith("gnome-", StringComparison.Ordinal) || name is "kwin_x11" or "kwin_wayland" or "plasmashell" or "compiz" or "mutter" or "gdm-x-session";
    }
}
