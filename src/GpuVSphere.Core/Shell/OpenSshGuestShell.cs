using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>A Linux guest by the OpenSSH client: one run of it for each command, and one more to end a command that is stopped.</summary>
internal sealed class OpenSshGuestShell(OpenSshShell shell, string vm, string destination, string user, ShellCredential? credential) : IGuestShell
{
    private const int Absent = 44;

    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(30);

    public GuestFamily Family => GuestFamily.Linux;

    public string UserName => user;

    public Task<ShellResult> RunAsync(GuestCommand command, CancellationToken cancellationToken) => RunAsync(command, null, cancellationToken);

    public async Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(new GuestCommand(PosixFiles.ReadTextLine(path)) { AsRoot = true }, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == Absent ? null
            : result.ExitCode == 0 ? Convert.FromBase64String(result.Output.Trim())
            : throw GuestErrors.FileFailed(vm, path, PosixFiles.LastLine(result.Error));
    }

    public async Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(
            new GuestCommand(PosixFiles.PlaceLine(null, path, length, options)) { AsRoot = true },
            (stream, stop) => content.CopyToAsync(stream, 128 * 1024, stop),
            cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw GuestErrors.FileFailed(vm, path, PosixFiles.LastLine(result.Error));
        }
    }

    public async Task DeleteFileAsync(string path, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(new GuestCommand(PosixFiles.DeleteLine(path)) { AsRoot = true }, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw GuestErrors.FileFailed(vm, path, PosixFiles.LastLine(result.Error));
        }
    }

    public void Dispose() => shell.Dispose();

    private async Task<ShellResult> RunAsync(GuestCommand command, Func<Stream, CancellationToken, Task>? content, CancellationToken cancellationToken)
    {
        bool hasPasswordLine = command.AsRoot && user != "root" && credential is { HasPassword: true };
        PosixCommand posix = PosixCommand.Of(command.CommandLine, command.AsRoot, hasPasswordLine, command.KeepsLanguage);
        GuestLines output = new(command.OnOutput, keepsText: command.Timeout is not null);
        PosixErrors errors = new(posix, command.OnOutput, keepsText: command.Timeout is not null);
        LocalStreams streams = new(
            hasPasswordLine || command.Input is not null || content is not null ? (stream, stop) => WriteAsync(stream, command, hasPasswordLine, content, stop) : null,
            output.Add,
            errors.Add);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (command.Timeout is { } time)
        {
            limit.CancelAfter(time);
        }

        ShellResult result;
        try
        {
            result = await shell.RunAsync(posix.Script, streams, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(errors.Pid, command).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            output.End();
            errors.End();
            throw new GuestCommandTimeoutException(vm, command.Timeout!.Value, output.Text, errors.Text);
        }
        catch (GpuVSphereException error)
        {
            GpuVSphereException explained = GuestErrors.OfSsh(error, vm, destination);
            throw errors.Pid is { } left ? GuestErrors.Cut(explained, await EndLeftAsync(left, posix.Environ, command).ConfigureAwait(false)) : explained;
        }

        output.End();
        errors.End();
        (long? pid, string own) = posix.Read(result.Error);
        return pid is null && command.AsRoot && result.ExitCode != 0
            ? throw GuestErrors.NotRoot(vm, user, result.Error)
            : new ShellResult(result.ExitCode, result.Output, own);
    }

    private async Task WriteAsync(Stream stream, GuestCommand command, bool hasPasswordLine, Func<Stream, CancellationToken, Task>? content, CancellationToken cancellationToken)
    {
        if (hasPasswordLine)
        {
            credential!.UseLine(line => stream.Write(line, 0, line.Length));
        }

        if (command.Input is { } input)
        {
            byte[] bytes = SecretBytes.Of(input);
            try
            {
                await stream.WriteAsync(bytes, 0, bytes.Length, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Array.Clear(bytes, 0, bytes.Length);
            }
        }

        if (content is not null)
        {
            await content(stream, cancellationToken).ConfigureAwait(false);
        }

        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    // The client's end does not end the command: what it left there is ended by its process id, with all that it started.
    private async Task EndAsync(long? pid, GuestCommand command)
    {
        if (pid is { } number)
        {
            await StopAsync(number, PosixCommand.StopLine(number), command).ConfigureAwait(false);
        }
    }

    /// <summary>Ends what a connection that broke left in the guest: it would go on, and nobody would know how it ended.</summary>
    /// <returns>Whether it was ended; null when it was not there any more.</returns>
    private async Task<bool?> EndLeftAsync(long pid, string environ, GuestCommand command) =>
        await StopAsync(pid, PosixCommand.StopLeftLine(pid, environ), command).ConfigureAwait(false) switch
        {
            0 => true,
            PosixCommand.IsGone => null,
            _ => false,
        };

    private async Task<int?> StopAsync(long pid, string line, GuestCommand command)
    {
        if (command.IsStop)
        {
            return null;
        }

        using CancellationTokenSource limit = new(s_stopTime);
        try
        {
            return (await RunAsync(new GuestCommand(line) { AsRoot = command.AsRoot, IsStop = true }, limit.Token).ConfigureAwait(false)).ExitCode;
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            System.Diagnostics.Trace.WriteLine($"GpuVSphere: a command in {vm} (process {pid}) could not be ended: {error.GetType().Name}");
            return null;
        }
    }
}
