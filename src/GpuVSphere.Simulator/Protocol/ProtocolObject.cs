using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>An object that the protocol side serves itself.</summary>
internal abstract class ProtocolObject(SimulatedServer server, MoRef reference) : ManagedObject(reference)
{
    protected SimulatedServer Server { get; } = server;

    public override IEnumerable<string> PropertyNames => [];

    public override object? GetProperty(string name) => null;

    public override Task<object?> InvokeAsync(MethodCall call, CancellationToken cancellationToken) => Task.FromResult(Invoke(call));

    /// <summary>A method that needs no waiting.</summary>
    protected virtual object? Invoke(MethodCall call) => throw SimulatedServer.MethodNotFound(Reference, call.Method);

    protected static SimulatedFault InvalidArgument(string argument, string message)
    {
        SimulatedFault fault = new("InvalidArgument", "A specified parameter was not correct: " + argument + ". " + message, "types-core.txt: InvalidArgument{invalidProperty}");
        fault.Detail.With("invalidProperty", argument);
        return fault;
    }
}
