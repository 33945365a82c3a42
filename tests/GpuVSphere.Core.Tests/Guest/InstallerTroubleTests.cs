using System;
using GpuVSphere.Guest;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Guest;

/// <summary>Why an installation failed, by the words of nvidia-installer, of package managers and of the kernel.</summary>
public sealed class InstallerTroubleTests
{
    private const string NoBar = "NVRM: This PCI I/O region assigned to your NVIDIA device is invalid:\nNVRM: BAR1 is 0M @ 0x0 (PCI:0000:05:00.0)";

    public static TheoryData<string, string, string, string> Troubles => new()
    {
        { "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1207 (unattended-upgr)", "", "PackageManagerBusy", "Wait" },
        { "Another app is currently holding the yum lock; waiting for it to exit...", "", "PackageManagerBusy", "Wait" },
        { "ERROR: The Nouveau kernel driver is currently in use by your system.", "", "NouveauLoaded", "-Reboot" },
        { "ERROR: You appear to be running an X server; please exit X\n       before installing.", "", "XServerRunning", "-StopGpuProcess" },
        { "ERROR: An NVIDIA kernel module 'nvidia-uvm' appears to already be\n       loaded in your kernel.", "", "GuestDriverInUse", "-StopGpuProcess" },
        { "ERROR: Unable to find the development tool `cc` in your path", "", "GuestCompilerMissing", "gcc" },
        { "ERROR: Unable to find the kernel source tree for the currently\n       running kernel.", "", "GuestHeadersMissing", "uname -r" },
        { "E: Unable to locate package linux-headers-5.15.0-41-generic", "", "GuestPackageNotFound", "-UpgradePackages" },
        { "No match for argument: kernel-devel-4.18.0-305.el8.x86_64", "", "GuestPackageNotFound", "-UpgradePackages" },
        { "E: Failed to fetch http://archive.ubuntu.com/x  Temporary failure resolving 'archive.ubuntu.com'", "", "GuestRepositoryUnreachable", "medium" },
        { "Error: Failed to download metadata for repo 'baseos'", "", "GuestRepositoryUnreachable", "medium" },
        { "ERROR: Unable to load the kernel module 'nvidia.ko'.", "[ 5.1] Loading of unsigned module is rejected", "GuestModuleRefused", "Secure Boot" },
        { "The license was not accepted: there is no terminal to ask on.", "", "EulaNotAccepted", "-AcceptEula" },
        { "ERROR: Unable to load the kernel module 'nvidia.ko'.", NoBar, "GuestModuleNotLoaded", "Test-GpuGuest -VM 'web 01'" },
        { "ERROR: Something new went wrong.\nsee the log", "", "GuestInstallFailed", "nvidia-installer.log" },
        { "", "", "GuestInstallFailed", "-Verbose" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public void Each_failure_has_its_error_its_object_and_its_next_step(string said, string kernel, string id, string next)
    {
        GpuVSphereException error = InstallerTrouble.Explain("driver.run", "web 01", new ShellResult(1, string.Empty, said), string.Empty, KernelLog.Read(kernel));

        Assert.Equal((id, "web 01"), (error.Id, error.Target));
        Assert.StartsWith("driver.run was not installed in web 01: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(next, error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_installer_wrote_into_its_own_log_counts_and_the_kernel_is_quoted()
    {
        ShellResult silent = new(1, string.Empty, string.Empty);
        Assert.Equal("GuestCompilerMissing", InstallerTrouble.Explain("d.run", "vm", silent, "ERROR: Unable to find the development tool `cc` in your path", KernelLog.Read(string.Empty)).Id);

        GpuVSphereException bar = InstallerTrouble.Explain("d.run", "vm", new ShellResult(1, string.Empty, "ERROR: Unable to load the kernel module 'nvidia.ko'."), string.Empty, KernelLog.Read(NoBar));
        Assert.Contains("The kernel says: BAR1 is 0M @ 0x0", bar.Message, StringComparison.Ordinal);
        Assert.Contains("Something new went wrong.", InstallerTrouble.Explain("d.run", "vm", new ShellResult(7, string.Empty, "ERROR: Something new went wrong.\nsee the log"), string.Empty, KernelLog.Read(string.Empty)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WARNING: nvidia-installer was forced to guess the X library path '/usr/lib64'", true)]
    [InlineData("WARNING: Unable to find a suitable destination to install 32-bit compatibility libraries.", true)]
    [InlineData("ERROR: Unable to find the development tool `cc` in your path", false)]
    [InlineData("Building kernel modules", false)]
    public void Only_what_does_not_matter_is_called_harmless(string line, bool isHarmless) => Assert.Equal(isHarmless, InstallerTrouble.IsHarmless(line));
}
