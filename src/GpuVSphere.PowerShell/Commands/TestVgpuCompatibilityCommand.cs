using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Says whether vGPU manager, guest driver, GPU, ESXi and licence server work together: of live hosts and VMs, or of versions. With -PlannedManager it
/// names the guests that would fall out, and the order to upgrade in.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "VgpuCompatibility", DefaultParameterSetName = "Host")]
[OutputType(typeof(VgpuCompatibility), typeof(VgpuUpgradePlan))]
public sealed class TestVgpuCompatibilityCommand : InventoryCmdlet
{
    /// <summary>The hosts, by name with wildcards, or as objects. A cluster object means all of its hosts. Without hosts and VMs every host is meant.</summary>
    [Parameter(Position = 0, ParameterSetName = "Host", ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation]
    [ArgumentCompleter(typeof(VMHostCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? VMHost { get; set; }

    /// <summary>Clusters, by name with wildcards, or as objects: all of their hosts.</summary>
    [Parameter(ParameterSetName = "Host", ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation(NameMeans = InventoryKind.Cluster)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? Cluster { get; set; }

    /// <summary>VMs, by name with wildcards, or as objects.</summary>
    [Parameter(ParameterSetName = "Host", ValueFromPipelineByPropertyName = true)]
    [VMTransformation]
    [ArgumentCompleter(typeof(VMCompleter))]
    [ValidateNotNullOrEmpty]
    public VmIdentity[]? VM { get; set; }

    /// <summary>Asks nvidia-smi in the hosts' shells, which knows the drivers in running VMs. SSH that is off is on for the call only.</summary>
    [Parameter(ParameterSetName = "Host")]
    public SwitchParameter FromShell { get; set; }

    /// <summary>The login at the hosts' ESXi shell. Without it the OpenSSH client's configuration and keys are used.</summary>
    [Parameter(ParameterSetName = "Host")]
    [Credential]
    public PSCredential? HostCredential { get; set; }

    /// <summary>What Get-NvidiaSmi said of the hosts.</summary>
    [Parameter(ParameterSetName = "Host")]
    [ValidateNotNullOrEmpty]
    public NvidiaSmiGpu[]? NvidiaSmi { get; set; }

    /// <summary>The guest drivers of VMs, by name with wildcards: @{ 'vm-a*' = '535.161.08' }. The first name that fits counts.</summary>
    [Parameter(ParameterSetName = "Host")]
    [ValidateNotNull]
    public IDictionary? GuestDriverOf { get; set; }

    /// <summary>The vGPU manager: a release (16.10, 16), a host driver (535.247.02), or a package's name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Version")]
    [VersionText]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Manager { get; set; } = [];

    /// <summary>The ESXi version, such as 8.0, 8.0.3 or '8.0 U3'.</summary>
    [Parameter(ParameterSetName = "Version")]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string? EsxiVersion { get; set; }

    /// <summary>The GPU, such as P100 or 'Tesla T4'.</summary>
    [Parameter(ParameterSetName = "Version")]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Gpu { get; set; }

    /// <summary>The guest driver: a driver of Linux or Windows, or a release. For hosts: the driver of every VM whose driver is not known otherwise.</summary>
    [Parameter]
    [VersionText]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? GuestDriver { get; set; }

    /// <summary>The licence server: Legacy, or Nls, which is CLS or DLS.</summary>
    [Parameter]
    [ValidateSet("Legacy", "Nls", "Cls", "Dls")]
    public string? LicenseServer { get; set; }

    /// <summary>Another manager that is planned: a release, a host driver, or a package's name.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VgpuReleaseCompleter))]
    [ValidateNotNullOrEmpty]
    public string? PlannedManager { get; set; }

    private LicenseServerKind? License =>
        LicenseServer is null ? null : string.Equals(LicenseServer, "Legacy", StringComparison.OrdinalIgnoreCase) ? LicenseServerKind.Legacy : LicenseServerKind.Nls;

    internal override string Takes => "a host, a cluster or a VM";

    internal override HostIdentity[]? BoundHosts => Both(VMHost, Cluster);

    internal override VmIdentity[]? BoundVms => VM;

    internal override TargetGroup? Recognise(PSObject input)
    {
        if (IdentityReader.Unwrap(input) is string name)
        {
            return new TargetGroup { Hosts = [new HostIdentity(name)] };
        }

        return IdentityReader.ReadInventory(input) switch
        {
            HostIdentity host => new TargetGroup { Hosts = [host] },
            VmIdentity vm => new TargetGroup { Vms = [vm] },
            _ => null,
        };
    }

    internal override bool PrepareTargets() => ParameterSetName == "Version" || Groups.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        KnownCatalog known = KnownCatalog.InUse;
        VgpuCatalog catalog = known.Vgpu;
        if (known.Trouble is { } trouble)
        {
            relay.Warning(trouble);
        }

        VgpuVersion? planned = PlannedManager is null ? null : catalog.ReadVersion(PlannedManager, VgpuSide.Manager);
        VgpuVersion[] drivers = [.. (GuestDriver ?? []).Select(driver => catalog.ReadVersion(driver, VgpuSide.Guest))];
        if (ParameterSetName == "Version")
        {
            JudgeVersions(catalog, drivers, planned, relay);
            return;
        }

        if (drivers.Length > 1)
        {
            throw new GpuVSphereException("SeveralDrivers", GpuErrorCategory.InvalidArgument, "A VM has one guest driver, and several were given.", null, "-GuestDriverOf @{ '<vm>' = '<driver>' } gives each VM its own.");
        }

        GuestDrivers guests = new()
        {
            ForAll = drivers.FirstOrDefault(),
            ByName = [.. (GuestDriverOf ?? new Hashtable()).Cast<DictionaryEntry>().Select(entry => new KeyValuePair<Func<string, bool>, VgpuVersion>(
                new WildcardPattern($"{entry.Key}", WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant).IsMatch,
                catalog.ReadVersion(LanguagePrimitives.ConvertTo<string>(entry.Value), VgpuSide.Guest)))],
        };
        CompatibilityTargets targets = new(new TargetReader(Servers, Table.LastRead, relay), Groups, relay);
        foreach (CompatibilityTarget target in await targets.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await JudgeHostAsync(catalog, target, guests, planned, relay, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException error) when (error is not Vim.NotAuthenticatedException)
            {
                relay.Error(error);
            }
        }
    }

    private void JudgeVersions(VgpuCatalog catalog, VgpuVersion[] drivers, VgpuVersion? planned, PipelineRelay relay)
    {
        CompatibilityGpu[] gpus = [.. (Gpu ?? []).Select(gpu => new CompatibilityGpu(gpu.Trim(), VgpuReleaseSearch.BoardsNamed(catalog, GpuCatalog.InUse, gpu)))];
        foreach (string manager in Manager)
        {
            CompatibilityQuestion question = new()
            {
                Manager = catalog.ReadVersion(manager, VgpuSide.Manager),
                EsxiVersion = EsxiVersion,
                Gpus = gpus,
                LicenseServer = License,
            };
            if (planned is not null)
            {
                relay.Output(ManagerUpgrade.Plan(catalog, question, planned, [.. drivers.Select(driver => new KeyValuePair<string, VgpuVersion?>($"the guest with {driver.Text}", driver))]));
                continue;
            }

            foreach (VgpuVersion? driver in drivers.Length > 0 ? drivers.Cast<VgpuVersion?>() : [null])
            {
                relay.Output(CompatibilityReport.Judge(catalog, question with { Guest = driver }));
            }
        }
    }

    private async Task JudgeHostAsync(
        VgpuCatalog catalog, CompatibilityTarget target, GuestDrivers guests, VgpuVersion? planned, PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<NvidiaSmiGpu> told = await AskShellAsync(target, relay, cancellationToken).ConfigureAwait(false);
        HostCompatibility host = await HostCompatibility.ReadAsync(catalog, target.Connection.Session, target.Host, told, cancellationToken).ConfigureAwait(false);
        if (!host.HasManager && !target.IsNamed && target.Vms.Count == 0)
        {
            relay.Verbose($"{target.Host.Name} has no vGPU manager and no VM with a vGPU: it is not looked at.");
            return;
        }

        if (planned is not null)
        {
            relay.Output(host.Plan(planned, target.Vms, guests, License));
            return;
        }

        foreach (VgpuCompatibility result in host.Judge(target.Vms, guests, License))
        {
            relay.Output(result);
        }
    }

    private async Task<IReadOnlyCollection<NvidiaSmiGpu>> AskShellAsync(CompatibilityTarget target, PipelineRelay relay, CancellationToken cancellationToken)
    {
        NvidiaSmiGpu[] told = [.. (NvidiaSmi ?? []).Where(gpu => gpu.HostId == target.Host.Id)];
        return !FromShell || told.Length > 0 || !target.Vms.Any(vm => vm.IsRunning)
            ? told
            : await ShellAnswers.ReadAsync(target.Connection, target.Host, HostCredential, relay, cancellationToken).ConfigureAwait(false);
    }
}
