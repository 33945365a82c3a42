using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.GuestOs;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Guest;

/// <summary>What nvidia-smi says in a guest.</summary>
/// <param name="Report">Its report; null where it gave none.</param>
/// <param name="Trouble">Why it gave none.</param>
internal sealed record GuestSmi(NvidiaSmiReport? Report, GpuVSphereException? Trouble)
{
    /// <summary>The driver; null where the report names none.</summary>
    public DriverVersion? Driver => DriverVersion.TryParse(Report?.DriverVersion);

    /// <summary>Runs it. That it fails is an answer.</summary>
    /// <param name="shell">The guest.</param>
    /// <param name="vm">The VM's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<GuestSmi> ReadAsync(IGuestShell shell, string vm, CancellationToken cancellationToken)
    {
        ShellResult result = await GuestNvidiaSmi.RunAsync(shell, ["-q"], cancellationToken).ConfigureAwait(false);
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
            : result.ExitCode == GuestNvidiaSmi.NotFound || (Says("not found") && !Says("devices")) ? Trouble("GuestDriverMissing", $"{vm} has no nvidia-smi.")
            : Trouble("GuestDriverNotLoaded", $"nvidia-smi in {vm} says: {(said.Length == 0 ? "nothing." : said)}");

        GpuVSphereException Trouble(string id, string message) => new(id, GpuErrorCategory.InvalidState, message, vm, $"Test-GpuGuest -VM {Typed.Name(vm)} shows what is wrong.");
    }
}
