using System.Reflection.Emit;

namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>One instruction of a method body.</summary>
/// <param name="Code">What it does.</param>
/// <param name="Token">The metadata token it carries; 0 when it carries none.</param>
internal readonly record struct Instruction(OpCode Code, int Token);
