using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Errors;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that go into the guests of VMs.</summary>
public abstract class GuestCmdlet : VmCmdlet
{
    /// <summary>
    /// The login in the guests: root, or a user who may use sudo with this password or without one; on Windows an administrator. With -Ssh it may be left
    /// away to use the OpenSSH client's configuration and keys, or have an empty password to name the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? GuestCredential { get; set; }

    /// <summary>Goes by SSH, to the address that VMware Tools report, instead of by VMware Tools. For Linux guests.</summary>
    [Parameter]
    public SwitchParameter Ssh { get; set; }

    internal override TargetGroup? Recognise(PSObject input)
    {
        TargetGroup? group = base.Recognise(input);
        RefuseVmNamedTwice(group, string.Empty);
        return group;
    }

    internal override bool PrepareTargets()
    {
        if (Groups.Any(group => group.Vms.Count > 0))
        {
            return true;
        }

        return Groups.Count == 0 && (MyInvocation.ExpectingInput || HasFailed) ? false : throw new GpuVSphereException(
            "NothingNamed", GpuErrorCategory.InvalidArgument, "No VM was named.", null, "Name it with -VM, or pipe it in: Get-VM <name> | " + MyInvocation.MyCommand.Name);
    }

    /// <summary>The VMs that were named, each once.</summary>
    internal async Task<IReadOnlyList<NamedVm>> VmsAsync(TargetReader reader, CancellationToken cancellationToken) =>
        [.. (await reader.VmsAsync([.. Groups.SelectMany(group => group.Vms)], cancellationToken).ConfigureAwait(false)).GroupBy(vm => vm.Vm.Id).Select(same => same.First())];

    /// <summary>What work in the guests of these VMs is done with.</summary>
    /// <param name="vms">The VMs, one at least.</param>
    /// <param name="relay">Where is told.</param>
    /// <param name="secrets">What may be in no intent, by name; null for none.</param>
    internal OperationContext GuestContext(IReadOnlyList<NamedVm> vms, PipelineRelay relay, IReadOnlyDictionary<string, SecureString>? secrets = null)
    {
        GpuConnection[] connections = [.. vms.Select(vm => vm.Connection).Distinct()];
        return ChangeContext.Of(connections, relay: relay, guests: GuestShells.Of(connections, GuestCredential, Ssh), secrets: secrets);
    }

    /// <summary>The VM as the target of an intent.</summary>
    internal static PlanTarget TargetOf(NamedVm vm) => Passthrough.PassthroughIntents.Target(vm.Vm);
}
