using System;

namespace GpuVSphere.Simulator.Posix;

/// <summary>What is no script.</summary>
internal sealed class ShSyntaxError(string message) : Exception(message);
