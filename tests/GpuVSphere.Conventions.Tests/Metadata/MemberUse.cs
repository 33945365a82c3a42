namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>A member that a method body names.</summary>
/// <param name="Type">The type that has it.</param>
/// <param name="Name">Its name.</param>
internal sealed record MemberUse(NamedType Type, string Name);
