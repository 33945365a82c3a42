using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>One run of an esxcli command.</summary>
internal sealed class EsxCliCall(MoRef host, SimulatedSession session, IReadOnlyDictionary<string, IReadOnlyList<string>> arguments)
{
    public MoRef Host { get; } = host;

    public SimulatedSession Session { get; } = session;

    /// <summary>The values given, by parameter name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Arguments { get; } = arguments;

    /// <summary>The last value given, or null.</summary>
    public string? this[string name] =>
        Arguments.TryGetValue(name, out IReadOnlyList<string>? values) && values.Count > 0 ? values[values.Count - 1] : null;

    public bool Flag(string name) => this[name] is "true" or "1";
}
