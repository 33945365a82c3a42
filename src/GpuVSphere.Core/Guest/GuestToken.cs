namespace GpuVSphere.Guest;

/// <summary>A client configuration token that is in a guest.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Hash">The SHA-256 of its content.</param>
/// <param name="Mode">Its mode in octal digits; null on Windows.</param>
internal sealed record GuestToken(string Path, string Name, string Hash, string? Mode);
