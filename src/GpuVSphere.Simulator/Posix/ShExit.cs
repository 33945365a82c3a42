using System;

namespace GpuVSphere.Simulator.Posix;

/// <summary>The shell ends here.</summary>
internal sealed class ShExit(int status) : Exception("exit")
{
    public int Status { get; } = status;
}
