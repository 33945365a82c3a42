using System;
using System.Collections;
using System.Management.Automation;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>
/// Keeps a release from being another one: PowerShell reads 16.10 in a list as the number 16.1, which is a release of its own. A single value keeps its
/// text; in a list it has to be quoted.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class VersionTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (IdentityReader.Unwrap(PSObject.AsPSObject(inputData ?? string.Empty)) is IEnumerable list and not string)
        {
            foreach (object? item in list)
            {
                if ((item is PSObject wrapped ? wrapped.BaseObject : item) is double or float or decimal)
                {
                    throw new ArgumentTransformationMetadataException(
                        $"PowerShell made the number {LanguagePrimitives.ConvertTo<string>(item)} of a version in a list, and 16.10 would become 16.1. Put versions in quotes: '16.10', '16.9'.");
                }
            }
        }

        return inputData!;
    }
}
