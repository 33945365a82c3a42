namespace GpuVSphere.Catalog;

/// <summary>What the name of a guest driver's package says.</summary>
public sealed record GuestDriverPackage
{
    /// <summary>The file's name, without its folder.</summary>
    public required string Name { get; init; }

    /// <summary>In which form it comes.</summary>
    public required GuestDriverForm Form { get; init; }

    /// <summary>Which driver it is.</summary>
    public required GuestDriverKind Kind { get; init; }

    /// <summary>The driver's version.</summary>
    public required DriverVersion Driver { get; init; }

    /// <summary>The guest's architecture in the words of <c>uname -m</c>, such as <c>x86_64</c> or <c>i686</c>; null when the name does not say.</summary>
    public string? Architecture { get; init; }

    /// <summary>The public cloud that a GRID driver is built for (azure, aws, gcp), where its licence comes from; null for one of NVIDIA's own.</summary>
    public string? Cloud { get; init; }

    /// <summary>Whether it is for Windows.</summary>
    public bool IsForWindows => Form == GuestDriverForm.Exe;

    /// <summary>In words: <c>GRID driver 390.42</c>, <c>stock driver 535.161.08</c>.</summary>
    public string Title => (Kind switch
    {
        GuestDriverKind.Grid => "GRID driver ",
        GuestDriverKind.Stock => "stock driver ",
        GuestDriverKind.KvmManager => "vGPU manager for KVM ",
        _ => "driver repository ",
    }) + Driver;

    /// <summary>Reads the name of a guest driver's package.</summary>
    /// <param name="name">A file's name, or its path.</param>
    /// <returns>What it says, or null when it is not one of the names that NVIDIA or a distribution gives.</returns>
    public static GuestDriverPackage? Read(string name) => GuestDriverPackageName.Read(name);
}
