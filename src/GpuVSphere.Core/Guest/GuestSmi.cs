using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Guest;

/// <summary>What nvidia-smi says in a guest.</summary>
/// <param name="Report">Its report; null where it gave none.</param>
/// <param name="Trouble">Why it gave none.</param>
internal sealed record GuestSmi(NvidiaSmiReport? Report, GpuVSphereException? Trouble)
{
    // cmd.exe's word for a program that is not there.
    private const int NoSuchProgram = 9009;

    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    /// <summary>Where Windows guests have it: in the system's folder, and before 2020 in the driver's.</summary>
    public static IReadOnlyList<string> WindowsPrograms { get; } = Array.AsReadOnly([@"C:\Windows\System32\nvidia-smi.exe", @"C:\Program Files\NVIDIA Corporation\NVSMI\nvidia-smi.exe"]);

    /// <summary>The driver; null where the report names none.</summary>
    public DriverVersion? Driver => DriverVersion.TryParse(Report?.DriverVersion);

    /// <summary>Runs it. That it fails is an answer.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="vm">The VM's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<GuestSmi> ReadAsync(IGuestShell shell, string vm, CancellationToken cancellationToken)
    {
        ShellResult result = new(127, string.Empty, string.Empty);
        foreach (string line in shell.Family == GuestFamily.Windows ? WindowsPrograms.Select(path => WindowsQuoting.Join([path, "-q"])) : ["nvidia-smi -q"])
        {
            result = await shell.RunAsync(new GuestCommand(line) { Timeout = s_timeout }, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode == 0)
            {
                break;
            }
        }

        try
        {
            return Explain(result, vm) is { } trouble ? new GuestSmi(null, trouble) : new GuestSmi(NvidiaSmiText.Read(result.Output), null);
        }
        catch (GpuVSphereException notUnderstood)
        {
            return new GuestSmi(null, notUnderstood);
        }
    }

    private static GpuVSphereException? Explain(ShellResult result, string vm)
    {
        string said = string.Join(" ", (result.Output + "\n" + result.Error).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
        bool Says(string words) => said.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;
        return result.ExitCode == 0 && !Says("No devices were found") ? null
            : result.ExitCode is 127 or NoSuchProgram || Says("not found") && !Says("devices") || Says("is not recognized as") ? Trouble("GuestDriverMissing", $"{vm} has no nvidia-smi.")
            : Trouble("GuestDriverNotLoaded", $"nvidia-smi in {vm} says: {(said.Length == 0 ? "nothing." : said)}");

        GpuVSphereException Trouble(string id, string message) => new(id, GpuErrorCategory.InvalidState, message, vm, $"Test-GpuGuest -VM {Typed.Name(vm)} shows what is wrong.");
    }
}
