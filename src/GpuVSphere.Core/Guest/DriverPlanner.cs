using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>What is to be done in a guest so that it has a driver. It does no I/O.</summary>
internal static class DriverPlanner
{
    /// <summary>The name of the row of the driver.</summary>
    public const string Driver = "NVIDIA driver";

    /// <summary>Plans.</summary>
    /// <param name="guest">What was read.</param>
    /// <param name="wish">What is wanted.</param>
    public static DriverPlan Plan(DriverGuest guest, DriverWish wish)
    {
        GuestDriverPackage package = wish.Package;
        bool isGrid = package.Kind == GuestDriverKind.Grid;
        string after = DriverGuest.Text(package.Driver, isGrid);
        if (IsThere(guest, package))
        {
            return guest.Works && guest.Gpu.Running == package.Driver ? new DriverPlan() : Waiting(guest, package, after);
        }

        bool isLinux = guest.Family == GuestFamily.Linux;
        bool rebootsFirst = isLinux && guest.NouveauIsUsed;
        string? barrier = rebootsFirst ? DriverPlan.RebootBarrier : null;
        List<(string? Barrier, string Property, string? Before, string? After)> rows = [];
        string[] packages = isLinux ? [.. DriverPrerequisites.Missing(guest, package)] : [];
        bool silences = isLinux && guest.HasNouveau && !guest.IsNouveauBlacklisted;
        bool upgrades = isLinux && wish.UpgradesPackages && guest.PackageManager is not null;
        if (upgrades)
        {
            rows.Add((null, "all packages", "as they are", "upgraded"));
        }

        if (packages.Length > 0)
        {
            rows.Add((null, "packages", null, string.Join(" ", packages)));
        }

        if (isLinux && Nouveau(guest) is { } nouveau)
        {
            rows.Add(nouveau);
        }

        GpuProcess[] ends = wish.EndsProcesses ? [.. Blocking(guest)] : [];
        foreach (GpuProcess process in ends)
        {
            rows.Add((barrier, "program " + process, "running", "ended"));
        }

        rows.Add((barrier, Driver, guest.DriverText, after));
        return new DriverPlan
        {
            Rows = rows,
            UpgradesPackages = upgrades,
            Packages = packages,
            SilencesNouveau = silences,
            UnloadsNouveau = isLinux && guest is { HasNouveau: true, NouveauIsUsed: false },
            RebootsFirst = rebootsFirst,
            Ends = ends,
            Stops = guest.Services,
            DisplayManager = guest.DisplayManager,
            UsesDkms = guest.HasDkms && package.Form == GuestDriverForm.RunFile,
            Installs = true,
            Consequences = [.. Consequences(guest, wish, rebootsFirst, upgrades)],
            Endings = [.. Endings(guest, ends)],
        };
    }

    /// <summary>
    /// The programs that have to end: those on the GPU, without what goes with the display manager and the services that are stopped. On Windows none has to:
    /// its setup replaces a driver that is in use, and every desktop uses it.
    /// </summary>
    public static IReadOnlyList<GpuProcess> Blocking(DriverGuest guest) => guest.Family == GuestFamily.Windows ? [] :
    [
        .. guest.Gpu.Processes
            .Where(process => guest.DisplayManager is null || !DriverGuest.IsOfDesktop(process))
            .Concat(guest.DisplayManager is null ? guest.XServers : [])
            .GroupBy(process => process.Id)
            .Select(same => same.First())
            .OrderBy(process => process.Id),
    ];

    /// <summary>Whether the wanted driver is on the guest's disk, of the wanted kind.</summary>
    public static bool IsThere(DriverGuest guest, GuestDriverPackage package)
    {
        // On Windows the version that runs is the only one that is told; on Linux what modinfo finds is what the next start loads.
        DriverVersion? there = guest.Family == GuestFamily.Windows ? guest.Gpu.Running : DriverVersion.TryParse(guest.Gpu.Installed?.Version);
        return there == package.Driver && (package.Kind != GuestDriverKind.Grid || guest.IsGrid);
    }

