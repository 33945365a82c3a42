namespace GpuVSphere.Simulator.Protocol;

/// <summary>A value of a property together with its declared type, for elements that hold anything.</summary>
/// <param name="Value">The value.</param>
/// <param name="Declared">What the property is declared to be.</param>
internal sealed record AnyValue(object Value, DeclaredType Declared);
