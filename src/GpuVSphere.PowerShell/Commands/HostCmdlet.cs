using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Completion;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets about hosts and their GPUs.</summary>
public abstract class HostCmdlet : InventoryCmdlet
{
    /// <summary>The hosts, by name with wildcards, or as objects. A cluster object means all of its hosts.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
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

    /// <summary>The GPUs: PCI addresses (0000:3b:00.0), hardware labels, or device objects.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [DeviceTransformation]
    [ArgumentCompleter(typeof(DeviceCompleter))]
    [ValidateNotNullOrEmpty]
    public virtual DeviceIdentity[]? Device { get; set; }

    internal override string Takes => "a host, a cluster or a GPU";

    internal override HostIdentity[]? BoundHosts => Both(VMHost, Cluster);

    internal override DeviceIdentity[]? BoundDevices => Device;

    internal override TargetGroup? Recognise(PSObject input)
    {
        if (IdentityReader.Unwrap(input) is string name)
        {
            return new TargetGroup { Hosts = [new HostIdentity(name)], Devices = TypedDevices };
        }

        if (IdentityReader.ReadDevice(input) is { } device)
        {
            return new TargetGroup { Devices = [device] };
        }

        return IdentityReader.ReadInventory(input) is HostIdentity host ? new TargetGroup { Hosts = [host], Devices = TypedDevices } : null;
    }

    // Of the objects from the pipeline only their own hosts count, but a device that was typed is looked for on each of them.
    private IReadOnlyList<DeviceIdentity> TypedDevices => HasTyped("Device") ? [.. (Device ?? []).Where(device => device.WrongType is null)] : [];
}
