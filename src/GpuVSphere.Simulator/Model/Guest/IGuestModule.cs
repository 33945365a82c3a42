namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>What decides whether a kernel module loads. Modules that none of these speaks for load when their file is there.</summary>
internal interface IGuestModule
{
    /// <summary>The module, such as <c>nvidia</c>.</summary>
    string Name { get; }

    /// <summary>Why the kernel does not take it, as modprobe says it (<c>Key was rejected by service</c>); null when it does.</summary>
    string? Refusal(SimulatedGuest guest);

    /// <summary>How many use it while it is loaded; one that is used is not unloaded.</summary>
    int Uses(SimulatedGuest guest);
}
