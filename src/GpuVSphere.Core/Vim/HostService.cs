namespace GpuVSphere.Vim;

/// <summary>A service of a host.</summary>
/// <param name="Key">Its name for calls, such as <c>TSM-SSH</c>.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="IsRunning">Whether it runs.</param>
/// <param name="Policy">When the host starts it: on, off or automatic.</param>
public sealed record HostService(string Key, string Label, bool IsRunning, string Policy);
