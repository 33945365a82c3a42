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

    /// <summary>Installs and removes. What was installed by a first call is taken back when a second one is refused.</summary>
    /// <exception cref="GpuVSphereException">VibDependency, VibAcceptance, PackageDamaged and the like: the host has the software it had.</exception>
    public async Task SendAsync(VimSession session, CancellationToken cancellationToken)
    {
        if (plan.Remove.Count > 0)
        {
            await CallAsync(session, "the removal of " + string.Join(", ", plan.Remove), () => session.RemoveVibsAsync(host.Id.Reference, plan.Remove, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        List<NvidiaPackage> done = [];
        foreach (IGrouping<int, PackageAt> call in plan.Install.GroupBy(Order).OrderBy(call => call.Key))
        {
            string what = "the installation of " + string.Join(", ", call.Select(package => package.Package.Title));
            SoftwareSource[] sources = [.. call.Select(package => new SoftwareSource(package.PathOnHost ?? uploads.PathOnHost(package), call.Key > 0))];
            try
            {
                await CallAsync(
                    session,
                    what,
                    () => call.Key == 2 ? session.ApplyComponentsAsync(host.Id.Reference, sources.Select(source => source.Location), cancellationToken)
                        : plan.IsUpdate ? session.UpdateVibsAsync(host.Id.Reference, sources, cancellationToken)
                        : session.InstallVibsAsync(host.Id.Reference, sources, cancellationToken),
                    cancellationToken).ConfigureAwait(false);
                done.AddRange(call.Select(package => package.Package));
            }
            catch (GpuVSphereException) when (done.Count > 0 && !plan.IsUpdate)
            {
                await session.RemoveVibsAsync(host.Id.Reference, [.. done.SelectMany(package => package.Vibs).Select(vib => vib.Name)], CancellationToken.None).ConfigureAwait(false);
                throw;
            }
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
        while (session.Clock.UtcNow < deadline)
        {
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
