using System;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>One thing that work off the pipeline thread wants done on it.</summary>
/// <param name="Run">Does it, on the pipeline thread.</param>
/// <param name="Abandon">Called instead when the pipeline has ended; null when nobody waits for an answer.</param>
internal readonly record struct RelayItem(Action<GpuCmdlet> Run, Action? Abandon);
