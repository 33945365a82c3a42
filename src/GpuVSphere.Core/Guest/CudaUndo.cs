using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// What the journal keeps of CUDA that is brought into a guest, and the way back: the toolkit, its samples and the link where it still is as the change set it, the
/// packages that came, and docker's settings. A toolkit that took the place of another of its minor version, and patches alone, are not taken back. Pure.
/// </summary>
internal static class CudaUndo
{
    /// <summary>Docker's settings: what nvidia-ctk writes the runtime into.</summary>
    public const string DockerSettings = "/etc/docker/daemon.json";

    private const string MethodField = "method";
    private const string ToolkitField = "toolkit";
    private const string PatchField = "patches";
    private const string SamplesField = "samples";
    private const string FilePrefix = "file ";

    private static readonly CudaVersion s_firstWithUninstaller = new(10, 1, null);

    /// <summary>What a plan sets, with what was there.</summary>
    /// <param name="guest">The guest before.</param>
    /// <param name="wish">What is wanted.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="link">Where /usr/local/cuda points to, one step; null where it is no link.</param>
    public static IEnumerable<JournalField> FieldsOf(CudaGuest guest, CudaWish wish, CudaPlan plan, string? link)
    {
        yield return new JournalField(MethodField, null, wish.Method.ToString());
        if (wish.Version is not { } version)
        {
            yield break;
        }

        bool installs = wish.Method == CudaMethod.RunFile ? plan.InstallsToolkit : plan.Installs;
        if (installs)
        {
            yield return new JournalField(ToolkitField, guest.Installed(version)?.ToString(), version.ToString());
        }
        else if (plan.Patches.Count > 0)
        {
            yield return new JournalField(PatchField, null, version.ToString());
        }

        if (plan.InstallsSamples && wish.SamplesFolder is { } folder)
        {
            yield return new JournalField(SamplesField, null, CudaPlanner.SamplesOf(version, folder));
        }

        // The installers set it, too, where it is not there.
        if (guest.Family == GuestFamily.Linux && (plan.Links || installs))
        {
            yield return new JournalField(CudaPlanner.LinkPath, link, CudaPlanner.FolderOf(version));
        }
    }

    /// <summary>A file that the change copied beside the packages.</summary>
    public static JournalField File(string path) => new(FilePrefix + path, null, "copied");

    /// <summary>The toolkit that was installed; null when none was.</summary>
    public static CudaVersion? Toolkit(IReadOnlyDictionary<string, string> wanted) => CudaVersion.TryParse(IntentConditions.After(wanted, ToolkitField));

    /// <summary>The folder of samples that was filled; null when none was.</summary>
    public static string? Samples(IReadOnlyDictionary<string, string> wanted) => IntentConditions.After(wanted, SamplesField);

    /// <summary>The files that were copied.</summary>
    public static IReadOnlyList<string> Files(IReadOnlyDictionary<string, string> wanted) =>
        [.. wanted.Keys.Where(key => key.StartsWith(FilePrefix, StringComparison.Ordinal)).Select(key => key.Substring(FilePrefix.Length)).OrderBy(path => path, StringComparer.Ordinal)];

    /// <summary>
    /// The program in a toolkit's folder that removes what a run-file put there: <c>cuda-uninstaller</c> from 10.1 on, <c>uninstall_cuda_X.Y.pl</c> before (NVIDIA's CUDA
    /// Installation Guide for Linux, Runfile Uninstallation).
    /// </summary>
    public static string UninstallerOf(CudaVersion version) =>
        CudaPlanner.FolderOf(version) + "/bin/" + (HasUninstaller(version) ? "cuda-uninstaller" : $"uninstall_cuda_{version.MinorText}.pl");

    /// <summary>
    /// Its options: the later one shows a list to choose from unless it is told <c>--silent</c>, which is how those run it who automate it; the earlier one asks nothing.
    /// </summary>
    public static string OptionsOf(CudaVersion version) => HasUninstaller(version) ? " --silent" : string.Empty;

