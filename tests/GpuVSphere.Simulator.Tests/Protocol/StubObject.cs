using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

/// <summary>An object whose properties and methods are what the test put there.</summary>
internal sealed class StubObject(string type, string id) : ManagedObject(new MoRef(type, id))
{
    public Dictionary<string, object?> Values { get; } = [];

    public Dictionary<string, Func<MethodCall, CancellationToken, Task<object?>>> Methods { get; } = [];

    public override IEnumerable<string> PropertyNames => Values.Keys;

    public override object? GetProperty(string name) =>
        Values.TryGetValue(name, out object? value) ? value is Func<object?> compute ? compute() : value : null;

    public override Task<object?> InvokeAsync(MethodCall call, CancellationToken cancellationToken) =>
        Methods.TryGetValue(call.Method, out Func<MethodCall, CancellationToken, Task<object?>>? method)
            ? method(call, cancellationToken)
            : throw SimulatedServer.MethodNotFound(Reference, call.Method);

    public StubObject With(string property, object? value)
    {
        Values[property] = value;
        return this;
    }

    public StubObject Can(string method, Func<MethodCall, object?> work)
    {
        Methods[method] = (call, _) => Task.FromResult(work(call));
        return this;
    }
}
