using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.GuestOs;

/// <summary>Runs nvidia-smi in guests, wherever it lies there.</summary>
internal static class GuestNvidiaSmi
{
    /// <summary>The exit code of <see cref="RunAsync"/> where the guest has no nvidia-smi.</summary>
    public const int NotFound = 127;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    /// <summary>Where Windows guests have it: in the system's folder, and before 2020 in the driver's.</summary>
    public static IReadOnlyList<string> WindowsPrograms { get; } = Array.AsReadOnly([@"C:\Windows\System32\nvidia-smi.exe", @"C:\Program Files\NVIDIA Corporation\NVSMI\nvidia-smi.exe"]);

    /// <summary>Runs it. That it fails is an answer.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="options">Its options, one or more.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ShellResult> RunAsync(IGuestShell shell, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        if (shell.Family != GuestFamily.Windows)
        {
            return await shell.RunAsync(new GuestCommand(RemoteQuoting.Join(["nvidia-smi", .. options])) { Timeout = s_timeout }, cancellationToken).ConfigureAwait(false);
        }

        ShellResult result = new(NotFound, string.Empty, string.Empty);
        foreach (string program in WindowsPrograms)
        {
            result = await shell.RunAsync(new GuestCommand(WindowsQuoting.Join([program, .. options])) { Timeout = s_timeout }, cancellationToken).ConfigureAwait(false);

            // What keeps it from a report it says on its output. cmd.exe speaks on the errors, in its own language, of a program that is not there.
            if (result.ExitCode == 0 || result.Output.Trim().Length > 0)
            {
                return result;
            }
        }

        return result with { ExitCode = NotFound };
    }
}
