namespace GpuVSphere.Changes;

/// <summary>A value that a change sets: what was there, and what it sets. Undo puts the first back where the second still holds.</summary>
/// <param name="Name">The name under which the intent wants it, such as <c>0000:3b:00.0</c>.</param>
/// <param name="Before">The value before; null for absent.</param>
/// <param name="After">The value set; null for removed.</param>
public sealed record JournalField(string Name, string? Before, string? After);
