using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>
/// Lets a parameter that means hosts take names with wildcards, PowerCLI's host and cluster objects, this module's own, and references.
/// What is none of these is carried along, so that the cmdlet reports it as one error and goes on with the rest.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VMHostTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>What a plain name means: a host, or a cluster.</summary>
    public InventoryKind NameMeans { get; init; } = InventoryKind.Host;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        List<HostIdentity> hosts = [];
        foreach (object element in IdentityReader.Flatten(inputData))
        {
            hosts.Add(IdentityReader.Unwrap(element) switch
            {
                string name when IdentityReader.ReferenceOf(name) is { } reference => reference.Type == "VirtualMachine"
                    ? Wrong(element)
                    : new HostIdentity(name),
                string name => new HostIdentity(NameMeans, name, null, null, null),
                _ => IdentityReader.ReadInventory(element) as HostIdentity ?? Wrong(element),
            });
        }

        return hosts.ToArray();
    }

    private static HostIdentity Wrong(object element) => new(InventoryKind.Host, null, null, null, element);
}
