using System;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>What vSphere would answer instead of a result: a typed fault with its message.</summary>
internal sealed class SimulatedFault : Exception
{
    /// <param name="type">The fault's xsi:type, such as <c>InvalidPowerState</c>.</param>
    /// <param name="message">The text vSphere shows.</param>
    /// <param name="fact">The fact that the refusal rests on, for those who read the code or a trace.</param>
    public SimulatedFault(string type, string message, string fact)
        : base(message)
    {
        Detail = new DataObject(type);
        Fact = fact;
    }

    /// <summary>The fault object; its own fields are added with <see cref="DataObject.With"/>.</summary>
    public DataObject Detail { get; }

    public string Fact { get; }
}
