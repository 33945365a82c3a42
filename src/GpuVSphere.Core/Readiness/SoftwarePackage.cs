using System.Collections.Generic;
using GpuVSphere.Catalog;

namespace GpuVSphere.Readiness;

/// <summary>A package that is to be installed on a host, as far as rules judge it.</summary>
/// <param name="Title">Its component, or its VIBs with their versions.</param>
/// <param name="Vibs">What the names of its VIBs say, null for one that is not NVIDIA's.</param>
/// <param name="AcceptanceLevels">The acceptance levels of its VIBs, as esxcli names them; empty for one that does not say.</param>
/// <param name="SizeBytes">What it takes on the host; null when it is not known.</param>
/// <param name="Component">The component's name and version for an image; null when it declares none.</param>
public sealed record SoftwarePackage(string Title, IReadOnlyList<VgpuPackage?> Vibs, IReadOnlyList<string> AcceptanceLevels, long? SizeBytes, string? Component);
