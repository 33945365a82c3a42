using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Lets a parameter take PCI addresses, hardware labels, and device objects of this module and of PowerCLI.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DeviceTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        List<DeviceIdentity> devices = [];
        foreach (object element in IdentityReader.Flatten(inputData))
        {
            devices.Add(IdentityReader.Unwrap(element) is string text
                ? new DeviceIdentity(text)
                : IdentityReader.ReadDevice(element) ?? new DeviceIdentity(string.Empty, null, null, element));
        }

        return devices.ToArray();
    }
}
