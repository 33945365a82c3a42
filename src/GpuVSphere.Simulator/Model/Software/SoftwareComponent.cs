namespace GpuVSphere.Simulator.Model.Software;

/// <summary>A component (7.0+): a named set of VIBs.</summary>
internal sealed record SoftwareComponent(string Name, string Version, string DisplayName, string DisplayVersion, string Vendor)
{
    public string Id => Name + "_" + Version;
}
