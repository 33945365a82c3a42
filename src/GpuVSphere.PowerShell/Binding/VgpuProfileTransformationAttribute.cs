using System;
using System.Linq;
using System.Management.Automation;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Takes vGPU profiles by name, or as objects of Get-VgpuProfile.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VgpuProfileTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => IdentityReader
        .Flatten(inputData)
        .Select(item => VgpuProfileName.Read(item) ?? IdentityReader.Unwrap(item)?.ToString() ?? string.Empty)
        .ToArray();
}
