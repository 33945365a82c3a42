using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>
/// The .run file: nvidia-installer. It says and refuses what the real one does: no licence without its option, an X server that runs, nouveau, no
/// compiler, no headers, a driver in use, a module that the kernel does not take. Its warnings about X are of no account.
/// </summary>
internal sealed class NvidiaInstaller : IGuestProgram
{
    private const string LogFile = "/var/log/nvidia-installer.log";

    private static readonly TimeSpan s_unpack = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_build = TimeSpan.FromSeconds(90);

    private static readonly string[] s_options =
    [
        "-s", "--silent", "-a", "--accept-license", "-q", "--no-questions", "--ui=none", "-X", "--run-nvidia-xconfig", "--dkms", "--no-x-check", "--no-nouveau-check", "--disable-nouveau",
        "--no-cc-version-check", "--no-opengl-files", "--no-drm", "--no-backup", "--no-dkms", "--install-libglvnd", "--uninstall",
    ];

    private static readonly string[] s_silent = ["-s", "--silent"];

    public IReadOnlyList<string> Names { get; } = ["nvidia-installer", "nvidia-uninstall"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        if (call.Name == "nvidia-uninstall" || call.Has("--uninstall"))
        {
            return call.Locked(() => Uninstall(call));
        }

        if (call.Locked(() => DriverOf(call)) is not { } driver)
        {
            return Error(call, "Unable to find the installation files.");
        }

        bool isSilent = s_silent.Any(option => call.Has(option));
        if (!isSilent)
        {
            call.Say("Verifying archive integrity... OK");
            call.Say("Uncompressing NVIDIA Accelerated Graphics Driver for Linux-x86_64 " + driver.Version + ".....");
        }

        await call.DelayAsync(s_unpack, cancellationToken).ConfigureAwait(false);
        if (call.Arguments.FirstOrDefault(word => word.StartsWith("-", StringComparison.Ordinal) && !s_options.Contains(word) && !word.StartsWith("--tmpdir", StringComparison.Ordinal) && !word.StartsWith("--kernel-", StringComparison.Ordinal)) is { } unknown)
        {
            return call.Fail("nvidia-installer: unrecognized option: \"" + unknown + "\"");
        }

        if (call.Locked(() => Refusal(call, isSilent)) is { } refusal)
        {
            return Error(call, refusal);
        }

        if (!isSilent)
        {
            call.Say("Building kernel modules");
        }

        await call.DelayAsync(s_build, cancellationToken).ConfigureAwait(false);
        return call.Locked(() => Install(call, driver, isSilent));
    }

    /// <summary>What the scripts of a .deb or .rpm do: DKMS builds the module where compiler and headers are, and it runs from then on unless another one does.</summary>
    public static void OfPackage(SimulatedGuest guest, NvidiaPackage driver)
    {
        bool isUsed = guest.Modules.Contains("nvidia");
        NvidiaFiles.Put(guest, driver);
        guest.Files.Put(NvidiaFiles.PackageBlacklist, "blacklist nouveau\n");
        if (!HasHeaders(guest) || !guest.Files.Exists("/usr/bin/gcc"))
        {
            // The package is installed all the same; DKMS says so and goes on.
            NvidiaFiles.Remove(guest);
            guest.Files.PutProgram("/usr/bin/nvidia-smi");
        }
        else if (!isUsed)
        {
            NvidiaFiles.Load(guest);
        }
    }

    private static bool HasHeaders(SimulatedGuest guest) => guest.Files.Exists("/lib/modules/" + guest.Distribution.Kernel + "/build/Makefile");

    private static NvidiaPackage? DriverOf(GuestCall call) =>
        call.Guest.Files.Find(call.PathOf(call.Words[0])) is { IsDirectory: false } file ? NvidiaFileFormat.Read(file.Content) : null;

