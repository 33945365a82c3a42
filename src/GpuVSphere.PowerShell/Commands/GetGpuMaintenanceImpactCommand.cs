using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu.Maintenance;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Shows what it takes for hosts to enter maintenance mode, before they do: which VMs with GPUs move, where to, with what stun, and which have to be powered off.
/// </summary>
[Cmdlet(VerbsCommon.Get, "GpuMaintenanceImpact")]
[OutputType(typeof(VmMaintenanceImpact), typeof(HostMaintenanceImpact))]
public sealed class GetGpuMaintenanceImpactCommand : InventoryCmdlet
{
    /// <summary>The hosts, by name with wildcards, or as objects. A cluster object means all of its hosts.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("HostName")]
    [VMHostTransformation]
    [ArgumentCompleter(typeof(VMHostCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? VMHost { get; set; }

    /// <summary>Clusters, by name with wildcards, or as objects: all of their hosts.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation(NameMeans = InventoryKind.Cluster)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? Cluster { get; set; }

    /// <summary>The bandwidth of the vMotion network in Mbit/s that stun times are estimated for: 10000 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 10_000_000)]
    public int BandwidthMbps { get; set; } = MaintenanceOptions.DefaultBandwidthMbps;

    /// <summary>The longest stun in seconds that a VM may have; one with a longer one counts as to be powered off.</summary>
    [Parameter]
    [ValidateRange(0, 86400)]
    public int? MaxStunSeconds { get; set; }

    /// <summary>The hosts go at the same time, so that none of them takes VMs of another; else each is looked at as if it went alone.</summary>
    [Parameter]
    public SwitchParameter Together { get; set; }

    /// <summary>One object for each host, with what to do in order, instead of one for each VM.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <summary>Shows also running VMs without a GPU that DRS moves by itself, and those with GPUs that do not run.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>
    /// What Get-NvidiaSmi said of the hosts: it tells ECC, which must be the same at both ends, and where running vGPUs are placed, so that the answer is exact.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public NvidiaSmiGpu[]? NvidiaSmi { get; set; }

    internal override string Takes => "a host or a cluster";

    internal override HostIdentity[]? BoundHosts => Both(VMHost, Cluster);

    internal override TargetGroup? Recognise(PSObject input) =>
        IdentityReader.Unwrap(input) is string name ? new TargetGroup { Hosts = [new HostIdentity(name)] }
        : IdentityReader.ReadInventory(input) is HostIdentity host ? new TargetGroup { Hosts = [host] }
        : IdentityReader.ReadDevice(input)?.Host is { } owner ? new TargetGroup { Hosts = [owner] }
        : null;

    internal override bool PrepareTargets() =>
        Groups.Count > 0 ? true
        : MyInvocation.ExpectingInput || HasFailed ? false
        : throw new GpuVSphereException(
            "NothingNamed", GpuErrorCategory.InvalidArgument, "No host was named that is to enter maintenance mode.", null, "Name it with -VMHost, or a cluster with -Cluster; -VMHost * means every host.");

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<NamedHost> hosts = await reader.HostsAsync([.. Groups.SelectMany(group => group.Hosts)], cancellationToken).ConfigureAwait(false);
        MaintenanceOptions options = new() { BandwidthMbps = BandwidthMbps, MaxStunSeconds = MaxStunSeconds, Together = Together };
        foreach (IGrouping<GpuConnection, NamedHost> server in hosts.GroupBy(host => host.Connection))
        {
            try
            {
                ManagedObjectReference[] meant = [.. server.Select(host => host.Host.Id.Reference)];
                IReadOnlyList<HostMaintenanceImpact> impacts =
                    await MaintenanceReader.ReadAsync(server.Key.Session, meant, NvidiaSmi ?? [], options, cancellationToken).ConfigureAwait(false);
                foreach (HostMaintenanceImpact impact in impacts
                    .OrderBy(impact => impact.ClusterName, StringComparer.OrdinalIgnoreCase)
                    .ThenBy(impact => impact.HostName, StringComparer.OrdinalIgnoreCase))
                {
                    Show(impact, relay);
                }
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }
    }

    private void Show(HostMaintenanceImpact impact, PipelineRelay relay)
    {
        if (Summary)
        {
            relay.Output(impact);
            return;
        }

        // A VM without a GPU that somebody has to move keeps the host from maintenance mode as well, and has a number in the order.
        VmMaintenanceImpact[] shown = [.. impact.VMs.Where(vm => All || vm.Order > 0 || (vm.Devices.Count > 0 && vm.Way != MaintenanceWay.NotRunning))];
        foreach (VmMaintenanceImpact vm in shown)
        {
            relay.Output(vm);
        }

        foreach (string note in impact.Notes)
        {
            relay.Verbose($"{impact.HostName}: {note}");
        }

        if (shown.Length == 0)
        {
            relay.Verbose($"{impact.HostName}: no running VM has a GPU, and DRS moves all others by itself; -All shows them.");
        }
    }
}
