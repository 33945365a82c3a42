using System;
using System.Runtime.CompilerServices;
using GpuVSphere.Testing;

namespace GpuVSphere.Pester.Tests;

/// <summary>The Pester ring's line in the report.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PesterFactAttribute : RingFactAttribute
{
    /// <summary>Makes the line.</summary>
    public PesterFactAttribute()
        : base("Ring 3, Pester", PowerShellProcess.Missing)
    {
    }
}
