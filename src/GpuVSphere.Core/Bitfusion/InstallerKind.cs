namespace GpuVSphere.Bitfusion;

/// <summary>What an installer is.</summary>
internal enum InstallerKind
{
    /// <summary>A shell script, run as root.</summary>
    Script,

    /// <summary>A package for Debian and Ubuntu.</summary>
    Deb,

    /// <summary>A package for CentOS and Red Hat.</summary>
    Rpm,
}
