using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Shows the catalogue of vGPU releases: drivers, dates, support, ESXi versions, licence servers. No server is asked.</summary>
[Cmdlet(VerbsCommon.Get, "VgpuRelease")]
[OutputType(typeof(VgpuRelease))]
public sealed class GetVgpuReleaseCommand : GpuCmdlet
{
    private readonly List<string> _drivers = [];
    private bool _hasNull;

    /// <summary>The releases: 16.10; 16 or 16.x for a main release; or with wildcards. All of them by default.</summary>
    [Parameter(Position = 0)]
    [Alias("Name")]
    [VersionText]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Release { get; set; }

    /// <summary>Driver branches, such as R535; wildcards may be used.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Branch { get; set; }

    /// <summary>Drivers of host or guest, such as 535.247.02: every release that has one of them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [VersionText]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    public string?[]? DriverVersion { get; set; }

    /// <summary>GPUs that the release has to serve, such as P100 or 'Tesla T4'.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Gpu { get; set; }

    /// <summary>ESXi versions that the release has a manager for, such as 8.0 or '8.0 U3'.</summary>
    [Parameter]
    [VersionText]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? EsxiVersion { get; set; }

    /// <summary>Only releases of branches with long-term support.</summary>
    [Parameter]
    public SwitchParameter LongTerm { get; set; }

    /// <summary>Only the newest of each main release, of those that are left.</summary>
    [Parameter]
    public SwitchParameter Newest { get; set; }

    internal override void Collect()
    {
        string[] drivers = [.. (DriverVersion ?? []).OfType<string>().Where(driver => driver.Trim().Length > 0)];
        _hasNull |= DriverVersion is not null && drivers.Length == 0;
        _drivers.AddRange(drivers);
    }

    // An empty pipeline, or daemons without a driver, do not mean everything.
    internal override bool Prepare() => _drivers.Count > 0 || !(MyInvocation.ExpectingInput || _hasNull);

    internal override Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        KnownCatalog known = KnownCatalog.InUse;
        VgpuCatalog catalog = known.Vgpu;
        if (known.Trouble is { } trouble)
        {
            relay.Warning(trouble);
        }

        IEnumerable<VgpuRelease> found = catalog.Releases;
        Narrow(Release, name => VgpuReleaseSearch.ByName(catalog, name));
        Narrow(Branch, branch => VgpuReleaseSearch.ByBranch(catalog, branch));
        Narrow(_drivers, driver =>
        {
            (IReadOnlyList<VgpuRelease> releases, string? note) = VgpuReleaseSearch.ByDriver(catalog, driver);
            if (note is not null)
            {
                relay.Warning(note);
            }

            return releases;
        });
        Narrow(Gpu, gpu => VgpuReleaseSearch.ByBoards(catalog, VgpuReleaseSearch.BoardsNamed(catalog, GpuCatalog.InUse, gpu)));
        Narrow(EsxiVersion, esxi => VgpuReleaseSearch.ByEsxi(catalog, esxi));
        if (LongTerm)
        {
            found = found.Where(release => release.IsLongTerm);
        }

        if (Newest)
        {
            found = found.GroupBy(release => release.Major).Select(major => major.OrderByDescending(release => release.Number).First());
        }

        foreach (VgpuRelease release in found)
        {
            relay.Output(release);
        }

        return Task.CompletedTask;

        void Narrow(IReadOnlyCollection<string>? values, Func<string, IReadOnlyList<VgpuRelease>> search)
        {
            if (values is not { Count: > 0 })
            {
                return;
            }

            HashSet<string> names = new(StringComparer.Ordinal);
            foreach (string value in values)
            {
                try
                {
                    names.UnionWith(search(value).Select(release => release.Name));
                }
                catch (GpuVSphereException error)
                {
                    relay.Error(error);
                }
            }

            found = [.. found.Where(release => names.Contains(release.Name))];
        }
    }
}
