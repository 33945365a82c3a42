namespace GpuVSphere.Simulator.Model;

/// <summary>A package installed on a host.</summary>
internal sealed record InstalledVib(string Name, string Version, string Vendor, string AcceptanceLevel, string InstallDate);
