using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>
/// Lets a parameter that means VMs take names with wildcards, PowerCLI's VM objects, this module's own, and references. What is none of
/// these is carried along, so that the cmdlet reports it as one error and goes on with the rest.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VMTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        List<VmIdentity> vms = [];
        foreach (object element in IdentityReader.Flatten(inputData))
        {
            vms.Add(IdentityReader.Unwrap(element) switch
            {
                string name when IdentityReader.KindOfId(name) is InventoryKind.Host or InventoryKind.Cluster => Wrong(element),
                string name => new VmIdentity(name),
                _ => IdentityReader.ReadInventory(element) as VmIdentity ?? Wrong(element),
            });
        }

        return vms.ToArray();
    }

    private static VmIdentity Wrong(object element) => new(null, null, null, element);
}
