using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// What the journal keeps of a driver that is installed, and the way back. A driver is removed where there was none before and it still is the one that the
/// change installed. A former driver is not brought back: its file is kept nowhere. Pure.
/// </summary>
internal static class DriverUndo
{
    /// <summary>Beside the driver: how it came, <c>run</c>, <c>packages</c> or <c>exe</c>.</summary>
    public const string FormField = "driver form";

    private const string DriverField = DriverPlanner.Driver;
    private const string NouveauField = "nouveau";
    private const string PrerequisiteField = "prerequisite ";
    private const string RunForm = "run";
    private const string PackagesForm = "packages";
    private const string WindowsForm = "exe";

    /// <summary>What a plan sets, with what was there.</summary>
    /// <param name="guest">The guest before.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="package">What is installed.</param>
    /// <param name="nouveauText">The text of our own file against nouveau, where it is there already; null where it is not.</param>
    public static IEnumerable<JournalField> FieldsOf(DriverGuest guest, DriverPlan plan, GuestDriverPackage package, string? nouveauText)
    {
        if (plan.Installs)
        {
            yield return new JournalField(DriverField, guest.DriverText, DriverGuest.Text(package.Driver, package.Kind == GuestDriverKind.Grid));
            yield return new JournalField(FormField, null, package.IsForWindows ? WindowsForm : package.Form == GuestDriverForm.RunFile ? RunForm : PackagesForm);
        }

        if (plan.SilencesNouveau)
        {
            yield return new JournalField(NouveauField, "loaded", "kept from being loaded");
            yield return new JournalField(DriverRun.NouveauFile, nouveauText, DriverRun.Nouveau);
        }

        foreach (JournalField field in plan.Packages.Select(Prerequisite))
        {
            yield return field;
        }
    }

    /// <summary>A package that the driver needs and that was installed before it. It stays.</summary>
    public static JournalField Prerequisite(string name) => new(PrerequisiteField + name, null, "installed");

    /// <summary>
    /// The name of the package in a file, as the files are named: what is before the first underscore of a .deb, and before version and release of an .rpm
    /// (deb(5) and rpm(8) name them so).
    /// </summary>
    public static string? NameIn(GuestDriverPackage package)
    {
        string[] words = package.Form switch
        {
            GuestDriverForm.Deb => [package.Name.Split('_')[0]],
            GuestDriverForm.Rpm => package.Name.Split('-'),
            _ => [],
        };
        int count = package.Form == GuestDriverForm.Rpm ? words.Length - 2 : words.Length;
        return count > 0 ? string.Join("-", words.Take(count)) : null;
    }

    /// <summary>Plans the way back. No I/O.</summary>
    /// <param name="vm">The VM's name, for messages.</param>
    /// <param name="guest">What was read.</param>
    /// <param name="wanted">What the journal wants back, with its conditions.</param>
    /// <param name="packages">Which of the packages that came are there; those of other names are not asked for.</param>
    /// <param name="nouveauText">The text of our own file against nouveau; null where it is not there.</param>
    /// <param name="hasUpgraded">Whether the change upgraded all packages.</param>
    /// <param name="reboots">Whether the guest may be restarted.</param>
    /// <exception cref="GpuVSphereException">GuestDriverStays: on Windows. FormerDriverNeeded: there was another driver before.</exception>
    public static DriverUndoPlan Plan(
        string vm, DriverGuest guest, IReadOnlyDictionary<string, string> wanted, IReadOnlyList<string> packages, string? nouveauText, bool hasUpgraded, bool reboots)
    {
        string? set = IntentConditions.After(wanted, DriverField);
        string? form = IntentConditions.After(wanted, FormField);
        List<(string Property, string? Before, string? After)> rows = [];
        List<(string Text, bool EndsPrograms)> consequences = [];
        bool isThere = guest.Driver is not null || guest.Gpu.HasSmi || packages.Count > 0;

        // An undo that was cut took it from the disk, or somebody did: what is left is a module in memory, and no program that would remove it.
        bool isOnlyLoaded = isThere && packages.Count == 0 && guest.Family == GuestFamily.Linux && guest.Gpu.Installed is null && !guest.Gpu.HasSmi;
        string? kept = set is null || !isThere ? null : Kept(guest, wanted, set, isOnlyLoaded ? null : form, packages);
        bool removes = set is not null && isThere && kept is null;
        if (removes)
        {
            RefuseWhatCannotBe(vm, guest, set!, IntentConditions.Before(wanted, DriverField));
        }

        if (kept is { Length: > 0 })
        {
            consequences.Add((kept, false));
        }

        if (removes)
        {
            rows.Add((DriverPlanner.Driver, (guest.DriverText ?? set) + (isOnlyLoaded ? ", in memory only" : string.Empty), null));
            if (form == PackagesForm && !isOnlyLoaded)
            {
                rows.Add(("packages", string.Join(" ", packages), null));
            }
        }

        bool frees = false;
        if (IntentConditions.After(wanted, DriverRun.NouveauFile) is { } written && nouveauText is not null)
        {
            // Another driver that came since needs it as ours did.
            frees = nouveauText == written && (removes || !isThere);
            if (frees)
            {
                rows.Add(("nouveau", "kept from being loaded", "loaded from the next restart on"));
            }
            else
            {
                consequences.Add(($"keeps {DriverRun.NouveauFile}: {(nouveauText == written ? "the driver that is there needs it" : "it was changed since by somebody else")}", false));
            }
        }

        if (rows.Count == 0)
        {
            return new DriverUndoPlan { Consequences = consequences };
        }

        consequences.AddRange(Consequences(guest, wanted, removes, frees, hasUpgraded, reboots));
        return new DriverUndoPlan
        {
            Rows = rows,
            Consequences = consequences,
            Driver = removes ? guest.DriverText ?? set : null,
            IsOnlyLoaded = removes && isOnlyLoaded,
            Packages = removes && form == PackagesForm ? packages : [],
            FreesNouveau = frees,
            HadNouveau = IntentConditions.Before(wanted, NouveauField) is not null,
            DisplayManager = removes ? guest.DisplayManager : null,
            Stops = removes ? guest.Services : [],
        };
    }

