using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.State;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Brings a newer catalogue of GPUs, vGPU types and releases, and CUDA toolkits, from a file, a folder or an address; goes back to the one before; or shows
/// where the one in use comes from. It is checked as a whole before it replaces anything.
/// </summary>
[Cmdlet(VerbsData.Update, "GpuCatalog", DefaultParameterSetName = "Path", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CatalogInfo))]
public sealed class UpdateGpuCatalogCommand : GpuCmdlet
{
    private string? _path;

    /// <summary>A folder with the CSV files of a catalogue, or a ZIP file of it.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The address of a ZIP file: HTTPS, or HTTP with -Sha256.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Uri")]
    [ValidateNotNull]
    public Uri? Uri { get; set; }

    /// <summary>The SHA-256 that the downloaded file must have, in hexadecimal.</summary>
    [Parameter(ParameterSetName = "Uri")]
    [ValidatePattern("^\\s*[0-9A-Fa-f]{64}\\s*$")]
    public string? Sha256 { get; set; }

    /// <summary>Goes back to the catalogue before: the one that was brought before, or the module's own.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Restore")]
    public SwitchParameter Restore { get; set; }

    /// <summary>Shows the catalogues that there are, the one in use first. Nothing is changed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "List")]
    public SwitchParameter List { get; set; }

    /// <summary>Gives what is in use afterwards as an object.</summary>
    [Parameter(ParameterSetName = "Path")]
    [Parameter(ParameterSetName = "Uri")]
    [Parameter(ParameterSetName = "Restore")]
    public SwitchParameter PassThru { get; set; }

    internal override bool Prepare()
    {
        _path = Path is null ? null : GetUnresolvedProviderPathFromPSPath(Path);
        return true;
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        CatalogStore store = new(StateDirectory.Resolve());
        KnownCatalog before = store.Load();
        if (before.Trouble is { } trouble)
        {
            relay.Warning(trouble);
        }

        switch (ParameterSetName)
        {
            case "List":
                Show(store, before, relay);
                return;
            case "Restore":
                if (await AskAsync(relay, "Go back to the catalogue before").ConfigureAwait(false))
                {
                    Tell(before, store.Restore(), relay);
                }

                return;
        }

        CatalogOffer offer = Uri is null
            ? CatalogStore.Check(_path!)
            : CatalogStore.Check(await CatalogDownload.GetAsync(Uri, Sha256, cancellationToken).ConfigureAwait(false), Uri.ToString());
        if (await AskAsync(relay, $"Use the catalogue of {Text(offer.Info)} from {offer.Info.BroughtFrom} in place of that of {Text(before.Info)}").ConfigureAwait(false))
        {
            Tell(before, store.Install(offer, DateTimeOffset.Now, Environment.UserName), relay);
        }
    }

    private static void Show(CatalogStore store, KnownCatalog inUse, PipelineRelay relay)
    {
        List<CatalogInfo> all = [inUse.Info];
        try
        {
            all.AddRange(store.List().Reverse().Where(info => info.Sha256 != inUse.Info.Sha256));
        }
        catch (GpuVSphereException)
        {
            // Said already, as the trouble.
        }

        foreach (CatalogInfo info in inUse.Info.IsBuiltIn ? all : all.Append(KnownCatalog.BuiltIn.Info))
        {
            relay.Output(info);
        }
    }

    private static string Text(CatalogInfo info) => info.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static Task<bool> AskAsync(PipelineRelay relay, string action) => relay.AskAsync(cmdlet => Confirmation.Ask(cmdlet, "The catalogue", action));

    private void Tell(KnownCatalog before, KnownCatalog now, PipelineRelay relay)
    {
        if (now.Trouble is { } trouble)
        {
            relay.Warning(trouble);
        }

        string[] added = [.. now.Vgpu.Releases.Select(release => release.Name).Except(before.Vgpu.Releases.Select(release => release.Name))];
        relay.Verbose(before.Info == now.Info
            ? $"The catalogue of {Text(now.Info)} is in use already."
            : $"The catalogue of {Text(now.Info)} ({now.Info.Source}) is in use, in place of that of {Text(before.Info)}; new vGPU releases: {(added.Length > 0 ? string.Join(", ", added) : "none")}.");
        if (PassThru)
        {
            relay.Output(now.Info);
        }
    }
}
