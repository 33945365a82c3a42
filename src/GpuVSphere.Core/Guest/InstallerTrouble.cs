using System;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Why an installation failed, by what the installer, the package manager and the kernel said.</summary>
internal static class InstallerTrouble
{
    /// <summary>What nvidia-installer writes of itself, whatever was seen on its output.</summary>
    public const string LogCommand = "grep -A 3 -i '^ *\\(ERROR\\|WARNING\\):' /var/log/nvidia-installer.log | tail -n 40";

    private static readonly Regex s_error = new(@"^\s*(ERROR|E|Error)\s*:\s*(?<text>.+)$", RegexOptions.CultureInvariant);

    // nvidia-installer warns of paths of X that it had to guess, of libraries of 32 bit and of Vulkan: none of it matters without a desktop.
    private static readonly string[] s_harmless = ["guess the X library path", "X library path", "32-bit compatibility", "Vulkan", "X.Org SDK", "pkg-config", "libglvnd", "X configuration"];

    /// <summary>Whether a line of an installer is one of its warnings that can be left alone, most of them about X.</summary>
    public static bool IsHarmless(string line) => s_harmless.Any(words => line.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0);

    /// <summary>The error of an installation that failed.</summary>
    /// <param name="what">The package's name.</param>
    /// <param name="vm">The VM's name.</param>
    /// <param name="result">How the installer ended.</param>
    /// <param name="installerLog">What it wrote into its own log; empty when nothing.</param>
    /// <param name="log">What the kernel wrote.</param>
    public static GpuVSphereException Explain(string what, string vm, ShellResult result, string installerLog, KernelLog log)
    {
        string said = result.Output + "\n" + result.Error + "\n" + installerLog;
        bool Says(string words) => Flat(said).IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;
        GpuVSphereException Error(string id, GpuErrorCategory category, string why, string next) => new(id, category, $"{what} was not installed in {vm}: {why}", vm, next);

        if (CamePackages.IsBusy(said))
        {
            return Error("PackageManagerBusy", GpuErrorCategory.ResourceBusy, "another program of the guest installs packages.", "Wait until it has ended, as unattended upgrades after a start do, and run the same command again.");
        }

        if (Says("Nouveau kernel driver is currently in use"))
        {
            return Error("NouveauLoaded", GpuErrorCategory.InvalidState, "nouveau is loaded.", "Add -Reboot: nouveau is kept from being loaded, and the guest is restarted before the driver is installed.");
        }

        if (Says("running an X server"))
        {
            return Error("XServerRunning", GpuErrorCategory.ResourceBusy, "an X server runs in the guest, although no display manager was found that could be stopped.", "End it in the guest, or add -StopGpuProcess.");
        }

        if (Says("appears to already be loaded in your kernel"))
        {
            return Error("GuestDriverInUse", GpuErrorCategory.ResourceBusy, "the driver that is loaded is in use.", $"Test-GpuGuest -VM {Typed.Name(vm)} shows the GPU; end what uses it, or add -StopGpuProcess, or restart the guest first.");
        }

        if (Says("development tool") || Says("Unable to find the compiler") || Says("no acceptable C compiler"))
        {
            return Error("GuestCompilerMissing", GpuErrorCategory.InvalidState, "there is no C compiler.", "Install gcc and make in the guest; its package manager could not.");
        }

        if (Says("kernel source tree") || Says("kernel headers") || Says("KERNEL_SOURCES"))
        {
            return Error("GuestHeadersMissing", GpuErrorCategory.InvalidState, "the headers of the running kernel are not there.", "Install the headers for what uname -r says in the guest; when its repositories no longer have them, upgrade the kernel and restart first.");
        }

        if (Says("Unable to locate package") || Says("No package ") || Says("No match for argument") || Says("has no installation candidate") || Says("No provider of"))
        {
            return Error("GuestPackageNotFound", GpuErrorCategory.ObjectNotFound, $"the repositories of the guest do not have what it needs. {FirstError(said)}".TrimEnd(), "Give the guest repositories that have it, or upgrade first with -UpgradePackages: old kernels leave them.");
        }

        if (Says("Could not resolve") || Says("Temporary failure resolving") || Says("Cannot download") || Says("Failed to download metadata") || Says("Cannot find a valid baseurl"))
        {
            return Error("GuestRepositoryUnreachable", GpuErrorCategory.ConnectionFailed, $"the repositories of the guest cannot be reached. {FirstError(said)}".TrimEnd(), "Install compiler and kernel headers from a medium that the guest has; they are then not asked for.");
        }

        if (log.SignatureRefused is { } refused)
        {
            return Error("GuestModuleRefused", GpuErrorCategory.InvalidState, $"Secure Boot does not let the module be loaded. The kernel says: {refused}", "Switch Secure Boot off in the VM's boot options while it is powered off, or sign the module with a key that the firmware knows.");
        }

        if (Says("license"))
        {
            return Error("EulaNotAccepted", GpuErrorCategory.InvalidArgument, "the licence was not accepted.", "Add -AcceptEula.");
        }

        if (Says("Unable to load the kernel module") || Says("Unable to load the 'nvidia"))
        {
            return Error(
                "GuestModuleNotLoaded",
                GpuErrorCategory.OperationFailed,
                "the module was built and could not be loaded." + ((log.UnassignedBar ?? log.NotSupported ?? log.InitFailed) is { } kernel ? " The kernel says: " + kernel : string.Empty),
                $"Test-GpuGuest -VM {Typed.Name(vm)} says what is wrong with the GPU; /var/log/nvidia-installer.log in the guest has the rest.");
        }

        return Error(
            "GuestInstallFailed",
            GpuErrorCategory.OperationFailed,
            $"it ended with {result.ExitCode.ToString(CultureInfo.InvariantCulture)}. {FirstError(said)}".TrimEnd(),
            "The log of a .run file is /var/log/nvidia-installer.log in the guest; -Verbose shows what was said.");
    }

    private static string FirstError(string said)
    {
        string[] lines = GuestAsk.Lines(said);
        string? error = lines.Select(line => s_error.Match(line)).Where(match => match.Success).Select(match => match.Groups["text"].Value).FirstOrDefault();
        return error ?? lines.LastOrDefault() ?? string.Empty;
    }

    // The installer breaks its sentences where the line ends.
    private static string Flat(string text) => string.Join(" ", text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
