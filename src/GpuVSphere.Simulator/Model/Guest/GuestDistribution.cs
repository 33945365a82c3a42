namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>What a Linux guest was installed from.</summary>
/// <param name="Id">As os-release has it: <c>ubuntu</c>, <c>rhel</c>, <c>centos</c>.</param>
/// <param name="VersionId">Such as <c>22.04</c>.</param>
/// <param name="PrettyName">Its name for people.</param>
/// <param name="Like">The ids of its family, in one text.</param>
/// <param name="Kernel">What <c>uname -r</c> says.</param>
/// <param name="PackageManager"><c>apt</c>, <c>dnf</c> or <c>yum</c>.</param>
/// <param name="LogFile">Where the log of the system goes.</param>
internal sealed record GuestDistribution(string Id, string VersionId, string PrettyName, string Like, string Kernel, string PackageManager, string LogFile)
{
    public static GuestDistribution Ubuntu { get; } = new("ubuntu", "22.04", "Ubuntu 22.04.4 LTS", "debian", "5.15.0-119-generic", "apt", "/var/log/syslog");

    public static GuestDistribution Rhel { get; } = new("rhel", "8.10", "Red Hat Enterprise Linux 8.10 (Ootpa)", "fedora", "4.18.0-553.el8_10.x86_64", "dnf", "/var/log/messages");

    public static GuestDistribution CentOs7 { get; } = new("centos", "7", "CentOS Linux 7 (Core)", "rhel fedora", "3.10.0-1160.el7.x86_64", "yum", "/var/log/messages");

    public bool IsDebian => PackageManager == "apt";
}