    /// <summary>Whether the kernel of a Linux guest has the wanted driver loaded.</summary>
    public static bool IsLoaded(DriverGuest guest, GuestDriverPackage package) =>
        guest.Family == GuestFamily.Linux && DriverVersion.TryParse(guest.Gpu.LoadedVersion) == package.Driver;

    // The driver is there and another one, or none, is loaded: only a restart brings it, unless it is nouveau and nothing uses that. One that is loaded and
    // finds no GPU may find it then.
    private static DriverPlan Waiting(DriverGuest guest, GuestDriverPackage package, string after)
    {
        bool unloads = guest is { HasNouveau: true, NouveauIsUsed: false } && guest.Gpu.LoadedVersion is null;
        return new DriverPlan
        {
            RebootsFirst = !unloads,
            SilencesNouveau = guest.HasNouveau && !guest.IsNouveauBlacklisted,
            UnloadsNouveau = unloads,
            Rows =
            [
                .. Nouveau(guest) is { } nouveau ? new[] { nouveau } : [],
                (unloads ? null : DriverPlan.RebootBarrier, Driver, IsLoaded(guest, package) ? "loaded, without a GPU" : guest.Gpu.LoadedVersion is { } loaded && loaded != guest.Gpu.Installed?.Version ? loaded : "not loaded", after),
            ],
            Consequences = unloads ? [] : [IsLoaded(guest, package)
                ? "the guest has to be restarted: the driver is installed and loaded, and nvidia-smi shows no GPU with it"
                : "the guest has to be restarted: the driver is installed, and is not the one that runs"],
        };
    }

    // What becomes of nouveau; null when there is nothing to do about it, or a restart that is planned anyway does it.
    private static (string? Barrier, string Property, string? Before, string? After)? Nouveau(DriverGuest guest) =>
        !guest.HasNouveau || (guest.NouveauIsUsed && guest.IsNouveauBlacklisted) ? null
        : (null, "nouveau", "loaded", guest.NouveauIsUsed ? "kept from being loaded" : guest.IsNouveauBlacklisted ? "unloaded" : "unloaded, and kept from being loaded");

    private static IEnumerable<string> Endings(DriverGuest guest, GpuProcess[] ends)
    {
        if (ends.Length > 0)
        {
            yield return $"these programs use the GPU and are ended: {string.Join(", ", ends.Select(process => process.ToString()))}";
        }

        if (guest.DisplayManager is { } manager)
        {
            yield return $"{manager} is stopped for the installation and started again: sessions on the desktop of the guest end";
        }

        if (guest.Family == GuestFamily.Windows && guest.Gpu.Processes.Where(process => process.Type == "C").ToArray() is { Length: > 0 } computing)
        {
            yield return $"these programs compute on the GPU and lose it: {string.Join(", ", computing.Select(process => process.ToString()))}";
        }
    }

    private static IEnumerable<string> Consequences(DriverGuest guest, DriverWish wish, bool rebootsFirst, bool upgrades)
    {
        if (rebootsFirst)
        {
            yield return $"nouveau is loaded and in use, so the guest is restarted before the driver is installed{(wish.Reboots ? string.Empty : ", when -Reboot is given")}";
        }

        if (guest.Services.Count > 0)
        {
            yield return $"{string.Join(", ", guest.Services)} {(guest.Services.Count == 1 ? "is" : "are")} stopped for the installation and started again";
        }

        if (upgrades)
        {
            yield return "all packages are upgraded; a kernel that comes with it runs from the next restart on, and needs the driver to be built for it" + (guest.HasDkms ? ", which DKMS does" : string.Empty);
        }

        if (wish.Package.Form == GuestDriverForm.RunFile && !guest.HasDkms)
        {
            yield return "the module is built for the running kernel only: after an update of the kernel the driver has to be installed anew, unless dkms is installed first";
        }

        if (guest.Driver is { } there && there > wish.Package.Driver)
        {
            yield return $"this is a step back, from {there} to {wish.Package.Driver}";
        }

        if (guest.Family == GuestFamily.Windows)
        {
            yield return wish.Reboots ? "the screen goes black for a moment, and the guest is restarted when the setup asks for it" : "the screen goes black for a moment; when the setup asks for a restart, it waits for -Reboot";
        }
    }
}