    /// <summary>Plans the way back. No I/O.</summary>
    /// <exception cref="GpuVSphereException">CudaStays: on Windows, of patches, or of a toolkit without its uninstaller. FormerToolkitNeeded: another one was there before.</exception>
    public static CudaUndoPlan Plan(string vm, CudaUndoState state, IReadOnlyDictionary<string, string> wanted)
    {
        List<(string Property, string? Before, string? After)> rows = [];
        List<(string Text, bool EndsPrograms)> consequences = [];
        CudaVersion? set = Toolkit(wanted);
        bool isPackage = IntentConditions.After(wanted, MethodField) == nameof(CudaMethod.Package);
        string? uninstaller = null;
        bool isKept = false;
        if (IntentConditions.After(wanted, PatchField) is { } patched)
        {
            throw Stays(vm, $"patches of CUDA {patched} are not taken back: no way is known to take one out of a toolkit", "Undo the change that installed the toolkit, where there is one, and install it again without them.");
        }

        if (set is not null && (state.Toolkit is not null || state.Packages.Count > 0))
        {
            // Of a toolkit that tells only its minor version no more can be said.
            isKept = state.Toolkit is { Patch: not null } now && set.Patch is not null && now.CompareTo(set) != 0;
            if (isKept && state.Toolkit!.ToString() != IntentConditions.Before(wanted, ToolkitField))
            {
                consequences.Add(($"keeps CUDA {state.Toolkit} in {CudaPlanner.FolderOf(set)}: it was installed since by somebody else", false));
            }

            if (!isKept)
            {
                Refuse(vm, state, set, IntentConditions.Before(wanted, ToolkitField), isPackage);
                rows.Add(($"CUDA toolkit in {CudaPlanner.FolderOf(set)}", (state.Toolkit ?? set).ToString(), null));
                uninstaller = isPackage ? null : state.Uninstaller;
            }
        }

        IReadOnlyList<string> packages = isKept ? [] : state.Packages;
        if (packages.Count > 0)
        {
            rows.Add(("packages", string.Join(" ", packages), null));
        }

        string? samples = isKept || !state.HasSamples ? null : Samples(wanted);
        if (samples is not null)
        {
            rows.Add(("CUDA samples", samples, null));
            consequences.Add(($"{samples} is removed with what was built in it and put there since", false));
        }

        bool links = Link(state, wanted, set, isKept, rows, consequences);
        bool restoresDocker = Docker(state, wanted, packages, rows, consequences, out bool restarts);
        return rows.Count == 0 ? new CudaUndoPlan { Consequences = consequences } : new CudaUndoPlan
        {
            Rows = rows,
            Consequences = consequences,
            What = set is null ? "what containers were given the GPU by" : "CUDA " + set,
            Uninstaller = uninstaller,
            Samples = samples,
            Links = links,
            LinkBefore = IntentConditions.Before(wanted, CudaPlanner.LinkPath),
            Packages = packages,
            Files = isKept ? [] : state.Files,
            RestoresDocker = restoresDocker,
            DockerBefore = IntentConditions.Before(wanted, DockerSettings),
            RestartsDocker = restarts,
        };
    }

    private static bool Link(
        CudaUndoState state,
        IReadOnlyDictionary<string, string> wanted,
        CudaVersion? set,
        bool isKept,
        List<(string Property, string? Before, string? After)> rows,
        List<(string Text, bool EndsPrograms)> consequences)
    {
        string? before = IntentConditions.Before(wanted, CudaPlanner.LinkPath);
        if (IntentConditions.After(wanted, CudaPlanner.LinkPath) is not { } linked || state.Link == before || isKept)
        {
            return false;
        }

        // It may lead there by way of the alternatives that packages set.
        if (state.LinkEnd is not null && state.LinkEnd != linked)
        {
            consequences.Add(($"keeps {CudaPlanner.LinkPath}, which leads to {state.LinkEnd}: it was changed since by somebody else", false));
            return false;
        }

        rows.Add((CudaPlanner.LinkPath, state.Link, before));
        return true;
    }

    private static bool Docker(
        CudaUndoState state,
        IReadOnlyDictionary<string, string> wanted,
        IReadOnlyList<string> packages,
        List<(string Property, string? Before, string? After)> rows,
        List<(string Text, bool EndsPrograms)> consequences,
        out bool restarts)
    {
        string[] docker = [.. packages.Where(package => package.Split(':', '.')[0] is "docker" or "docker-ce" or "moby-engine" || package == "docker.io" || package.StartsWith("docker.io:", StringComparison.Ordinal))];
        restarts = false;
        if (docker.Length > 0)
        {
            consequences.Add(($"{string.Join(", ", docker)} goes, and the containers that run in the guest end; images and containers stay in /var/lib/docker", true));
        }

        if (IntentConditions.After(wanted, DockerSettings) is not { } written || state.DockerSettings == IntentConditions.Before(wanted, DockerSettings))
        {
            return false;
        }

        if (state.DockerSettings != written)
        {
            consequences.Add(($"keeps {DockerSettings}: it was changed since by somebody else", false));
            return false;
        }

        rows.Add((DockerSettings, "with the runtime nvidia", IntentConditions.Before(wanted, DockerSettings) is null ? null : "as it was"));
        restarts = docker.Length == 0;
        if (restarts)
        {
            consequences.Add(("docker is restarted, and with it the containers that run in the guest", true));
        }

        return true;
    }

    // What cannot be done is said before anything is.
    private static void Refuse(string vm, CudaUndoState state, CudaVersion set, string? before, bool isPackage)
    {
        if (state.Family == GuestFamily.Windows)
        {
            throw Stays(vm, $"CUDA {set} is not taken back: no way is known by which Windows removes it without asking somebody", "Remove the parts of NVIDIA CUDA in the guest, under Apps in its settings.");
        }

        if (before is not null)
        {
            throw new GpuVSphereException(
                "FormerToolkitNeeded",
                GpuErrorCategory.InvalidState,
                $"{vm} had CUDA {before} in {CudaPlanner.FolderOf(set)} before {set} took its place, and its file is kept nowhere.",
                vm,
                $"Install-CudaToolkit -VM {Typed.Name(vm)} -Path <the file of CUDA {before}> -AcceptEula, after {CudaPlanner.FolderOf(set)} was removed in the guest.");
        }

        if (isPackage ? state.Packages.Count == 0 : state.Uninstaller is null)
        {
            throw Stays(
                vm,
                isPackage ? $"CUDA {set} is not taken back: the packages that brought it are not there any more" : $"CUDA {set} is not taken back: {UninstallerOf(set)} is not there, which removes it",
                $"Remove {CudaPlanner.FolderOf(set)} in the guest, when nobody needs it.");
        }
    }

    private static bool HasUninstaller(CudaVersion version) => version.CompareTo(s_firstWithUninstaller) >= 0;

    private static GpuVSphereException Stays(string vm, string why, string nextStep) => new("CudaStays", GpuErrorCategory.NotSupported, $"{vm}: {why}.", vm, nextStep);
}
