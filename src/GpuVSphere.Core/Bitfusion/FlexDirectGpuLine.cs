namespace GpuVSphere.Bitfusion;

/// <summary>A GPU as a line of <c>list_gpus</c> names it.</summary>
/// <param name="Server">The server's address, from the line or one above it; null when none is named.</param>
/// <param name="Index">Its number on the server.</param>
/// <param name="Name">Its model; null when none is named.</param>
/// <param name="MemoryMB">Its memory in MiB, or null.</param>
/// <param name="FreeMemoryMB">What of it is free, or null.</param>
/// <param name="Text">The line.</param>
internal sealed record FlexDirectGpuLine(string? Server, int Index, string? Name, int? MemoryMB, int? FreeMemoryMB, string Text);
