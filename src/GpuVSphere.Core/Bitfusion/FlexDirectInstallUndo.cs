using System;
using System.Collections.Generic;
using GpuVSphere.Changes;

namespace GpuVSphere.Bitfusion;

/// <summary>
/// What the journal keeps of FlexDirect's program that is installed, and the way back: the packages that came. What its installer script does is not known, nor that
/// it has a way back, so nothing of it is taken away. Pure.
/// </summary>
internal static class FlexDirectInstallUndo
{
    private const string ProgramField = "FlexDirect";
    private const string FormField = "form";

    /// <summary>What an installation sets, with what was there.</summary>
    /// <param name="before">The program that is there; null for none.</param>
    /// <param name="kind">What the installer is.</param>
    public static IEnumerable<JournalField> FieldsOf(FlexDirectProgram? before, InstallerKind kind) =>
        [new(ProgramField, before?.Path, "installed"), new(FormField, null, kind.ToString())];

    /// <summary>Which packages go; empty when nothing is to be done.</summary>
    /// <param name="vm">The VM's name, for messages.</param>
    /// <param name="wanted">What the journal wants back, with its conditions.</param>
    /// <param name="program">The program that is there; null for none.</param>
    /// <param name="packages">Which of the packages that came are there.</param>
    /// <param name="schedulers">How many schedulers run.</param>
    /// <param name="kept">Why the program is left as it is; null when it is not.</param>
    /// <exception cref="GpuVSphereException">FlexDirectStays: it came by a script. FormerFlexDirectNeeded: it took the place of another one. FlexDirectInUse: schedulers run.</exception>
    public static IReadOnlyList<string> Plan(
        string vm, IReadOnlyDictionary<string, string> wanted, FlexDirectProgram? program, IReadOnlyList<string> packages, int schedulers, out string? kept)
    {
        kept = null;
        string form = IntentConditions.After(wanted, FormField) ?? string.Empty;
        if (form == nameof(InstallerKind.Script))
        {
            return program is null ? [] : throw new GpuVSphereException(
                "FlexDirectStays",
                GpuErrorCategory.NotSupported,
                $"{program.Path} of {vm} came by an installer script, and no way is known by which it is taken away again.",
                vm,
                "Whoever made the script knows what it did; a snapshot of the VM from before goes back to that.");
        }

        if (packages.Count == 0)
        {
            kept = program is null ? null : $"keeps {program.Path}: the packages that the change brought are gone, and it was installed since by somebody else";
            return [];
        }

        if (IntentConditions.Before(wanted, ProgramField) is { } before)
        {
            throw new GpuVSphereException(
                "FormerFlexDirectNeeded",
                GpuErrorCategory.InvalidState,
                $"{vm} had {before} before, and what it was installed from is kept nowhere: without it there would be no FlexDirect at all.",
                vm,
                $"Install-FlexDirect -VM {Typed.Name(vm)} -Path <the file of the former release> -Reinstall");
        }

        return schedulers == 0 ? packages : throw new GpuVSphereException(
            "FlexDirectInUse", GpuErrorCategory.ResourceBusy, $"A scheduler of FlexDirect runs in {vm}, and gives out GPUs to clients.", vm, $"Stop-FlexDirectScheduler -VM {Typed.Name(vm)}, then undo the change again.");
    }
}
