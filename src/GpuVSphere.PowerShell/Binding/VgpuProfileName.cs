using System;
using System.Management.Automation;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>The profile that an object of Get-VgpuProfile stands for, live or as a job left it.</summary>
internal static class VgpuProfileName
{
    /// <summary>The profile's name; null when the object is something else.</summary>
    public static string? Read(object? value)
    {
        if (IdentityReader.Unwrap(value) is VgpuProfile profile)
        {
            return profile.Name;
        }

        string? uid = value is null or string ? null : IdentityReader.Text(PSObject.AsPSObject(value), "Uid");
        const string Mark = "/VgpuProfile=";
        int at = uid?.LastIndexOf(Mark, StringComparison.Ordinal) ?? -1;
        return at < 0 ? null : uid!.Substring(at + Mark.Length).TrimEnd('/');
    }
}
