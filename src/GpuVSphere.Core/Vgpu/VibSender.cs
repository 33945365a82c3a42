using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>Has a host install and remove software, by esxcli over the API.</summary>
internal sealed class VibSender(GpuHost host, VibPlan plan, VibUploads uploads)
{
    // A host with a slow boot device takes minutes; after that much it is not at work any more.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_reread = TimeSpan.FromSeconds(10);

    private readonly List<SoftwareOutcome> _outcomes = [];

    /// <summary>What esxcli answered to each call.</summary>
    public IReadOnlyList<SoftwareOutcome> Outcomes => _outcomes;

    /// <summary>
    /// Asks the host whether it would do it, which changes nothing and needs no maintenance mode: a dependency that is not met is so found before the
    /// first VM is moved. What the host does not tell that way is no obstacle.
    /// </summary>
    /// <exception cref="GpuVSphereException">VibDependency, VibAcceptance, PackageDamaged and the like.</exception>
    public async Task TryAsync(VimSession session, CancellationToken cancellationToken)
    {
        // What is installed in place of something that is removed first would be refused for that alone.
        if (plan.IsEmpty || (plan.Remove.Count > 0 && plan.Install.Count > 0))
        {
            return;
        }

        // A component is asked for as the bundle that it is: only of the vib commands it is known that they can be tried.
        IGrouping<bool, PackageAt>? first = plan.Install.GroupBy(package => Order(package) > 0).OrderBy(call => call.Key).FirstOrDefault();
        try
        {
            _ = first is null
                ? await session.RemoveVibsAsync(host.Id.Reference, plan.Remove, isDryRun: true, cancellationToken).ConfigureAwait(false)
                : await session.InstallVibsAsync(
                    host.Id.Reference, first.Select(package => new SoftwareSource(package.PathOnHost ?? uploads.PathOnHost(package), first.Key)), isDryRun: true, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException fault) when (fault.Id == "EsxCliFault" && VibErrors.IsRefusedForGood(fault))
        {
            throw VibErrors.Explain(fault, host.Name, first is null ? Removal : Installation(first), isTrial: true);
        }
        catch (GpuVSphereException fault) when (fault.Id == "EsxCliFault" || fault.Category == GpuErrorCategory.Timeout)
        {
            // In earnest it may go another way.
        }
    }

    /// <summary>Installs and removes. What was installed by a first call is taken back when a second one is refused.</summary>
    /// <exception cref="GpuVSphereException">VibDependency, VibAcceptance, PackageDamaged and the like: the host has the software it had.</exception>
    public async Task SendAsync(VimSession session, CancellationToken cancellationToken)
    {
        if (plan.Remove.Count > 0)
        {
            await CallAsync(session, Removal, () => session.RemoveVibsAsync(host.Id.Reference, plan.Remove, isDryRun: false, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        List<PackageVib> done = [];
        foreach (IGrouping<int, PackageAt> call in plan.Install.GroupBy(Order).OrderBy(call => call.Key))
        {
            SoftwareSource[] sources = [.. call.Select(package => new SoftwareSource(package.PathOnHost ?? uploads.PathOnHost(package), call.Key > 0))];
            try
            {
                await CallAsync(
                    session,
                    Installation(call),
                    () => call.Key == 2 ? session.ApplyComponentsAsync(host.Id.Reference, sources.Select(source => source.Location), cancellationToken)
                        : plan.IsUpdate ? session.UpdateVibsAsync(host.Id.Reference, sources, isDryRun: false, cancellationToken)
                        : session.InstallVibsAsync(host.Id.Reference, sources, isDryRun: false, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
                done.AddRange(call.SelectMany(package => package.Package.Vibs));
            }
            catch (GpuVSphereException refused) when (done.Count > 0 && refused.Category is not (GpuErrorCategory.Timeout or GpuErrorCategory.ConnectionFailed))
            {
                await TakeBackAsync(session, done, refused).ConfigureAwait(false);
                throw;
            }
        }
    }

    private string Removal => "the removal of " + string.Join(", ", plan.Remove);

    private static string Installation(IEnumerable<PackageAt> packages) => "the installation of " + string.Join(", ", packages.Select(package => package.Package.Title));

    // What replaced an older version stays: removing it would leave nothing, and the older package is not at hand.
    private async Task TakeBackAsync(VimSession session, IReadOnlyList<PackageVib> done, GpuVSphereException refused)
    {
        string[] added = [.. done.Select(vib => vib.Name).Where(name => !plan.Before.ContainsKey(name))];
        string[] left = [.. done.Where(vib => plan.Before.ContainsKey(vib.Name)).Select(vib => vib.NameAndVersion)];
        try
        {
            if (added.Length > 0)
            {
                await session.RemoveVibsAsync(host.Id.Reference, added, isDryRun: false, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (GpuVSphereException e) when (e is not NotAuthenticatedException)
        {
            left = [.. left, .. added];
        }

        if (left.Length == 0)
        {
            _outcomes.Clear();
        }
        else
        {
            throw new GpuVSphereException(
                refused.Id,
                refused.Category,
                $"{refused.Message} What was installed before that stays on {host.Name}: {string.Join(", ", left)}.",
                host.Name,
                refused.NextStep,
                refused);
        }
    }

    // Single VIBs in one call, bundles in another, components by their own command where there is one.
    private int Order(PackageAt package) => package.Package.Kind switch
    {
        PackageKind.Vib => 0,
        PackageKind.Component when new ApiVersion(host.Version).IsAtLeast(7, 0) => 2,
        _ => 1,
    };

    private async Task CallAsync(VimSession session, string what, Func<Task<SoftwareOutcome>> call, CancellationToken cancellationToken)
    {
        try
        {
            _outcomes.Add(await call().ConfigureAwait(false));
        }
        catch (GpuVSphereException fault) when (fault.Id == "EsxCliFault")
        {
            throw VibErrors.Explain(fault, host.Name, what);
        }
        catch (GpuVSphereException lost) when (lost.Category is GpuErrorCategory.Timeout or GpuErrorCategory.ConnectionFailed)
        {
            // The host goes on although its answer did not come: what it has in the end tells.
            await WaitAsync(session, lost, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(VimSession session, GpuVSphereException lost, CancellationToken cancellationToken)
    {
        DateTimeOffset deadline = session.Clock.UtcNow + s_patience;
        for (bool isLast = false; !isLast;)
        {
            isLast = session.Clock.UtcNow >= deadline;
            try
            {
                SoftwareState now = await SoftwareReader.ReadVibsAsync(session, host, cancellationToken).ConfigureAwait(false);
                if (IsReached(now))
                {
                    _outcomes.Add(new SoftwareOutcome("The answer of esxcli was lost; the host has the software that was asked for.", true, [], [], []));
                    return;
                }
            }
            catch (GpuVSphereException again) when (again.Category is GpuErrorCategory.Timeout or GpuErrorCategory.ConnectionFailed || again.Id == "EsxCliFault")
            {
                // Busy, or still away.
            }

            await session.Clock.DelayAsync(s_reread, cancellationToken).ConfigureAwait(false);
        }

        throw lost;
    }

    private bool IsReached(SoftwareState now) => plan.Wanted.All(vib => now.VersionOf(vib.Key) == vib.Value);
}
