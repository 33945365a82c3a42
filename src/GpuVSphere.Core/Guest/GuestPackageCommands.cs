using System.Collections.Generic;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>The commands of the package managers of Linux, so that none of them asks anything.</summary>
internal static class GuestPackageCommands
{
    // After a start the unattended upgrades hold the lock for a while; versions of apt before 1.9.11 do not know the option and pass over it.
    private const string Apt = "DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 ";

    /// <summary>Brings the lists of the repositories up to date.</summary>
    public static string Refresh(string manager) => manager switch
    {
        "apt" => Apt + "update",
        "zypper" => "zypper --non-interactive refresh",
        _ => manager + " -q -y makecache",
    };

    /// <summary>Upgrades every package.</summary>
    public static string Upgrade(string manager) => manager switch
    {
        "apt" => Apt + "upgrade",
        "zypper" => "zypper --non-interactive update",
        _ => manager + " -y update",
    };

    /// <summary>Installs packages, or package files by their absolute paths.</summary>
    public static string Install(string manager, IReadOnlyList<string> packages) => manager switch
    {
        "apt" => Apt + "install ",
        "zypper" => "zypper --non-interactive install --allow-unsigned-rpm ",
        _ => manager + " -y install ",
    } + RemoteQuoting.Join(packages);
}
