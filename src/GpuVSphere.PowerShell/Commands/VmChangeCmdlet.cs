using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.PowerShell.Errors;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change VMs.</summary>
public abstract class VmChangeCmdlet : VmCmdlet
{
    /// <summary>Shuts a running VM down through its guest first. Without it a running VM is refused.</summary>
    [Parameter]
    public SwitchParameter PowerOff { get; set; }

    /// <summary>With -PowerOff: powers a VM off hard when its guest cannot be asked or does not shut down in time.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Powers the VM on afterwards and reads back what became of it.</summary>
    [Parameter]
    public SwitchParameter PowerOn { get; set; }

    /// <summary>Minutes that a guest may take to shut down: 5 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 1440)]
    public int ShutdownTimeoutMinutes { get; set; } = 5;

    /// <summary>Ids of rules that shall not keep the change from being made, as the refusal names them. It is recorded.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RuleCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] SkipRule { get; set; } = [];

    /// <summary>Gives the plan as an object for Invoke-GpuPlan, and changes nothing.</summary>
    [Parameter]
    public SwitchParameter AsPlan { get; set; }

    /// <summary>Gives the result as an object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    internal override TargetGroup? Recognise(PSObject input)
    {
        TargetGroup? group = base.Recognise(input);
        RefuseVmNamedTwice(group, ", such as -VgpuProfile or -Device");
        return group;
    }

    /// <summary>Whether it takes something away; then it is always asked about.</summary>
    internal virtual bool Removes => false;

    internal virtual VmChangeOptions Options => new()
    {
        PowerOff = PowerOff,
        Force = Force,
        PowerOn = PowerOn,
        ShutdownTimeout = TimeSpan.FromMinutes(ShutdownTimeoutMinutes),
        SkipRules = SkipRule,
    };

    internal override bool PrepareTargets()
    {
        if (Groups.Any(group => group.Vms.Count > 0))
        {
            return true;
        }

        return Groups.Count == 0 && (MyInvocation.ExpectingInput || HasFailed) ? false : throw new GpuVSphereException(
            "NothingNamed",
            GpuErrorCategory.InvalidArgument,
            Groups.Count > 0 ? "GPUs were named, but not for which VM." : "No VM was named.",
            null,
            "Name it with -VM, or pipe it in: Get-VM <name> | " + MyInvocation.MyCommand.Name);
    }

    /// <summary>What is wanted, for the VMs that were found; null after writing why there is nothing to do.</summary>
    internal abstract Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken);

    /// <summary>Writes what -PassThru gives.</summary>
    internal virtual Task PassThruAsync(
        IReadOnlyList<ChangeResult> results, IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        foreach (ChangeResult result in results)
        {
            relay.Output(result);
        }

        return Task.CompletedTask;
    }

    internal sealed override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        List<(NamedVm Vm, TargetGroup Group)> vms = [];
        foreach (TargetGroup group in Groups)
        {
            vms.AddRange((await reader.VmsAsync(group.Vms, cancellationToken).ConfigureAwait(false)).Select(vm => (vm, group)));
        }

        if (vms.Count == 0 || await IntentAsync(vms, reader, relay, cancellationToken).ConfigureAwait(false) is not { Targets.Count: > 0 } intent)
        {
            return;
        }

        NamedVm[] named = [.. vms.Select(one => one.Vm).GroupBy(vm => vm.Vm.Id).Select(same => same.First())];
        OperationContext context = ChangeContext.Of([.. named.Select(vm => vm.Connection).Distinct()]);
        ChangeRunner runner = new(relay) { AsPlan = AsPlan, IsDisruptive = PowerOff || Removes };
        IReadOnlyList<ChangeResult> results = await runner.RunAsync(GpuOperations.Create(intent, context), cancellationToken).ConfigureAwait(false);
        if (PassThru && results.Count > 0)
        {
            reader.Forget();
            await PassThruAsync(results, named, reader, relay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a device object is of the VM's own host; writes why not. Text is looked for on that host by the plan.</summary>
    internal static bool IsReachable(DeviceIdentity device, GpuVm vm, PipelineRelay relay)
    {
        // Two vCenters number their hosts alike, and an address says nothing of the server: its own is part of what an object is.
        bool isOfAnotherServer = device.Host?.Server?.ServerUuid is { } server && !string.Equals(server, vm.Id.ServerUuid, StringComparison.OrdinalIgnoreCase);
        if (!isOfAnotherServer && (device.Host?.Reference is not { } host || vm.Host is null || vm.Host == host))
        {
            return true;
        }

        relay.Error(new GpuVSphereException(
            "DeviceOnOtherHost",
            GpuErrorCategory.InvalidArgument,
            $"{device.Text} is in {device.Host}{(isOfAnotherServer ? " of another server" : string.Empty)}, and {vm.Name} is registered on {vm.HostName} of {vm.ServerName}.",
            vm.Name,
            $"Choose a GPU of its host (Get-GpuDevice -VMHost {Typed.Name(vm.HostName, "<host>")}), or move the VM there while it is powered off."));
        return false;
    }
}