    // Why the driver that is there is not touched: null when it is the one of the change; empty when there is nothing to say, since it is the one before.
    private static string? Kept(DriverGuest guest, IReadOnlyDictionary<string, string> wanted, string set, string? form, IReadOnlyList<string> packages) =>
        guest.Driver is { } now && now == Version(IntentConditions.Before(wanted, DriverField)) ? string.Empty
        : guest.Driver is { } other && other != Version(set) ? $"keeps the driver {guest.DriverText}: it was installed since by somebody else"
        : form == RunForm && guest.CameByRunFile == false ? $"keeps the driver {guest.DriverText ?? set}: it does not come from a .run file any more, and was installed since by somebody else"
        : form == PackagesForm && packages.Count == 0 ? $"keeps the driver {guest.DriverText ?? set}: the packages that the change brought are gone, and it was installed since by somebody else"
        : null;

    // What cannot be done is said before anything is.
    private static void RefuseWhatCannotBe(string vm, DriverGuest guest, string set, string? before)
    {
        string? install = before is null ? null : $"Install-NvidiaGuestDriver -VM {Typed.Name(vm)} -Path <the file of driver {before}> -AcceptEula";
        if (guest.Family == GuestFamily.Windows)
        {
            throw new GpuVSphereException(
                "GuestDriverStays",
                GpuErrorCategory.NotSupported,
                $"Driver {set} of {vm} is not taken back: no way is known by which Windows removes NVIDIA's driver without asking somebody.",
                vm,
                "Remove NVIDIA Graphics Driver in the guest, under Apps in its settings, and restart it" + (install is null ? "." : "; then " + install));
        }

        if (install is not null)
        {
            throw new GpuVSphereException(
                "FormerDriverNeeded",
                GpuErrorCategory.InvalidState,
                $"{vm} had driver {before} before {set}, and its file is kept nowhere: without it there would be no driver at all.",
                vm,
                install);
        }
    }

    private static IEnumerable<(string Text, bool EndsPrograms)> Consequences(
        DriverGuest guest, IReadOnlyDictionary<string, string> wanted, bool removes, bool frees, bool hasUpgraded, bool reboots)
    {
        if (removes && guest.DisplayManager is { } manager)
        {
            yield return ($"{manager} is stopped for the removal and started again: sessions on the desktop of the guest end", true);
        }

        if (removes && guest.Services.Count > 0)
        {
            yield return ($"{string.Join(", ", guest.Services)} {(guest.Services.Count == 1 ? "is" : "are")} stopped, and {(guest.Services.Count == 1 ? "goes" : "go")} with the driver", false);
        }

        if (removes && guest.IsGrid)
        {
            yield return ("the licence that the guest has is given back; its settings (gridd.conf, tokens) stay", false);
        }

        if (Names(wanted, PrerequisiteField) is { Count: > 0 } prerequisites)
        {
            yield return ($"{string.Join(", ", prerequisites)} {(prerequisites.Count == 1 ? "stays" : "stay")}: the change installed {(prerequisites.Count == 1 ? "it" : "them")}, and other programs may need {(prerequisites.Count == 1 ? "it" : "them")} by now", false);
        }

        if (hasUpgraded)
        {
            yield return ("the packages that the change upgraded stay as they are", false);
        }

        if (frees || (removes && IntentConditions.Before(wanted, NouveauField) is not null))
        {
            yield return (reboots ? "the guest is restarted, so that nouveau drives the GPU again" : "nouveau drives the GPU again from the next restart of the guest on; with -Reboot it is restarted now", reboots);
        }
    }

    private static IReadOnlyList<string> Names(IReadOnlyDictionary<string, string> wanted, string kind) =>
        [.. wanted.Keys.Where(key => key.StartsWith(kind, StringComparison.Ordinal)).Select(key => key.Substring(kind.Length)).OrderBy(name => name, StringComparer.Ordinal)];

    private static DriverVersion? Version(string? text) => DriverVersion.TryParse(text?.Split(' ')[0]);
}
