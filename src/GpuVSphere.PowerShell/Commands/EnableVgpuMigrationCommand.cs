using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Sets what VMs with vGPUs need to move while they run: vCenter's setting vgpu.hotmigrate.enabled, and what is asked for of DRS of clusters. What is not asked for
/// stays as it is, and what else would be missing is said.
/// </summary>
[Cmdlet(VerbsLifecycle.Enable, "VgpuMigration", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(VgpuMigrationSettings), typeof(ChangePlan))]
public sealed class EnableVgpuMigrationCommand : InventoryCmdlet
{
    /// <summary>
    /// The clusters, by name with wildcards, or as objects; a host means its cluster. The setting is that of their vCenter, and goes for all of its clusters. Without
    /// a cluster only the setting is set, of the one vCenter that is connected or of those that -Server names.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("ClusterName")]
    [VMHostTransformation(NameMeans = InventoryKind.Cluster)]
    [ArgumentCompleter(typeof(ClusterCompleter))]
    [ValidateNotNullOrEmpty]
    public HostIdentity[]? Cluster { get; set; }

    /// <summary>How much DRS of the clusters does by itself; DRS is switched on with it.</summary>
    [Parameter]
    public DrsAutomation? DrsAutomation { get; set; }

    /// <summary>The DRS option VgpuMMAutomationTimeoutSecs (KB 88271), in seconds: what DRS does with VMs with vGPUs when a host enters maintenance mode.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int? MaintenanceTimeoutSeconds { get; set; }

    /// <summary>Other advanced options of DRS, such as @{ VgpuVmConsolidation = 1 } (8.0 U2 and later); an empty value takes one away. Those not named stay.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public Hashtable? DrsOption { get; set; }

    /// <summary>Ids of rules that shall not keep the change from being made, as the refusal names them. It is recorded.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SkipRule { get; set; } = [];

    /// <summary>Gives the plan as an object for Invoke-GpuPlan, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    /// <summary>Gives the settings as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    internal override string Takes => "a cluster";

    internal override HostIdentity[]? BoundHosts => Cluster;

    private bool WantsDrs => DrsAutomation is not null || MaintenanceTimeoutSeconds is not null || DrsOption is { Count: > 0 };

    internal override TargetGroup? Recognise(PSObject input) =>
        IdentityReader.Unwrap(input) is string name ? new TargetGroup { Hosts = [new HostIdentity(InventoryKind.Cluster, name, null, null, null)] }
        : IdentityReader.ReadInventory(input) is HostIdentity host ? new TargetGroup { Hosts = [host] }
        : null;

    internal override bool PrepareTargets() =>
        Groups.Count > 0 ? true
        : MyInvocation.ExpectingInput || HasFailed ? false
        : WantsDrs ? throw new GpuVSphereException(
            "NothingNamed", GpuErrorCategory.InvalidArgument, "DRS belongs to a cluster, and none was named.", null, "Name it with -Cluster.")
        : true;

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<(GpuConnection Connection, Inventory.NamedObject Cluster)> clusters =
            Groups.Count == 0 ? [] : await reader.ClustersAsync([.. Groups.SelectMany(group => group.Hosts)], cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GpuConnection> connections = Groups.Count == 0
            ? await VCentersAsync(relay, cancellationToken).ConfigureAwait(false)
            : [.. clusters.Select(one => one.Connection).Distinct()];
        Dictionary<GpuConnection, IReadOnlyList<PlanTarget>> targets = [];
        foreach (GpuConnection connection in connections)
        {
            try
            {
                targets.Add(connection,
                [
                    VgpuMigrationIntents.TargetOf(connection.Session),
                    .. clusters.Where(one => one.Connection == connection).Select(one => new PlanTarget(one.Cluster.Id, one.Cluster.Name, one.Cluster.ServerName)),
                ]);
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }

        if (targets.Count == 0)
        {
            return;
        }

        ChangeIntent intent = VgpuMigrationIntents.Enable(
            targets.Values.Select(some => some[0]),
            targets.Values.SelectMany(some => some.Skip(1)),
            new VgpuMigrationWish { DrsAutomation = DrsAutomation, MaintenanceTimeoutSeconds = MaintenanceTimeoutSeconds, DrsOptions = Options() },
            SkipRule);
        OperationContext context = ChangeContext.Of([.. targets.Keys]);
        ChangeRunner runner = new(relay) { AsPlan = AsPlan };
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(GpuOperations.Create(intent, context), cancellationToken).ConfigureAwait(false);
        if (PassThru && results.Count > 0)
        {
            await ShowAsync(targets, results, relay, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ShowAsync(
        Dictionary<GpuConnection, IReadOnlyList<PlanTarget>> targets, IReadOnlyList<ChangeResult> results, PipelineRelay relay, CancellationToken cancellationToken)
    {
        HashSet<VimObjectId> changed = HostPlanCmdlet.Changed(results);
        foreach (KeyValuePair<GpuConnection, IReadOnlyList<PlanTarget>> server in targets)
        {
            PlanTarget[] shown = [.. server.Value.Where((target, index) => index == 0 || changed.Contains(target.Id))];
            if (!shown.Any(target => changed.Contains(target.Id)))
            {
                continue;
            }

            try
            {
                foreach (VgpuMigrationSettings settings in await VgpuMigrationSettings.ReadAsync(server.Key.Session, shown, cancellationToken).ConfigureAwait(false))
                {
                    relay.Output(settings);
                }
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }
    }

    private Dictionary<string, string> Options()
    {
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        foreach (DictionaryEntry option in DrsOption ?? [])
        {
            object? value = option.Value is PSObject wrapped ? wrapped.BaseObject : option.Value;
            options[Convert.ToString(option.Key, CultureInfo.InvariantCulture) ?? string.Empty] = value is bool flag ? (flag ? "1" : "0") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        }

        return options;
    }

    // A setting of a whole vCenter: with several connected, one has to be said.
    private async Task<IReadOnlyList<GpuConnection>> VCentersAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<GpuConnection> open = await Servers.OpenAsync(relay, cancellationToken).ConfigureAwait(false);
        return open.Count <= 1 || Servers.IsExplicit ? open : throw new GpuVSphereException(
            "NothingNamed",
            GpuErrorCategory.InvalidArgument,
            $"Several servers are connected ({string.Join(", ", open.Select(connection => connection.Name))}), and neither a cluster nor a server was named.",
            null,
            "Name the cluster with -Cluster, or the vCenter with -Server.");
    }
}
