using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Configures the licence in a guest, restarts the service that takes it, and waits for it.</summary>
internal sealed class LicenseChange(LicenseWish wish, LicensePlan plan, TimeSpan timeout)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    // The driver may still say Licensed of the licence that it is giving back; without a log that tells, this long is waited.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(20);

    private string _before = string.Empty;
    private DateTimeOffset _started;

    /// <summary>Writes the settings and the token.</summary>
    /// <exception cref="GpuVSphereException">TokenChanged, LicenseWriteFailed; those of <see cref="IGuestShell"/>.</exception>
    public async Task ConfigureAsync(GuestRun run, CancellationToken cancellationToken)
    {
        IGuestShell shell = run.Shell;
        // The token before the settings that lead to it; the tokens that it replaces after it.
        if (plan.TokenPath is { } path)
        {
            byte[] token = VgpuLicenseIntents.ReadToken(wish.TokenFile!);
            if (ClientToken.Hash(token) != wish.TokenHash)
            {
                throw new GpuVSphereException("TokenChanged", GpuErrorCategory.InvalidState, $"{wish.TokenFile} was changed since the plan was made.", wish.TokenFile, "Run Set-VgpuLicense again.");
            }

            string folder = path.Substring(0, path.LastIndexOfAny(['/', '\\']));
            if (shell.Family == GuestFamily.Linux)
            {
                await MustAsync(run, "mkdir -p " + RemoteQuoting.Quote(folder), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // Where it is there, that is said as a failure; where it cannot be made, the token's own writing tells.
                await LicenseReader.RunAsync(shell, WindowsQuoting.Join(["cmd.exe", "/c", "mkdir", folder]), cancellationToken).ConfigureAwait(false);
            }

            await WriteAsync(shell, path, token, ClientToken.Mode, cancellationToken).ConfigureAwait(false);
            run.Verbose("the client configuration token is in " + path);
        }

        if (plan.TokenToOpen is { } closed)
        {
            await MustAsync(run, $"chmod {ClientToken.Mode} {RemoteQuoting.Quote(closed)}", cancellationToken).ConfigureAwait(false);
        }

        foreach (string old in plan.RemovedTokens)
        {
            await shell.DeleteFileAsync(old, cancellationToken).ConfigureAwait(false);
            run.Verbose("removed " + old);
        }

        if (plan.RemovesConf)
        {
            await shell.DeleteFileAsync(LicenseReader.Conf, cancellationToken).ConfigureAwait(false);
            run.Verbose("removed " + LicenseReader.Conf);
        }
        else if (plan.Conf is { } conf)
        {
            await WriteAsync(shell, LicenseReader.Conf, conf, plan.ConfMode, cancellationToken).ConfigureAwait(false);
            run.Verbose("wrote " + LicenseReader.Conf);
        }
        else if (plan.ConfMode is { } mode)
        {
            await MustAsync(run, $"chmod {mode} {LicenseReader.Conf}", cancellationToken).ConfigureAwait(false);
        }

        foreach (string name in plan.RemovedValues)
        {
            await MustAsync(run, WindowsQuoting.Join(["reg.exe", "delete", LicenseReader.RegistryKey, "/v", name, "/f"]), cancellationToken).ConfigureAwait(false);
        }

        foreach (KeyValuePair<string, string?> value in plan.Registry)
        {
            string[] typed = value.Key == LicenseSettings.FeatureType ? ["REG_DWORD", "/d", value.Value ?? "0"] : ["REG_SZ", "/d", value.Value ?? string.Empty];
            await MustAsync(run, WindowsQuoting.Join(["reg.exe", "add", LicenseReader.RegistryKey, "/v", value.Key, "/t", .. typed, "/f"]), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Restarts the service.</summary>
    /// <exception cref="GpuVSphereException">LicenseRestartFailed; those of <see cref="IGuestShell"/>.</exception>
    public async Task RestartAsync(GuestRun run, CancellationToken cancellationToken)
    {
        _before = await LicenseReader.ReadLogAsync(run.Shell, cancellationToken).ConfigureAwait(false);
        _started = run.Clock.UtcNow;
        string[] lines = run.Shell.Family == GuestFamily.Windows
            ? [WindowsQuoting.Join(["net.exe", "stop", LicenseReader.WindowsService, "/y"]), WindowsQuoting.Join(["net.exe", "start", LicenseReader.WindowsService])]
            : ["systemctl restart nvidia-gridd || service nvidia-gridd restart"];
        ShellResult result = new(0, string.Empty, string.Empty);
        foreach (string line in lines)
        {
            // A service that did not run cannot be stopped, which is no matter.
            result = await LicenseReader.RunAsync(run.Shell, line, cancellationToken).ConfigureAwait(false);
        }

        if (result.ExitCode != 0)
        {
            throw new GpuVSphereException(
                "LicenseRestartFailed",
                GpuErrorCategory.OperationFailed,
                $"The licensing service of {run.Target.Name} could not be restarted: {GuestCommands.LastWords(result)} What was configured stays.",
                run.Target.Name,
                $"Look at it in the guest; Get-VgpuLicense -VM {Typed.Name(run.Target.Name)} shows what is configured.");
        }
    }

    /// <summary>Waits until the guest has its licence, is refused, or the time is over.</summary>
    public async Task<GuestOutcome> WaitAsync(GuestRun run, CancellationToken cancellationToken)
    {
        string? refusal = null;
        int servers = wish.Kind == LicenseServerKind.Legacy && wish.Backup is not null ? 2 : 1;
        while (true)
        {
            TimeSpan elapsed = run.Clock.UtcNow - _started;
            LicenseGuest guest = await LicenseReader.ReadAsync(run.Subject, cancellationToken).ConfigureAwait(false);
            LicenseLogVerdict verdict = LicenseLog.Read(LicenseLog.Since(_before, guest.Log));
            VgpuLicense license = LicenseState.Of(run.Target, guest, verdict, VgpuCatalog.InUse);
            bool isTold = verdict.State == LicenseLogState.Acquired || (verdict.State == LicenseLogState.Silent && elapsed >= s_settled);
            if (guest.Status == VgpuLicenseStatus.Licensed && isTold)
            {
                return GuestOutcome.Done(LicenseWords.Acquired(license));
            }

            // A daemon that has just said what it lacks may find it a line later, and one with a second server asks that one before it gives up.
            bool isLast = verdict.State == LicenseLogState.Refused && verdict.Line == refusal && (verdict.Refusals == 0 || verdict.Refusals >= servers);
            if (isLast)
            {
                return Refused(run, license, string.Empty);
            }

            if (elapsed >= timeout)
            {
                return timeout == TimeSpan.Zero
                    ? GuestOutcome.Pending($"{run.Target.Name} is configured, and its licence was not waited for. Get-VgpuLicense -VM {Typed.Name(run.Target.Name)} shows it.")
                    : Refused(run, license, string.Format(CultureInfo.InvariantCulture, " {0} seconds were waited.", (int)timeout.TotalSeconds));
            }

            refusal = verdict.State == LicenseLogState.Refused ? verdict.Line : null;
            run.Progress($"waiting for the licence: {guest.StatusText ?? "no answer"}{(verdict.Line is null ? string.Empty : "; " + verdict.Line)}");
            await run.Clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static GuestOutcome Refused(GuestRun run, VgpuLicense license, string waited) => GuestOutcome.Failed(new GpuVSphereException(
        LicenseWords.ErrorId(license.Trouble),
        license.Trouble == LicenseTrouble.None ? GpuErrorCategory.Timeout : GpuErrorCategory.InvalidState,
        $"{run.Target.Name} is configured, and has no licence. {license.Reason}{waited}",
        run.Target.Name,
        license.NextStep ?? $"Get-VgpuLicense -VM {Typed.Name(run.Target.Name)} shows the licence."));

    private static async Task WriteAsync(IGuestShell shell, string path, byte[] content, string? mode, CancellationToken cancellationToken)
    {
        using MemoryStream stream = new(content);
        await shell.WriteFileAsync(path, stream, content.Length, mode is null ? GuestFileOptions.Default : new GuestFileOptions { Mode = "0" + mode, Owner = "root" }, cancellationToken).ConfigureAwait(false);
    }

    private static async Task MustAsync(GuestRun run, string line, CancellationToken cancellationToken)
    {
        ShellResult result = await LicenseReader.RunAsync(run.Shell, line, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw new GpuVSphereException(
                "LicenseWriteFailed",
                GpuErrorCategory.OperationFailed,
                $"The licence of {run.Target.Name} could not be configured: {GuestCommands.LastWords(result)}",
                run.Target.Name,
                "The login needs root's rights in the guest, or an administrator's on Windows.");
        }
    }
}
