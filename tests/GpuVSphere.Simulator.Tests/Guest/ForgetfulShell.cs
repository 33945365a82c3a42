using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>A guest of <see cref="ForgetfulShells"/>.</summary>
internal sealed class ForgetfulShell(IGuestShell guest, Func<string, bool> forgetsFile, Func<string, bool> forgetsCommand) : IGuestShell
{
    public GuestFamily Family => guest.Family;

    public string UserName => guest.UserName;

    public Task<ShellResult> RunAsync(GuestCommand command, CancellationToken cancellationToken) =>
        forgetsCommand(command.CommandLine) ? Task.FromResult(new ShellResult(0, string.Empty, string.Empty)) : guest.RunAsync(command, cancellationToken);

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => guest.ReadFileAsync(path, cancellationToken);

    public Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken) =>
        forgetsFile(path) ? Task.CompletedTask : guest.WriteFileAsync(path, content, length, options, cancellationToken);

    public Task DeleteFileAsync(string path, CancellationToken cancellationToken) => guest.DeleteFileAsync(path, cancellationToken);

    public void Dispose() => guest.Dispose();
}
