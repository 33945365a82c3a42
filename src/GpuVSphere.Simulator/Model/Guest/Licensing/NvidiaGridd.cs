using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>
/// nvidia-gridd: asks a licence server for what the GPU needs, keeps the licence while it runs, and gives it back. What it says is worded as it was seen on
/// real guests, as far as it was seen.
/// </summary>
internal sealed class NvidiaGridd : IGuestProgram
{
    /// <summary>The first driver branch that takes a token, vGPU 13, and the first that takes nothing else, vGPU 15.</summary>
    public const int FirstWithToken = 470;
    private const int FirstWithoutLegacy = 525;

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lease = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_never = TimeSpan.FromDays(3650);

    public IReadOnlyList<string> Names { get; } = ["nvidia-gridd"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        call.Locked(() =>
        {
            call.Process.AtEnd(() => GiveBack(call));
            return 0;
        });
        Say(call, $"Started ({call.Process.Pid})");
        GuestLicense license = call.Locked(() => call.Guest.State<GuestLicense>());
        GriddSettings settings = call.Locked(() => GriddSettings.Of(call.Guest));
        if (call.Guest.Family == GuestFamily.Linux && !call.Locked(() => call.Guest.Modules.Contains("nvidia")))
        {
            Say(call, "Failed to initialise RM client");
            return 1;
        }

        if (!settings.IsThere)
        {
            Say(call, "Failed to open file " + GriddSettings.Path + " (No such file or directory)");
        }

        string missing = (settings.Server is null ? " ServerAddress " : string.Empty) + (settings.HasFeature ? string.Empty : " FeatureType");
        if (missing.Length > 0)
        {
            Say(call, "Configuration parameter (" + missing + (missing.EndsWith(" ", StringComparison.Ordinal) ? " " : string.Empty) + ") not set");
        }

        if (settings.Feature is not (0 or 1 or 2 or 4))
        {
            Say(call, "Invalid feature type requested");
            return await WaitAsync(call, cancellationToken).ConfigureAwait(false);
        }

        bool isLegacy = license.Branch < FirstWithoutLegacy && (settings.Server is not null || license.Branch < FirstWithToken);
        List<(string Name, int Port)> servers = isLegacy ? Legacy(settings) : Cloud(call, settings);
        string? product = call.Locked(() => GuestLicense.Needed(call.Guest, settings.Feature));
        if (servers.Count == 0 || product is null || (settings.Feature == 0 && isLegacy))
        {
            return await WaitAsync(call, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            foreach ((string name, int port) in servers)
            {
                Say(call, "Acquiring license. (Info: " + name + "; " + product + ")");
                await call.DelayAsync(call.Locked(() => call.Guest.Inventory.LicenseServers.Find(name)?.IsSilent == true) ? s_never : s_answer, cancellationToken).ConfigureAwait(false);
                if (call.Locked(() => Ask(call, name, port, product, isLegacy)))
                {
                    return await WaitAsync(call, cancellationToken).ConfigureAwait(false);
                }
            }

            await call.DelayAsync(s_again, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void GiveBack(GuestCall call)
    {
        GuestLicense license = call.Guest.State<GuestLicense>();
        if (license.Holder == call.Process.Pid)
        {
            call.Guest.Inventory.LicenseServers.ReturnAll(call.Guest);
            license.Lose();
        }
    }

    private static bool Ask(GuestCall call, string name, int port, string product, bool isLegacy)
    {
        LicenseServer? server = call.Guest.Inventory.LicenseServers.Find(name);
        string? refusal = server is null || !server.IsReachable || server.Port != port || server.IsLegacy != isLegacy ? "Couldn't connect to server" : server.Lend(call.Guest, product);
        if (refusal is not null)
        {
            Log(call.Guest, "Failed to acquire license from " + name + " (Info: " + product + " - Error: " + refusal + ")");
            return false;
        }

        DateTimeOffset? expiry = isLegacy ? null : call.Guest.Inventory.Now + s_lease;
        call.Guest.State<GuestLicense>().Take(call.Process.Pid, product, expiry);
        Log(
            call.Guest,
            expiry is { } at
                ? "License acquired successfully. (Info: " + name + ", " + product + "; Expiry: " + GuestLicense.Time(at) + ")"
                : "License acquired successfully. (Info: http://" + name + ":" + port + "/request; " + product + ")");
        return true;
    }

    private static List<(string Name, int Port)> Legacy(GriddSettings settings)
    {
        List<(string, int)> servers = [];
        if (settings.Server is { } server)
        {
            servers.Add((server, settings.Port));
        }

        if (settings.Backup is { } backup)
        {
            servers.Add((backup, settings.BackupPort));
        }

        return servers;
    }

    private static List<(string Name, int Port)> Cloud(GuestCall call, GriddSettings settings)
    {
        string[] tokens = call.Locked(() => call.Guest.Files.List(settings.TokenFolder)
            .Where(name => name.StartsWith("client_configuration_token_", StringComparison.Ordinal) && name.EndsWith(".tok", StringComparison.Ordinal))
            .OrderBy(name => name, StringComparer.Ordinal)
            .Select(name => settings.TokenFolder + "/" + name)
            .ToArray());
        if (tokens.Length == 0)
        {
            Say(call, "Unable to fetch the client configuration token file");
            return [];
        }

        Say(call, "NLS initialized");
        if (LicenseServers.ServerOf(call.Locked(() => call.Guest.Files.Text(tokens[0])) ?? string.Empty) is { } server)
        {
            return [(server, 443)];
        }

        Say(call, "Failed to decode signature from token received");
        Say(call, "Failed to read configurations from client configuration token (Error: signature)");
        return [];
    }

    private static async Task<int> WaitAsync(GuestCall call, CancellationToken cancellationToken)
    {
        await call.DelayAsync(s_never, cancellationToken).ConfigureAwait(false);
        return 0;
    }

    private static void Say(GuestCall call, string line) => call.Locked(() =>
    {
        Log(call.Guest, line);
        return 0;
    });

    private static void Log(SimulatedGuest guest, string line)
    {
        if (guest.Family == GuestFamily.Windows)
        {
            guest.Files.Append(DisplayContainer.LogFile, guest.Inventory.Now.UtcDateTime.ToString("ddd MMM dd HH:mm:ss yyyy", CultureInfo.InvariantCulture) + ":<1>:" + line + "\r\n");
        }
        else
        {
            guest.Log("nvidia-gridd", line);
        }
    }
}
