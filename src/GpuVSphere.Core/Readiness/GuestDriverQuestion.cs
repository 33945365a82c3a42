using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;

namespace GpuVSphere.Readiness;

/// <summary>Which driver is to be installed in a guest, and what was read of the guest and of its host for it.</summary>
public sealed record GuestDriverQuestion
{
    /// <summary>The package.</summary>
    public required GuestDriverPackage Package { get; init; }

    /// <summary>How many bytes it has; null when that is not known.</summary>
    public long? PackageBytes { get; init; }

    /// <summary>What the guest runs.</summary>
    public required GuestFamily Family { get; init; }

    /// <summary>The guest's system in words, such as <c>Ubuntu 22.04</c>.</summary>
    public string System { get; init; } = string.Empty;

    /// <summary>The guest's machine, as <c>uname -m</c> names it; null when it is not known.</summary>
    public string? Architecture { get; init; }

    /// <summary>What installs packages there: apt, dnf, yum or zypper; null when none of them does, and on Windows.</summary>
    public string? PackageManager { get; init; }

    /// <summary>The vGPU manager of the VM's host. Asked for where the VM has a vGPU.</summary>
    public Evidence<VgpuVersion> Manager { get; init; } = Evidence<VgpuVersion>.Unknown("it was not asked for");

    /// <summary>Whether Secure Boot is on in the guest.</summary>
    public Evidence<bool> SecureBoot { get; init; } = Evidence<bool>.Unknown("it was not asked for");

    /// <summary>How many GPUs the guest sees on its PCI bus.</summary>
    public Evidence<int> SeenGpus { get; init; } = Evidence<int>.Unknown("it was not asked for");

    /// <summary>What has no address of a GPU, such as <c>BAR1 of Tesla P40</c>; null when nothing is without.</summary>
    public string? UnassignedBar { get; init; }

    /// <summary>The programs that use a GPU and have to end first, each with its process id.</summary>
    public IReadOnlyList<string> Processes { get; init; } = [];

    /// <summary>Whether they may be ended.</summary>
    public bool MayEndProcesses { get; init; }

    /// <summary>What is free where the package is uploaded and unpacked, in bytes.</summary>
    public Evidence<long> FreeBytes { get; init; } = Evidence<long>.Unknown("it was not asked for");

    /// <summary>Whether programs may not be started from there (noexec).</summary>
    public bool IsNoExec { get; init; }

    /// <summary>The catalogue of vGPU releases.</summary>
    public VgpuCatalog Catalog { get; init; } = VgpuCatalog.InUse;
}
