using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>A Windows guest by guest operations: a program is run by a batch file, which cmd.exe reads, so that its output and exit code come back.</summary>
internal sealed class ToolsWindowsShell(GuestClient client, IClock clock, string vm, VimCredential login) : ToolsShell(client, clock, vm, login)
{
    private static readonly TimeSpan s_stopping = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private string? _interpreter;

    public override GuestFamily Family => GuestFamily.Windows;

    public override Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => ExplainedAsync<byte[]?>(async () =>
    {
        try
        {
            return await Client.DownloadAsync(path, Limit, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (fault.FaultType == "FileNotFound")
        {
            return null;
        }
    });

    public override Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken) => ExplainedAsync(async () =>
    {
        string beside = path + ".gpuvsphere-" + Guid.NewGuid().ToString("N");
        try
        {
            await Client.UploadAsync(beside, null, content, length, cancellationToken).ConfigureAwait(false);
            await Client.MoveFileAsync(beside, path, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
            try
            {
                await Client.DeleteFileAsync(beside, limit.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
            {
                // It was never made; what went wrong before is what is said.
            }

            throw;
        }
    });

    public override Task DeleteFileAsync(string path, CancellationToken cancellationToken) => ExplainedAsync(async () =>
    {
        try
        {
            await Client.DeleteFileAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (fault.FaultType == "FileNotFound")
        {
            // As wanted.
        }

        return true;
    });

    protected override Task<string> PrepareAsync(bool hasFiles, CancellationToken cancellationToken) => Client.CreateTemporaryDirectoryAsync("gpuvsphere-", cancellationToken);

    protected override async Task<ToolsRun> StartAsync(GuestCommand command, byte[] input, string folder, bool isThere, CancellationToken cancellationToken)
    {
        _interpreter ??= await InterpreterAsync(cancellationToken).ConfigureAwait(false);
        string batch = "@echo off\r\nchcp 65001 >nul\r\n" + WindowsQuoting.ForBatch(command.CommandLine) + "\r\nexit /b %errorlevel%\r\n";
        await UploadAsync(folder + "\\run.cmd", Encoding.UTF8.GetBytes(batch), cancellationToken).ConfigureAwait(false);
        if (input.Length > 0)
        {
            await UploadAsync(folder + "\\in", input, cancellationToken).ConfigureAwait(false);
        }

        // The folder's name is the guest's own and has no quote in it; /s takes the outer pair of quotes away and leaves the rest alone.
        string arguments = $"/d /s /c \"\"{folder}\\run.cmd\" >\"{folder}\\out\" 2>\"{folder}\\err\" <{(input.Length > 0 ? $"\"{folder}\\in\"" : "nul")}\"";
        // Once sent it must be known what was started, or nobody would end it.
        cancellationToken.ThrowIfCancellationRequested();
        long pid = await Client.StartProgramAsync(_interpreter, arguments, null, CancellationToken.None).ConfigureAwait(false);
        return new ToolsRun(pid, folder + "\\out", folder + "\\err", null);
    }

    protected override async Task StopAsync(ToolsRun run, GuestCommand command, string errors, CancellationToken cancellationToken)
    {
        string program = _interpreter!.Substring(0, _interpreter.LastIndexOf('\\') + 1) + "taskkill.exe";
        long pid = await Client.StartProgramAsync(program, "/T /F /PID " + run.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), null, cancellationToken).ConfigureAwait(false);

        // It finds the children by their parent, which is ended only when it is done.
        DateTimeOffset deadline = Clock.UtcNow + s_stopping;
        for (bool isLast = false; !isLast;)
        {
            isLast = Clock.UtcNow >= deadline;
            if (!(await Client.ListProcessesAsync([pid], cancellationToken).ConfigureAwait(false)).Any(one => one.Pid == pid && !one.HasEnded))
            {
                return;
            }

            await Clock.DelayAsync(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override (int ExitCode, string Errors) Judge(ToolsRun run, GuestCommand command, int exitCode, string errors) => (exitCode, errors);

    protected override byte[] InputOf(GuestCommand command) => command.Input is null ? [] : SecretBytes.Of(command.Input);

    private async Task UploadAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        using MemoryStream content = new(bytes, writable: false);
        await Client.UploadAsync(path, null, content, bytes.Length, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> InterpreterAsync(CancellationToken cancellationToken)
    {
        string? variable = (await Client.ReadEnvironmentAsync(["ComSpec"], cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.StartsWith("ComSpec=", StringComparison.OrdinalIgnoreCase));
        return variable is null ? @"C:\Windows\System32\cmd.exe" : variable.Substring("ComSpec=".Length);
    }
}
