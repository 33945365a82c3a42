using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>What an installation did.</summary>
internal sealed record InstallResult(string Message, bool IsRebootRequired, IReadOnlyList<VibPackage> Installed, IReadOnlyList<InstalledVib> Removed, IReadOnlyList<VibPackage> Skipped);
