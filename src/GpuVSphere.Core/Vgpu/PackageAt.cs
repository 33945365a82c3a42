using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>A package that is wanted on a host, and how the host comes by it.</summary>
internal sealed record PackageAt(NvidiaPackage Package)
{
    /// <summary>Where the host finds it; null for a file of this machine before it is uploaded.</summary>
    public string? PathOnHost { get; init; }

    /// <summary>The datastore that a file of this machine is uploaded to; null for other packages.</summary>
    public DatastoreInfo? UploadTo { get; init; }
}
