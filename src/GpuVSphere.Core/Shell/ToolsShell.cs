using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>
/// A guest by guest operations. A command's input, output and errors are files in a new folder that only the login can enter; the folder is removed
/// whatever becomes of the command.
/// </summary>
internal abstract class ToolsShell(GuestClient client, IClock clock, string vm, VimCredential login) : IGuestShell
{
    /// <summary>How many bytes a command may write, output and errors each, and a file that is read may have.</summary>
    protected const int Limit = 16_000_000;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_cleaning = TimeSpan.FromSeconds(30);

    private bool _isClosed;

    public abstract GuestFamily Family { get; }

    public string UserName => login.UserName;

    protected GuestClient Client => client;

    protected string Vm => vm;

    protected VimCredential Login => login;

    public Task<ShellResult> RunAsync(GuestCommand command, CancellationToken cancellationToken) => ExplainedAsync(async () =>
    {
        (int exitCode, byte[] output, string errors) = await RunRawAsync(command, null, 0, cancellationToken).ConfigureAwait(false);
        return new ShellResult(exitCode, Encoding.UTF8.GetString(output), errors);
    });

    public abstract Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken);

    public abstract Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken);

    public abstract Task DeleteFileAsync(string path, CancellationToken cancellationToken);

    public void Dispose() => _isClosed = true;

    /// <summary>Starts the command.</summary>
    /// <returns>What is to be known of it until its end.</returns>
    /// <param name="command">The command.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="folder">The folder for its files.</param>
    /// <param name="isThere">Whether the folder is there already.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    protected abstract Task<ToolsRun> StartAsync(GuestCommand command, byte[] input, string folder, bool isThere, CancellationToken cancellationToken);

    /// <summary>Makes the folder, unless the command's own start makes it.</summary>
    protected abstract Task<string> PrepareAsync(bool hasFiles, CancellationToken cancellationToken);

    /// <summary>Ends the command with its children.</summary>
    protected abstract Task StopAsync(ToolsRun run, GuestCommand command, string errors, CancellationToken cancellationToken);

    /// <summary>What became of a command that has ended.</summary>
    protected abstract (int ExitCode, string Errors) Judge(ToolsRun run, GuestCommand command, int exitCode, string errors);

    /// <summary>The bytes of the command's standard input.</summary>
    protected abstract byte[] InputOf(GuestCommand command);

    protected IClock Clock => clock;

    protected string PathIn(string folder, string name) => Family == GuestFamily.Windows ? folder + "\\" + name : folder + "/" + name;

    /// <summary>Says faults of guest operations in words.</summary>
    protected async Task<T> ExplainedAsync<T>(Func<Task<T>> work)
    {
        if (_isClosed)
        {
            throw new ObjectDisposedException(GetType().Name);
        }

        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (VimFaultException fault)
        {
            throw GuestErrors.Explain(fault, vm, login.UserName);
        }
    }

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="file">What is put into its folder before, by the name <c>file</c>; null for nothing.</param>
    /// <param name="length">How many bytes that are.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="lineOf">Gives the command line for the path of that file; null to take the command's own.</param>
    protected async Task<(int ExitCode, byte[] Output, string Errors)> RunRawAsync(
        GuestCommand command, Stream? file, long length, CancellationToken cancellationToken, Func<string, string>? lineOf = null)
    {
        byte[] input = InputOf(command);
        string? folder = null;
        try
        {
            bool hasFiles = input.Length > 0 || file is not null;
            folder = await PrepareAsync(hasFiles, cancellationToken).ConfigureAwait(false);
            if (file is not null)
            {
                await client.UploadAsync(PathIn(folder, "file"), Family == GuestFamily.Linux ? 0x180 : null, file, length, cancellationToken).ConfigureAwait(false);
            }

            command = lineOf is null ? command : command with { CommandLine = lineOf(PathIn(folder, "file")) };
            ToolsRun run = await StartAsync(command, input, folder, hasFiles, cancellationToken).ConfigureAwait(false);
            int? exitCode;
            try
            {
                exitCode = await EndOfAsync(run, command, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await EndAsync(run, command).ConfigureAwait(false);
                throw;
            }

            if (exitCode is null)
            {
                // Read first: what it writes because it is ended is not what it did in its time.
                (string written, string said) = await WrittenAsync(run, command).ConfigureAwait(false);
                await EndAsync(run, command).ConfigureAwait(false);
                throw new GuestCommandTimeoutException(vm, command.Timeout!.Value, written, said);
            }

            byte[] output = await ReadAsync(run.OutputPath, cancellationToken).ConfigureAwait(false);
            string errors = Encoding.UTF8.GetString(await ReadAsync(run.ErrorPath, cancellationToken).ConfigureAwait(false));
            (int status, string own) = Judge(run, command, exitCode.Value, errors);
            Show(run, command, output, own);
            return (status, output, own);
        }
        finally
        {
            Array.Clear(input, 0, input.Length);
            if (folder is not null)
            {
                await RemoveAsync(folder).ConfigureAwait(false);
            }
        }
    }

    // What a command whose time is over has written. That it cannot be read any more must not hide that its time was over.
    private async Task<(string Output, string Errors)> WrittenAsync(ToolsRun run, GuestCommand command)
    {
        using CancellationTokenSource limit = new(s_cleaning);
        byte[] output = [];
        string own = string.Empty;
        try
        {
            output = await ReadAsync(run.OutputPath, limit.Token).ConfigureAwait(false);
            (_, own) = Judge(run, command, 0, Encoding.UTF8.GetString(await ReadAsync(run.ErrorPath, limit.Token).ConfigureAwait(false)));
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            Trace.WriteLine($"GpuVSphere: what a command in {vm} had written could not be read: {error.GetType().Name}");
        }

        Show(run, command, output, own);
        return (Encoding.UTF8.GetString(output), own);
    }

    // What was not shown yet, and the errors.
    private static void Show(ToolsRun run, GuestCommand command, byte[] output, string errors)
    {
        GuestLines lines = new(command.OnOutput);
        lines.Add(Encoding.UTF8.GetString(output, Math.Min(run.Shown, output.Length), Math.Max(0, output.Length - run.Shown)));
        lines.End();
        lines.Add(errors);
        lines.End();
    }

    // Null when its time is over.
    private async Task<int?> EndOfAsync(ToolsRun run, GuestCommand command, CancellationToken cancellationToken)
    {
        DateTimeOffset? deadline = command.Timeout is { } limit ? clock.UtcNow + limit : null;
        DateTimeOffset shownAt = clock.UtcNow;
        TimeSpan pause = s_firstPause;
        while (true)
        {
            // Asked before the look: a command that ended in time is not taken for one that did not.
            bool isOver = clock.UtcNow >= deadline;
            GuestProcessState? process = (await client.ListProcessesAsync([run.Pid], cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Pid == run.Pid);
            if (process is null)
            {
                throw new GpuVSphereException(
                    "GuestCommandLost", GpuErrorCategory.OperationFailed, $"VMware Tools in {vm} no longer know of a command that they had started: they, or the guest, were restarted.", vm, "Look into the guest, then run the command again.");
            }

            if (process.HasEnded)
            {
                return process.ExitCode ?? 0;
            }

            if (isOver)
            {
                return null;
            }

            if (command.OnOutput is not null && clock.UtcNow - shownAt >= s_longestPause)
            {
                shownAt = clock.UtcNow;
                await ShowAsync(run, command, cancellationToken).ConfigureAwait(false);
            }

            TimeSpan left = deadline is { } end && end - clock.UtcNow < pause ? end - clock.UtcNow : pause;
            await clock.DelayAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            pause = pause + pause < s_longestPause ? pause + pause : s_longestPause;
        }
    }

    // Whole lines only: what the last bytes belong to is known when more has come.
    private async Task ShowAsync(ToolsRun run, GuestCommand command, CancellationToken cancellationToken)
    {
        byte[] output = await ReadAsync(run.OutputPath, cancellationToken).ConfigureAwait(false);
        int end = Array.LastIndexOf(output, (byte)'\n');
        if (end >= run.Shown)
        {
            GuestLines lines = new(command.OnOutput);
            lines.Add(Encoding.UTF8.GetString(output, run.Shown, end + 1 - run.Shown));
            run.Shown = end + 1;
        }
    }

    protected async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await client.DownloadAsync(path, Limit, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (fault.FaultType == "FileNotFound")
        {
            return [];
        }
    }

    // Whoever stopped the command must not have it go on in the guest; that it could not be ended is no reason to hide why.
    private async Task EndAsync(ToolsRun run, GuestCommand command)
    {
        using CancellationTokenSource limit = new(s_cleaning);
        try
        {
            string errors = Encoding.UTF8.GetString(await ReadAsync(run.ErrorPath, limit.Token).ConfigureAwait(false));
            await StopAsync(run, command, errors, limit.Token).ConfigureAwait(false);
            await client.TerminateProcessAsync(run.Pid, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            Trace.WriteLine($"GpuVSphere: a command in {vm} (process {run.Pid.ToString(CultureInfo.InvariantCulture)}) could not be ended: {error.GetType().Name}");
        }
    }

    private async Task RemoveAsync(string folder)
    {
        using CancellationTokenSource limit = new(s_cleaning);
        try
        {
            await client.DeleteDirectoryAsync(folder, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            // It was never made, or the guest has gone down; /tmp is emptied at the next boot.
        }
    }
}
