using System;
using System.Globalization;

namespace GpuVSphere.Simulator.Model;

/// <summary>A release of ESXi, and what it brings. Builds: facts/catalog/esxi-releases.csv; hardware versions: vim25-gpu.md 3.4.</summary>
internal sealed class EsxRelease
{
    private readonly Version _api;

    private EsxRelease(string version, string build, string apiVersion, int maxHardwareVersion)
    {
        Version = version;
        Build = build;
        ApiVersion = apiVersion;
        MaxHardwareVersion = maxHardwareVersion;
        _api = System.Version.Parse(apiVersion);
    }

    public static EsxRelease V65U3 { get; } = new("6.5.0", "13932383", "6.5", 13);

    public static EsxRelease V67U3 { get; } = new("6.7.0", "14320388", "6.7.3", 15);

    public static EsxRelease V70U1 { get; } = new("7.0.1", "16850804", "7.0.1.0", 18);

    public static EsxRelease V70U3 { get; } = new("7.0.3", "21424296", "7.0.3.0", 19);

    public static EsxRelease V80 { get; } = new("8.0.0", "20513097", "8.0.0.1", 20);

    public static EsxRelease V80U1 { get; } = new("8.0.1", "21495797", "8.0.1.0", 20);

    public static EsxRelease V80U3 { get; } = new("8.0.3", "24022510", "8.0.3.0", 21);

    public static EsxRelease V90 { get; } = new("9.0.0", "24755229", "9.0.0.0", 22);

    /// <summary>Such as <c>7.0.3</c>.</summary>
    public string Version { get; }

    public string Build { get; }

    public string ApiVersion { get; }

    /// <summary>The newest virtual hardware it runs, such as 19 for vmx-19.</summary>
    public int MaxHardwareVersion { get; }

    public string FullName => "VMware ESXi " + Version + " build-" + Build;

    /// <summary>Whether it has what came with that API version.</summary>
    public bool Has(string apiVersion) => _api >= System.Version.Parse(apiVersion);

    /// <summary>
    /// One line of a vmware.log in the release's own form (vim25-gpu.md 5): 6.x <c>| vmx| I120: </c>, 7.0 <c>| vmx| | I005: </c>,
    /// 8.x <c> In(05) vmx - </c>. The form of 9.x is UNCONFIRMED; 8.x is taken.
    /// </summary>
    public string LogLine(DateTimeOffset time, string text)
    {
        string stamp = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return Has("8.0.0.1") ? stamp + " In(05) vmx - " + text
            : Has("7.0.0.0") ? stamp + "| vmx| | I005: " + text
            : stamp + "| vmx| I120: " + text;
    }
}
