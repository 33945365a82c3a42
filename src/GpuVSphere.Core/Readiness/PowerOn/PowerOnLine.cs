namespace GpuVSphere.Readiness.PowerOn;

/// <summary>A line that tells of a failed power-on.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Origin">Where it stands: the task, the error, or the name of a log.</param>
internal sealed record PowerOnLine(string Text, string Origin);
