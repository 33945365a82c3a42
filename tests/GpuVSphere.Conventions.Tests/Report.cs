using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Conventions.Tests;

/// <summary>Fails with everything that was found at once, so that one run shows all there is to mend.</summary>
internal static class Report
{
    public static void None(IEnumerable<string> findings, string rule)
    {
        string[] all = [.. findings.Distinct().OrderBy(finding => finding, StringComparer.Ordinal)];
        Assert.True(all.Length == 0, $"{rule} {all.Length} found:{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", all)}");
    }
}
