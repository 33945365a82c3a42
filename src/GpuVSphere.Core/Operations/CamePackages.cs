using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;

namespace GpuVSphere.Operations;

/// <summary>
/// Packages that come into a guest with a change: the journal names each, and who takes the change back removes these and no others. What comes is only known
/// when it is there, so the packages before and after are compared.
/// </summary>
internal static class CamePackages
{
    private const string Prefix = "package ";

    private static readonly TimeSpan s_list = TimeSpan.FromMinutes(5);
    private static readonly string[] s_busy = ["Could not get lock", "Unable to acquire the dpkg frontend lock", "Another app is currently holding the yum lock", "waiting for process with pid"];

    /// <summary>A package that came.</summary>
    public static JournalField Field(string name) => new(Prefix + name, null, "installed");

    /// <summary>The packages that came, as the journal names them.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyDictionary<string, string> wanted) =>
        [.. wanted.Keys.Where(key => key.StartsWith(Prefix, StringComparison.Ordinal)).Select(key => key.Substring(Prefix.Length)).OrderBy(name => name, StringComparer.Ordinal)];

    /// <summary>Which of the packages that came are there.</summary>
    /// <exception cref="GpuVSphereException">GuestCommandFailed.</exception>
    public static async Task<IReadOnlyList<string>> ThereAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> came = Of(subject.Intent.Wanted);
        if (came.Count == 0)
        {
            return [];
        }

        HashSet<string> there = [.. await subject.Packages.AllAsync(cancellationToken).ConfigureAwait(false)];
        return [.. came.Where(there.Contains)];
    }

    /// <summary>Has packages installed, and keeps in the journal which came. A failure leaves half of them, which came as well.</summary>
    /// <param name="run">The change.</param>
    /// <param name="own">The package that is known to come, should the rest not be told any more; null for none.</param>
    /// <param name="work">Installs.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RecordAsync(GuestRun run, string? own, Func<Task> work, CancellationToken cancellationToken)
    {
        HashSet<string> before = [.. await run.Packages.AllAsync(cancellationToken).ConfigureAwait(false)];
        if (own is not null && !before.Contains(own))
        {
            run.Note(Field(own));
        }

        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            await NoteNewAsync(run, before).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses to take packages from others that need them by now.</summary>
    /// <exception cref="GpuVSphereException">GuestPackagesUnknown.</exception>
    public static async Task RefuseNeededAsync(GuestProposal proposal, GuestSubject subject, IReadOnlyList<string> packages, string what, CancellationToken cancellationToken)
    {
        if (packages.Count > 0 && await subject.Packages.NeedingAsync(packages, cancellationToken).ConfigureAwait(false) is { Count: > 0 } needing)
        {
            proposal.Refuse(
                "GUEST-PACKAGES",
                "GuestPackagesNeeded",
                GpuErrorCategory.InvalidState,
                $"Other packages of {subject.Name} need what came with {what}, and would go with it: {string.Join(", ", needing)}.",
                $"Remove them in the guest first, or remove {what} there by hand.");
        }
    }

    /// <summary>Removes packages.</summary>
    /// <exception cref="GpuVSphereException">PackageManagerBusy; GuestCommandFailed, GuestPackagesUnknown.</exception>
    public static async Task RemoveAsync(GuestRun run, IReadOnlyList<string> packages, string what, CancellationToken cancellationToken)
    {
        try
        {
            await run.Packages.RemoveAsync(packages, run.Verbose, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException error) when (error.Id == "GuestCommandFailed" && IsBusy(error.Message))
        {
            throw new GpuVSphereException(
                "PackageManagerBusy",
                GpuErrorCategory.ResourceBusy,
                $"{what} was not removed from {run.Target.Name}: another program of the guest installs or removes packages.",
                run.Target.Name,
                "Wait until it has ended, as unattended upgrades after a start do, and undo the change again.",
                error);
        }
    }

    /// <summary>Whether a package manager said that another program holds its lock.</summary>
    public static bool IsBusy(string said)
    {
        string flat = string.Join(" ", said.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return s_busy.Any(words => flat.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0);
    }

    private static async Task NoteNewAsync(GuestRun run, HashSet<string> before)
    {
        using CancellationTokenSource limit = new(s_list);
        try
        {
            foreach (string package in (await run.Packages.AllAsync(limit.Token).ConfigureAwait(false)).Where(package => !before.Contains(package)))
            {
                run.Note(Field(package));
            }
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            run.Warning("The packages that came could not be listed for the journal: " + error.Message);
        }
    }
}
