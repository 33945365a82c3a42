using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Removes NVIDIA's VIBs from hosts.</summary>
[Cmdlet(VerbsLifecycle.Uninstall, "NvidiaVib", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(NvidiaVibResult), typeof(ChangePlan), typeof(Job))]
public sealed class UninstallNvidiaVibCommand : NvidiaVibCmdlet
{
    /// <summary>The names of the VIBs, with wildcards. Without it all of NVIDIA's, or the ones that are piped in.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Vib")]
    [ArgumentCompleter(typeof(NvidiaVibCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    internal override string Takes => "a host, a cluster, a GPU or one of NVIDIA's VIBs";

    internal override IReadOnlyList<string> BoundVibs => Name ?? [];

    // A host has a name as well: only what was typed, or is a VIB's own, names a VIB.
    internal override TargetGroup? Recognise(PSObject input)
    {
        TargetGroup? group = base.Recognise(input);
        return group is null ? null
            : HasTyped("Name") ? group with { Vibs = BoundVibs }
            : IdentityReader.Unwrap(input) is NvidiaVib vib ? group with { Vibs = [vib.Name] }
            : group;
    }

    internal override IGpuOperation Operation(IReadOnlyList<HostMeant> hosts, OperationContext context) => GpuOperations.Create(
        NvidiaVibIntents.Uninstall(hosts.Select(host => new KeyValuePair<GpuHost, IReadOnlyList<string>>(host.Host, host.Vibs ?? [])), Options), context);
}
