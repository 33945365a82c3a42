namespace GpuVSphere.Simulator.Model;

/// <summary>A file on a datastore, as a listing shows it.</summary>
/// <param name="Path">Below the datastore, with slashes.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When it was written.</param>
internal sealed record DatastoreFile(string Path, long Size, System.DateTimeOffset Modified);
