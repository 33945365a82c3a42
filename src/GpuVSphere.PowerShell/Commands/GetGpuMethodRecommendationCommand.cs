using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Readiness.Decision;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Ranks the ways to give GPUs to VMs for what is wanted: by the decision of the guide, and by what the hosts have, with reasons for and against, what is missing here, and what
/// works together.
/// </summary>
[Cmdlet(VerbsCommon.Get, "GpuMethodRecommendation")]
[OutputType(typeof(GpuRecommendation))]
public sealed class GetGpuMethodRecommendationCommand : InventoryCmdlet
{
    /// <summary>What is to run.</summary>
    [Parameter(Position = 0)]
    public GpuWorkload? Workload { get; set; }

    /// <summary>What is done with it.</summary>
    [Parameter(Position = 1)]
    public WorkloadPhase? Phase { get; set; }

    /// <summary>What is needed; several count together.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public GpuNeed[]? Need { get; set; }

    /// <summary>How many GPUs one VM is to have; more than 1 means several.</summary>
    [Parameter]
    public int GpuCount { get; set; } = 1;

    /// <summary>The hosts that may be used, by name with wildcards, or as objects. Without it all of them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation]
    [ArgumentCompleter(typeof(VMHostCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? VMHost { get; set; }

    /// <summary>The clusters whose hosts may be used, by name with wildcards, or as objects.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [VMHostTransformation(NameMeans = InventoryKind.Cluster)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? Cluster { get; set; }

    internal override string Takes => "a host or a cluster";

    internal override HostIdentity[]? BoundHosts => Both(VMHost, Cluster);

    internal override TargetGroup? Recognise(PSObject input) => IdentityReader.Unwrap(input) is string name
        ? new TargetGroup { Hosts = [new HostIdentity(name)] }
        : IdentityReader.ReadInventory(input) is HostIdentity host ? new TargetGroup { Hosts = [host] } : null;

    // An empty pipeline, or one whose objects were all wrong, does not mean every host.
    internal override bool PrepareTargets()
    {
        // What cannot be asked is said before a server is.
        _ = GpuDecision.Decide(Question(), null);
        return Groups.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);
    }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<DecisionHost>? hosts = await ReadAsync(relay, cancellationToken).ConfigureAwait(false);
        if (hosts is { Count: 0 } && Groups.Count > 0)
        {
            // None of the hosts that were named was found, which has been said.
            return;
        }

        foreach (GpuRecommendation recommendation in GpuDecision.Decide(Question(), hosts))
        {
            relay.Output(recommendation);
        }
    }

    private GpuQuestion Question() => new() { Workload = Workload, Phase = Phase, Needs = Need ?? [], GpuCount = GpuCount };

    private async Task<IReadOnlyList<DecisionHost>?> ReadAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        try
        {
            TargetReader reader = new(Servers, Table.LastRead, relay);
            HostIdentity[] meant = [.. Groups.SelectMany(group => group.Hosts)];
            IReadOnlyList<NamedHost> named = await reader.HostsAsync(meant.Length > 0 ? meant : [new HostIdentity("*")], cancellationToken).ConfigureAwait(false);
            GpuHost[] hosts = [.. (await reader.ReadHostsAsync(named, cancellationToken).ConfigureAwait(false)).Select(one => one.Host)];
            IReadOnlyList<VgpuHost> vgpu = await reader.ReadVgpuAsync([.. hosts.Where(host => host.Devices.Count > 0).Select(host => host.Id)], cancellationToken).ConfigureAwait(false);
            return [.. hosts.Select(host => new DecisionHost(host, vgpu.FirstOrDefault(one => one.Host.Id == host.Id)?.OfferedProfiles))];
        }
        catch (GpuVSphereException error) when (error.Id == "NotConnected" && Groups.Count == 0)
        {
            relay.Warning("No server is connected, so the decision table alone speaks. Connect-GpuVSphere first to see what is missing here.");
            return null;
        }
    }
}
