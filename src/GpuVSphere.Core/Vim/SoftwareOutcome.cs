using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>What esxcli said of a change of a host's software: its <c>InstallationResult</c>.</summary>
/// <param name="Message">Its sentence, such as <c>Operation finished successfully.</c></param>
/// <param name="IsRebootRequired">Whether it asks for a reboot. NVIDIA's driver needs one although this may be false.</param>
/// <param name="Installed">What was installed: ids of VIBs, or names and versions of components.</param>
/// <param name="Removed">What was removed.</param>
/// <param name="Skipped">What was left out, as when it was there already.</param>
public sealed record SoftwareOutcome(
    string Message, bool IsRebootRequired, IReadOnlyList<string> Installed, IReadOnlyList<string> Removed, IReadOnlyList<string> Skipped);
