namespace GpuVSphere.GuestOs;

/// <summary>What installs packages in a Linux guest.</summary>
internal enum GuestPackageManager
{
    /// <summary>None that is known.</summary>
    None,

    /// <summary>apt-get and dpkg: Debian, Ubuntu.</summary>
    Apt,

    /// <summary>dnf and rpm: Red Hat Enterprise Linux 8 and later, Rocky, Alma, Fedora.</summary>
    Dnf,

    /// <summary>yum and rpm: Red Hat Enterprise Linux 7, CentOS 7.</summary>
    Yum,

    /// <summary>zypper and rpm: SUSE.</summary>
    Zypper,
}
