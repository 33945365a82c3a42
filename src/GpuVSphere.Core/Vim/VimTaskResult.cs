namespace GpuVSphere.Vim;

/// <summary>A task that ended well.</summary>
/// <param name="Task">The task.</param>
/// <param name="Result">What it gave, such as the reference of a new VM; null when it gives nothing.</param>
public sealed record VimTaskResult(ManagedObjectReference Task, VimElement? Result);