    private static string? Refusal(GuestCall call, bool isSilent)
    {
        SimulatedGuest guest = call.Guest;
        if (!call.User.IsRoot)
        {
            return "nvidia-installer must be run as root";
        }

        if (!isSilent && !call.Has("-a", "--accept-license"))
        {
            return "The license was not accepted: there is no terminal to ask on.";
        }

        if (!call.Has("--no-x-check") && guest.Processes.Any(process => process.Name is "X" or "Xorg"))
        {
            return "You appear to be running an X server; please exit X before installing.  For further details, please see the section INSTALLING THE NVIDIA DRIVER in the README available on the Linux driver download page at www.nvidia.com.";
        }

        if (!call.Has("--no-nouveau-check") && guest.Modules.Contains("nouveau"))
        {
            return "The Nouveau kernel driver is currently in use by your system.  This driver is incompatible with the NVIDIA driver, and must be disabled before proceeding.";
        }

        if (guest.Modules.Contains("nvidia") && GuestNvidia.IsUsed(guest))
        {
            return "An NVIDIA kernel module 'nvidia-uvm' appears to already be loaded in your kernel.  This may be because it is in use (for example, by an X server, a CUDA program, or the NVIDIA Persistence Daemon), but this may also happen if your kernel was configured without support for module unloading.";
        }

        foreach ((string Program, string Word, string Package) tool in new[] { ("/usr/bin/gcc", "cc", "gcc"), ("/usr/bin/make", "make", "make") })
        {
            if (!guest.Files.Exists(tool.Program))
            {
                return "Unable to find the development tool `" + tool.Word + "` in your path; please make sure that you have the package '" + tool.Package + "' installed.";
            }
        }

        return HasHeaders(guest) ? null
            : "Unable to find the kernel source tree for the currently running kernel.  Please make sure you have installed the kernel source files for your kernel and that they are properly configured.";
    }

    private static int Install(GuestCall call, NvidiaPackage driver, bool isSilent)
    {
        SimulatedGuest guest = call.Guest;
        NvidiaPackage? before = guest.State<GuestNvidia>().Installed;
        NvidiaFiles.Unload(guest);
        NvidiaFiles.Put(guest, driver);
        if (!isSilent)
        {
            call.Complain("\nWARNING: nvidia-installer was forced to guess the X library path '/usr/lib64' and X module path '/usr/lib64/xorg/modules'; these paths were not queryable from the system.");
            call.Complain("\nWARNING: Unable to find a suitable destination to install 32-bit compatibility libraries.");
        }

        if (NvidiaFiles.Load(guest) is { } refusal)
        {
            NvidiaFiles.Remove(guest);
            if (before is not null)
            {
                // The one before was taken away at the beginning, as the real installer does.
                guest.LogKernel("nvidia: module " + before.Version + " was uninstalled");
            }

            return Error(
                call, "Unable to load the kernel module 'nvidia.ko'.  This happens most frequently when this kernel module was built against the wrong or improperly configured kernel sources, or if another driver, such as nouveau, is present and prevents the NVIDIA kernel module from obtaining ownership of the NVIDIA device(s), or no NVIDIA device installed in this system is supported by this NVIDIA Linux graphics driver release: " + refusal);
        }

        guest.Files.Append(LogFile, "-> Installation of the NVIDIA Accelerated Graphics Driver for Linux-x86_64 (version: " + driver.Version + ") is now complete.\n");
        if (!isSilent)
        {
            call.Say("\nInstallation of the NVIDIA Accelerated Graphics Driver for Linux-x86_64 (version: " + driver.Version + ") is now complete.");
        }

        return 0;
    }

    private static int Uninstall(GuestCall call)
    {
        if (!call.User.IsRoot)
        {
            return call.Fail("nvidia-installer must be run as root");
        }

        SimulatedGuest guest = call.Guest;
        if (guest.State<GuestOrders>().IsUninstallerBroken)
        {
            // As the real one does: it says so, and ends as if nothing were amiss.
            call.Complain("\nERROR: Uninstallation failed.\n");
            guest.Files.Append("/var/log/nvidia-uninstall.log", "ERROR: Uninstallation failed.\n");
            return 0;
        }

        // A module that is in use stays in the kernel, and nothing is said of it.
        if (!GuestNvidia.IsUsed(guest))
        {
            NvidiaFiles.Unload(guest);
        }

        NvidiaFiles.TakeFromDisk(guest);
        return 0;
    }

    private static int Error(GuestCall call, string message)
    {
        call.Complain("\nERROR: " + message + "\n");
        call.Complain("\nERROR: Installation has failed.  Please see the file '" + LogFile + "' for details.\n");
        call.Locked(() =>
        {
            call.Guest.Files.Append(LogFile, "ERROR: " + message + "\nERROR: Installation has failed.\n");
            return true;
        });
        return 1;
    }
}
