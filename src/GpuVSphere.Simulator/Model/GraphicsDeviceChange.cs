namespace GpuVSphere.Simulator.Model;

/// <summary>What UpdateGraphicsConfig asks of one device.</summary>
/// <param name="Id">The PCI address, as it was written.</param>
/// <param name="Type"><c>shared</c> or <c>sharedDirect</c>.</param>
/// <param name="Mode"><c>sameSize</c> or <c>mixedSize</c>; null leaves it.</param>
internal sealed record GraphicsDeviceChange(string Id, string Type, string? Mode);
