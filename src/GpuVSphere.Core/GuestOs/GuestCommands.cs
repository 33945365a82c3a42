using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.GuestOs;

/// <summary>Commands in guests whose failure is an error.</summary>
internal static class GuestCommands
{
    /// <summary>Runs a command and gives what it printed.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="vm">The VM's name, for messages.</param>
    /// <param name="what">What is being done, as the begin of a sentence: <c>nvidia-gridd could not be restarted</c>.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="GpuVSphereException">GuestCommandFailed, with the command's own last words; and those of <see cref="IGuestShell.RunAsync"/>.</exception>
    public static async Task<string> RunCheckedAsync(this IGuestShell shell, string vm, string what, GuestCommand command, CancellationToken cancellationToken)
    {
        ShellResult result = await shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result.Output : throw Failed(vm, what, command.CommandLine, result);
    }

    /// <summary>The error of a command that failed.</summary>
    public static GpuVSphereException Failed(string vm, string what, string commandLine, ShellResult result) => new(
        "GuestCommandFailed",
        GpuErrorCategory.OperationFailed,
        $"{what} in {vm}: {LastWords(result)}",
        vm,
        $"Look into the guest and run it there: {commandLine}");

    /// <summary>The last line that a command wrote to its errors, or to its output, or its exit code.</summary>
    public static string LastWords(ShellResult result) =>
        LastLine(result.Error) ?? LastLine(result.Output) ?? $"exit code {result.ExitCode}.";

    private static string? LastLine(string text) => text.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0);
}
