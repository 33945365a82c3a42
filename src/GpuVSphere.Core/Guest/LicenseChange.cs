using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Guest;

/// <summary>Configures the licence in a guest, restarts the service that takes it, and waits for it.</summary>
internal sealed class LicenseChange(IGuestShell shell, PlanTarget target, LicenseWish wish, LicensePlan plan, TimeSpan timeout, IClock clock, Action<string> tell)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    // The driver may still say Licensed of the licence that it is giving back; without a log that tells, this long is waited.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(20);

    /// <summary>Does all of it.</summary>
    /// <returns>The licence as it was read back.</returns>
    /// <exception cref="GpuVSphereException">
    /// TokenChanged, LicenseWriteFailed, LicenseRestartFailed; where it is not acquired, the errors of <see cref="LicenseWords.ErrorId"/>.
    /// </exception>
    public async Task<VgpuLicense> PerformAsync(CancellationToken cancellationToken)
    {
        await ConfigureAsync(cancellationToken).ConfigureAwait(false);
        string before = await LicenseReader.ReadLogAsync(shell, cancellationToken).ConfigureAwait(false);
        DateTimeOffset started = clock.UtcNow;
        await RestartAsync(cancellationToken).ConfigureAwait(false);
        return await WaitAsync(before, started, cancellationToken).ConfigureAwait(false);
    }

    private async Task ConfigureAsync(CancellationToken cancellationToken)
    {
        // The token before the settings that lead to it; the tokens that it replaces after it.
        if (plan.TokenPath is { } path)
        {
            byte[] token = VgpuLicenseIntents.ReadToken(wish.TokenFile!);
            if (ClientToken.Hash(token) != wish.TokenHash)
            {
                throw new GpuVSphereException("TokenChanged", GpuErrorCategory.InvalidState, $"{wish.TokenFile} was changed since the plan was made.", wish.TokenFile, "Run Set-VgpuLicense again.");
            }

            string folder = path.Substring(0, path.LastIndexOfAny(['/', '\\']));
            await MustAsync(shell.Family == GuestFamily.Windows ? WindowsQuoting.Join(["cmd.exe", "/d", "/c", "if", "not", "exist", folder, "mkdir", folder]) : "mkdir -p " + RemoteQuoting.Quote(folder), cancellationToken).ConfigureAwait(false);
            await WriteAsync(path, token, ClientToken.Mode, cancellationToken).ConfigureAwait(false);
            tell("the client configuration token is in " + path);
        }

        if (plan.TokenToOpen is { } closed)
        {
            await MustAsync($"chmod {ClientToken.Mode} {RemoteQuoting.Quote(closed)}", cancellationToken).ConfigureAwait(false);
        }

        foreach (string old in plan.RemovedTokens)
        {
            await shell.DeleteFileAsync(old, cancellationToken).ConfigureAwait(false);
            tell("removed " + old);
        }

        if (plan.Conf is { } conf)
        {
            await WriteAsync(LicenseReader.Conf, conf, plan.ConfMode, cancellationToken).ConfigureAwait(false);
            tell("wrote " + LicenseReader.Conf);
        }
        else if (plan.ConfMode is { } mode)
        {
            await MustAsync($"chmod {mode} {LicenseReader.Conf}", cancellationToken).ConfigureAwait(false);
        }

        foreach (KeyValuePair<string, string?> value in plan.Registry)
        {
            string[] typed = value.Key == LicenseSettings.FeatureType ? ["REG_DWORD", "/d", value.Value ?? "0"] : ["REG_SZ", "/d", value.Value ?? string.Empty];
            await MustAsync(WindowsQuoting.Join(["reg.exe", "add", LicenseReader.RegistryKey, "/v", value.Key, "/t", .. typed, "/f"]), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        string line = shell.Family == GuestFamily.Windows
            ? WindowsQuoting.Join(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "Restart-Service -Force -Name " + LicenseReader.WindowsService])
            : "systemctl restart nvidia-gridd || service nvidia-gridd restart";
        ShellResult result = await LicenseReader.RunAsync(shell, line, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new GpuVSphereException(
                "LicenseRestartFailed",
                GpuErrorCategory.OperationFailed,
                $"The licensing service of {target.Name} could not be restarted: {Said(result)}. What was configured stays.",
                target.Name,
                $"Look at it in the guest; Get-VgpuLicense -VM {target.Name} shows what is configured.");
        }

        tell("restarted the licensing service");
    }

    private async Task<VgpuLicense> WaitAsync(string before, DateTimeOffset started, CancellationToken cancellationToken)
    {
        string? refusal = null;
        int servers = wish.Kind == LicenseServerKind.Legacy && wish.Backup is not null ? 2 : 1;
        while (true)
        {
            LicenseGuest guest = await LicenseReader.ReadAsync(shell, target.Name, clock, cancellationToken).ConfigureAwait(false);
            LicenseLogVerdict verdict = LicenseLog.Read(LicenseLog.Since(before, guest.Log));
            VgpuLicense license = LicenseState.Of(target, guest, verdict, VgpuCatalog.InUse);
            TimeSpan elapsed = clock.UtcNow - started;
            bool isTold = verdict.State == LicenseLogState.Acquired || (verdict.State == LicenseLogState.Silent && elapsed >= s_settled);
            if (guest.Status == VgpuLicenseStatus.Licensed && isTold)
            {
                return license;
            }

            // A daemon that has just said what it lacks may find it a line later, and one with a second server asks that one before it gives up.
            bool isLast = verdict.State == LicenseLogState.Refused && verdict.Line == refusal && (verdict.Refusals == 0 || verdict.Refusals >= servers);
            if (isLast)
            {
                throw Refused(license, string.Empty);
            }

            refusal = verdict.State == LicenseLogState.Refused ? verdict.Line : null;

            if (elapsed >= timeout)
            {
                throw Refused(license, string.Format(System.Globalization.CultureInfo.InvariantCulture, " {0} seconds were waited.", (int)timeout.TotalSeconds));
            }

            tell($"waits for the licence: {guest.StatusText ?? "no answer"}{(verdict.Line is null ? string.Empty : "; " + verdict.Line)}");
            await clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private GpuVSphereException Refused(VgpuLicense license, string waited) => new(
        LicenseWords.ErrorId(license.Trouble),
        license.Trouble == LicenseTrouble.None ? GpuErrorCategory.Timeout : GpuErrorCategory.InvalidState,
        $"{target.Name} is configured, and has no licence. {license.Reason}{waited}",
        target.Name,
        license.NextStep ?? $"Get-VgpuLicense -VM {target.Name} shows the licence.");

    private async Task WriteAsync(string path, byte[] content, string? mode, CancellationToken cancellationToken)
    {
        using MemoryStream stream = new(content);
        await shell.WriteFileAsync(path, stream, content.Length, mode is null ? GuestFileOptions.Default : new GuestFileOptions { Mode = "0" + mode, Owner = "root" }, cancellationToken).ConfigureAwait(false);
    }

    private async Task MustAsync(string line, CancellationToken cancellationToken)
    {
        ShellResult result = await LicenseReader.RunAsync(shell, line, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new GpuVSphereException(
                "LicenseWriteFailed", GpuErrorCategory.OperationFailed, $"The licence of {target.Name} could not be configured: {Said(result)}", target.Name, "The login needs root's rights in the guest, or an administrator's on Windows.");
        }
    }

    private static string Said(ShellResult result)
    {
        string said = string.Join(" ", (result.Error + "\n" + result.Output).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
        return said.Length == 0 ? FormattableString.Invariant($"it ended with {result.ExitCode}") : said;
    }
}
