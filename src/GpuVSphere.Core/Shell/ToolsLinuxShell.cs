using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>A Linux guest by guest operations.</summary>
internal sealed class ToolsLinuxShell(GuestClient client, IClock clock, string vm, VimCredential login) : ToolsShell(client, clock, vm, login)
{
    private const int Absent = 44;

    private static readonly TimeSpan s_beginning = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    public override GuestFamily Family => GuestFamily.Linux;

    public override Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => ExplainedAsync(async () =>
    {
        (int exitCode, byte[] output, string errors) = await RunRawAsync(new GuestCommand(PosixFiles.ReadLine(path)) { AsRoot = true }, null, 0, cancellationToken).ConfigureAwait(false);
        return exitCode == Absent ? null : exitCode == 0 ? output : throw GuestErrors.FileFailed(Vm, path, PosixFiles.LastLine(errors));
    });

    public override Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken) => ExplainedAsync(async () =>
    {
        (int exitCode, _, string errors) = await RunRawAsync(
            new GuestCommand(string.Empty) { AsRoot = true }, content, length, cancellationToken, file => PosixFiles.PlaceLine(RemoteQuoting.Quote(file), path, length, options)).ConfigureAwait(false);
        return exitCode == 0 ? true : throw GuestErrors.FileFailed(Vm, path, PosixFiles.LastLine(errors));
    });

    public override Task DeleteFileAsync(string path, CancellationToken cancellationToken) => ExplainedAsync(async () =>
    {
        (int exitCode, _, string errors) = await RunRawAsync(new GuestCommand(PosixFiles.DeleteLine(path)) { AsRoot = true }, null, 0, cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? true : throw GuestErrors.FileFailed(Vm, path, PosixFiles.LastLine(errors));
    });

    protected override async Task<string> PrepareAsync(bool hasFiles, CancellationToken cancellationToken)
    {
        string folder = "/tmp/gpuvsphere-" + Guid.NewGuid().ToString("N");
        if (hasFiles)
        {
            await Client.MakeDirectoryAsync(folder, cancellationToken).ConfigureAwait(false);
            await Client.ChangePermissionsAsync(folder, 0x1C0, cancellationToken).ConfigureAwait(false);
        }

        return folder;
    }

    protected override async Task<ToolsRun> StartAsync(GuestCommand command, byte[] input, string folder, bool isThere, CancellationToken cancellationToken)
    {
        bool hasInput = input.Length > 0;
        if (hasInput)
        {
            using MemoryStream content = new(input, writable: false);
            await Client.UploadAsync(folder + "/in", 0x180, content, input.Length, cancellationToken).ConfigureAwait(false);
        }

        // The folder is made by the command itself where nothing has to lie in it before. The file of the input is gone once it is open.
        string before = "d=" + RemoteQuoting.Quote(folder) + "; " + (isThere ? string.Empty : "mkdir -m 700 \"$d\" || exit 125; ") + "exec >\"$d/out\" 2>\"$d/err\" <"
            + (hasInput ? "\"$d/in\"; rm -f \"$d/in\"; " : "/dev/null; ");
        PosixCommand posix = PosixCommand.Of(command.CommandLine, command.AsRoot, HasPasswordLine(command), command.KeepsLanguage, before);

        // Once sent it must be known what was started, or nobody would end it.
        cancellationToken.ThrowIfCancellationRequested();
        long pid = await Client.StartProgramAsync("/bin/sh", "-c " + RemoteQuoting.Quote(posix.Script), null, CancellationToken.None).ConfigureAwait(false);
        return new ToolsRun(pid, folder + "/out", folder + "/err", posix);
    }

    protected override async Task StopAsync(ToolsRun run, GuestCommand command, string errors, CancellationToken cancellationToken)
    {
        // It may have been started just now: its children are found by the number that it says first of all.
        DateTimeOffset deadline = Clock.UtcNow + s_beginning;
        long? pid = run.Command!.Read(errors).Pid;
        for (bool isLast = false; pid is null && !isLast; pid = run.Command!.Read(errors).Pid)
        {
            isLast = Clock.UtcNow >= deadline || !(await Client.ListProcessesAsync([run.Pid], cancellationToken).ConfigureAwait(false)).Any(one => one.Pid == run.Pid && !one.HasEnded);
            await Clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
            errors = Encoding.UTF8.GetString(await ReadAsync(run.ErrorPath, cancellationToken).ConfigureAwait(false));
        }

        if (pid is { } number)
        {
            await RunRawAsync(new GuestCommand(PosixCommand.StopLine(number)) { AsRoot = command.AsRoot }, null, 0, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override (int ExitCode, string Errors) Judge(ToolsRun run, GuestCommand command, int exitCode, string errors)
    {
        (long? pid, string own) = run.Command!.Read(errors);
        return pid is null && command.AsRoot && exitCode != 0 ? throw GuestErrors.NotRoot(Vm, UserName, errors) : (exitCode, own);
    }

    protected override byte[] InputOf(GuestCommand command)
    {
        byte[] password = HasPasswordLine(command) ? SecretBytes.LineOf(Login) : [];
        byte[] given = command.Input is null ? [] : SecretBytes.Of(command.Input);
        byte[] all = new byte[password.Length + given.Length];
        Buffer.BlockCopy(password, 0, all, 0, password.Length);
        Buffer.BlockCopy(given, 0, all, password.Length, given.Length);
        Array.Clear(password, 0, password.Length);
        Array.Clear(given, 0, given.Length);
        return all;
    }

    private bool HasPasswordLine(GuestCommand command) => command.AsRoot && UserName != "root";
}
