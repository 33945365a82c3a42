using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>A host's shell: one run of the client for each command.</summary>
internal sealed class OpenSshShell(OpenSshClient client, OpenSshOptions options, HostShellAddress address, AskPass? askPass) : IShell
{
    // The client ends with 255 for trouble of its own, and so may the remote command.
    private const int ClientFailed = 255;

    private PasswordPrompt? _prompt;

    public Task<ShellResult> RunAsync(string command, CancellationToken cancellationToken) => RunAsync(command, new LocalStreams(Input: null), cancellationToken);

    /// <summary>Runs a command with an input, and tells of its outputs while it runs.</summary>
    public async Task<ShellResult> RunAsync(string command, LocalStreams streams, CancellationToken cancellationToken)
    {
        // A remote command's own 255 says so on its error output. The subshell keeps an exit within it from leaving that out, the new line a
        // comment at its end.
        string mark = "gpuvsphere-" + Guid.NewGuid().ToString("N");
        string marked = $"({command}\n); s=$?; [ $s -ne {ClientFailed.ToString(CultureInfo.InvariantCulture)} ] || echo {mark} >&2; exit $s";
        LocalRun run = await RunClientAsync([], [marked], streams, cancellationToken).ConfigureAwait(false);
        if (run.IsCut)
        {
            throw new GpuVSphereException(
                "ShellOutputTooLong",
                GpuErrorCategory.InvalidData,
                $"A command on {address.Name} wrote more than {options.OutputLimit.ToString("N0", CultureInfo.InvariantCulture)} characters and was ended.",
                address.Name,
                $"Look at the host: ssh {Destination}");
        }

        if (run.ExitCode != ClientFailed)
        {
            return new ShellResult(run.ExitCode, run.Output, run.Error);
        }

        int at = run.Error.LastIndexOf(mark, StringComparison.Ordinal);
        if (at >= 0)
        {
            return new ShellResult(run.ExitCode, run.Output, run.Error.Substring(0, at));
        }

        OpenSshTrouble trouble = OpenSshTrouble.Read(run.Error);
        if (trouble.Kind == OpenSshTroubleKind.HostKeyUnknown)
        {
            trouble = trouble with { Fingerprint = await ReadFingerprintAsync(cancellationToken).ConfigureAwait(false) };
        }

        throw trouble.Explain(address.Name, Destination, hadPassword: askPass is not null);
    }

    public void Dispose() => askPass?.Dispose();

    private string Destination => options.Credential is { } credential ? credential.UserName + "@" + address.Name : address.Name;

    private async Task<LocalRun> RunClientAsync(IReadOnlyList<string> extra, IReadOnlyList<string> command, LocalStreams streams, CancellationToken cancellationToken)
    {
        // "--" ends the options; the remote command is one argument, and goes to the remote shell as it is. -n: it has no input.
        List<string> arguments = [.. Options().Where(option => option != "-n" || streams.Input is null), .. extra, "--", address.Name, .. command];
        if (askPass is null)
        {
            return await LocalProgram.RunWithAsync(client.Path, arguments, null, streams, options.OutputLimit, cancellationToken).ConfigureAwait(false);
        }

        _prompt ??= PasswordPrompt.Of(
            await client.ReadConfigurationAsync([.. Options(), "--", address.Name], cancellationToken).ConfigureAwait(false),
            options.Credential!.UserName,
            address.Name);
        using AskPassUse use = askPass.Begin(_prompt);
        return await LocalProgram.RunWithAsync(client.Path, arguments, use.Environment, streams, options.OutputLimit, cancellationToken).ConfigureAwait(false);
    }

    private List<string> Options()
    {
        List<string> list = [];
        if (options.ConfigFile is { } file)
        {
            list.AddRange(["-F", file]);
        }

        // Without a terminal, input, forwarded ports or agent: a command is run and nothing else.
        list.AddRange(["-T", "-n", "-a", "-x"]);
        void Set(string option) => list.AddRange(["-o", option]);
        Set("ClearAllForwardings=yes");
        Set("StrictHostKeyChecking=yes");
        Set("LogLevel=ERROR");
        Set("ConnectTimeout=" + ((int)options.ConnectTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture));

        // A host that went away within a command is noticed after a minute.
        Set("ServerAliveInterval=15");
        Set("ServerAliveCountMax=4");
        if (askPass is null)
        {
            Set("BatchMode=yes");
        }
        else
        {
            // The password that was given is what is used; ESXi takes it keyboard-interactively.
            Set("BatchMode=no");
            Set("PubkeyAuthentication=no");
            Set("PreferredAuthentications=keyboard-interactive,password");
            Set("NumberOfPasswordPrompts=1");
        }

        if (options.Credential is { } credential)
        {
            list.AddRange(["-l", credential.UserName]);
        }

        return list;
    }

    // The client's refusal of an unknown key does not show it. Asked again in its words for debugging it does, and goes the same way, jump
    // hosts included, which ssh-keyscan would not. It ends where the first run did, before anybody logs in.
    private async Task<string?> ReadFingerprintAsync(CancellationToken cancellationToken)
    {
        LocalRun run = await LocalProgram.RunAsync(
            client.Path,
            [.. Options().Select(option => option is "LogLevel=ERROR" ? "LogLevel=DEBUG1" : option is "BatchMode=no" ? "BatchMode=yes" : option), "--", address.Name, "exit"],
            null,
            null,
            options.OutputLimit,
            cancellationToken).ConfigureAwait(false);
        return OpenSshTrouble.FingerprintIn(run.Error);
    }
}
