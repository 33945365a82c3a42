namespace GpuVSphere.Simulator.Protocol;

/// <summary>A property of a managed object or a field of a data object, as declared.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="Since">The first API version that has it.</param>
/// <param name="Privilege">What reading it takes; empty for a field.</param>
internal sealed record SchemaMember(string Name, DeclaredType Type, WireVersion Since, string Privilege);
