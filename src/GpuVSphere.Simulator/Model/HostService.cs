namespace GpuVSphere.Simulator.Model;

/// <summary>A service of a host.</summary>
internal sealed class HostService(string key, string label, string policy, bool running)
{
    public string Key { get; } = key;

    public string Label { get; } = label;

    /// <summary><c>on</c>, <c>off</c> or <c>automatic</c>: whether it starts with the host.</summary>
    public string Policy { get; set; } = policy;

    public bool IsRunning { get; set; } = running;

    public string? Package { get; init; }
}
