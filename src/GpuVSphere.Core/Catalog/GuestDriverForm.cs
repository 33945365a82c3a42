namespace GpuVSphere.Catalog;

/// <summary>In which form a guest driver comes.</summary>
public enum GuestDriverForm
{
    /// <summary>A self-extracting script for any Linux (<c>.run</c>), which builds the kernel module in the guest.</summary>
    RunFile,

    /// <summary>A package for Debian and Ubuntu.</summary>
    Deb,

    /// <summary>A package for Red Hat Enterprise Linux and its relatives, and for SUSE.</summary>
    Rpm,

    /// <summary>A self-extracting setup for Windows.</summary>
    Exe,
}
