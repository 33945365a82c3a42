using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Errors;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// The base of cmdlets that take hosts, VMs or GPUs. An object from the pipeline is recognised by what it is; only what is not
/// recognised is bound by its property names, so that a VM's VMHost property does not make it a host.
/// </summary>
public abstract class InventoryCmdlet : ServerCmdlet
{
    private readonly List<TargetGroup> _groups = [];
    private HashSet<string> _typed = [];
    private bool _hasFailed;

    /// <summary>
    /// An object from the pipeline: a host, cluster, VM or GPU of PowerCLI or of this module, or a row with columns of the parameters' names.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>What was named, one entry for each object from the pipeline.</summary>
    internal IReadOnlyList<TargetGroup> Groups => _groups;

    /// <summary>Whether something was given that could not be used; it has been reported.</summary>
    internal bool HasFailed => _hasFailed;

    internal virtual HostIdentity[]? BoundHosts => null;

    internal virtual VmIdentity[]? BoundVms => null;

    internal virtual DeviceIdentity[]? BoundDevices => null;

    internal virtual IReadOnlyList<string> BoundProfiles => [];

    internal virtual IReadOnlyList<string> BoundVibs => [];

    /// <summary>What the cmdlet takes, for the error about something else, such as <c>a host, a cluster or a GPU</c>.</summary>
    internal abstract string Takes { get; }

    internal override void Begin()
    {
        base.Begin();

        // Parameters from the pipeline are not bound yet, so these were typed.
        _typed = new HashSet<string>(MyInvocation.BoundParameters.Keys, StringComparer.OrdinalIgnoreCase);
    }

    internal sealed override void Collect()
    {
        if (InputObject is null)
        {
            Add(FromParameters(), HasTyped("VMHost") || HasTyped("Cluster") || HasTyped("VM") || HasTyped("Device"));
            return;
        }

        if (Recognise(InputObject) is { } group)
        {
            Add(group, isMeant: true);
            return;
        }

        // A VM has a property VMHost, and is no row that names a host.
        TargetGroup row = FromParameters();
        if (IdentityReader.ReadInventory(InputObject) is not null)
        {
            ReportWrongType(InputObject);
            return;
        }

        if (IsBoundByName("VMHost", BoundHosts) || IsBoundByName("Cluster", BoundHosts) || IsBoundByName("VM", BoundVms) || IsBoundByName("Device", BoundDevices))
        {
            Add(row, isMeant: true);
            return;
        }

        ReportWrongType(InputObject);
    }

    /// <summary>Recognises what was piped; null when it is nothing that this cmdlet takes.</summary>
    internal abstract TargetGroup? Recognise(PSObject input);

    internal bool HasTyped(string parameter) => _typed.Contains(parameter);

    internal void ReportWrongType(object value)
    {
        _hasFailed = true;
        WriteError(ErrorMapper.ToRecord(new GpuVSphereException(
            "WrongType",
            GpuErrorCategory.InvalidArgument,
            $"{Capitalise(IdentityReader.Describe(value))} is not {Takes}.",
            IdentityReader.Text(PSObject.AsPSObject(value), "Name"),
            $"Give {Takes}: an object of PowerCLI or of this module, or a name as an argument.")));
    }

    /// <summary>The hosts that are named and those of clusters; null where neither parameter was given.</summary>
    private protected static HostIdentity[]? Both(HostIdentity[]? hosts, HostIdentity[]? clusters) => hosts is null && clusters is null ? null : [.. hosts ?? [], .. clusters ?? []];

    private static string Capitalise(string text) => char.ToUpperInvariant(text[0]) + text.Substring(1);

    private TargetGroup FromParameters() => new() { Hosts = BoundHosts ?? [], Vms = BoundVms ?? [], Devices = BoundDevices ?? [], Profiles = BoundProfiles, Vibs = BoundVibs };

    private bool IsBoundByName(string parameter, Array? value) => value is not null && !HasTyped(parameter);

    private void Add(TargetGroup group, bool isMeant)
    {
        foreach (object wrong in group.Hosts.Select(host => host.WrongType)
            .Concat(group.Vms.Select(vm => vm.WrongType))
            .Concat(group.Devices.Select(device => device.WrongType))
            .OfType<object>())
        {
            ReportWrongType(wrong);
        }

        TargetGroup usable = group with
        {
            Hosts = [.. group.Hosts.Where(host => host.WrongType is null)],
            Vms = [.. group.Vms.Where(vm => vm.WrongType is null)],
            Devices = [.. group.Devices.Where(device => device.WrongType is null)],
        };
        if (isMeant && usable.Hosts.Count + usable.Vms.Count + usable.Devices.Count > 0)
        {
            _groups.Add(usable);
        }
    }
}
