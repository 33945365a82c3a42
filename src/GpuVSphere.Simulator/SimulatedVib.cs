using System.Collections.Generic;

namespace GpuVSphere.Simulator;

/// <summary>What is in a VIB that <see cref="SimulatedPackage"/> writes.</summary>
public sealed record SimulatedVib
{
    /// <summary>Such as <c>NVIDIA-VMware_ESXi_6.7_Host_Driver</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Such as <c>390.42-1OEM.670.0.0.7535516</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Who made it.</summary>
    public string Vendor { get; init; } = "NVIDIA";

    /// <summary>One line about it.</summary>
    public string Summary { get; init; } = "NVIDIA vGPU driver for VMware ESXi";

    /// <summary><c>certified</c>, <c>accepted</c>, <c>partner</c> or <c>community</c>.</summary>
    public string AcceptanceLevel { get; init; } = "accepted";

    /// <summary>What it needs on the host, such as <c>esx-version &gt;= 6.7.0</c>; relations are <c>&lt;&lt; &lt;= = &gt;= &gt;&gt;</c>.</summary>
    public IReadOnlyList<string> Depends { get; init; } = [];

    /// <summary>The files it brings, without a leading slash.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Whether installing and removing it take maintenance mode.</summary>
    public bool NeedsMaintenanceMode { get; init; } = true;

    /// <summary>Whether it is installed and removed without a reboot, as its maker says.</summary>
    public bool IsLiveInstallable { get; init; } = true;

    /// <summary>Whether it is signed as its acceptance level asks.</summary>
    public bool IsSigned { get; init; } = true;

    /// <summary>About how large its payload is, in bytes.</summary>
    public int PayloadBytes { get; init; } = 4096;

    /// <summary>When it was made.</summary>
    public System.DateTimeOffset Released { get; init; } = new(2018, 3, 14, 10, 0, 0, System.TimeSpan.Zero);
}
