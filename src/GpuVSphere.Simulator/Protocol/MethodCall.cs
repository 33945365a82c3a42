using System.Collections.Generic;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>A call as it came over the wire.</summary>
internal sealed class MethodCall(string method, DataObject arguments, SimulatedSession? session, string apiVersion)
{
    public string Method { get; } = method;

    /// <summary>
    /// The arguments by name. Everything that came without an xsi:type is a string leaf or a <see cref="DataObject"/> with an empty type name;
    /// an element that came several times is a list. Use the readers of <c>Arguments</c> to take them as what they are declared to be.
    /// </summary>
    public DataObject Arguments { get; } = arguments;

    public SimulatedSession? Session { get; } = session;

    /// <summary>The version the client asked for, such as <c>8.0.3.0</c>.</summary>
    public string ApiVersion { get; } = apiVersion;

    /// <summary>Who is called.</summary>
    public MoRef Self { get; init; }

    /// <summary>The operationID header of the request, or null.</summary>
    public string? OperationId { get; init; }

    /// <summary>The version the client asked for, comparable.</summary>
    public WireVersion Version { get; init; }

    /// <summary>The HTTP request that the call came in; null when the simulator calls itself.</summary>
    public WireRequest? Wire { get; init; }

    /// <summary>The session that the call opened, whose cookie the reply sets.</summary>
    public SimulatedSession? Opened { get; set; }

    public IReadOnlyList<object> List(string name) => Arguments[name] switch
    {
        null => [],
        IReadOnlyList<object> many => many,
        object one => [one],
    };
}
