using System.IO;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.GuestOs;

/// <summary>A guest to which every folder of ours has the same name, so that a test can write answers for it.</summary>
internal sealed class OneFolderGuest(FakeGuest guest) : IGuestShell
{
    /// <summary>The folder on Linux.</summary>
    public const string Folder = "/var/tmp/gpuvsphere-x";

    public GuestFamily Family => guest.Family;

    public string UserName => guest.UserName;

    public Task<ShellResult> RunAsync(GuestCommand command, CancellationToken cancellationToken) => guest.RunAsync(command with { CommandLine = Plain(command.CommandLine) }, cancellationToken);

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken) => guest.ReadFileAsync(Plain(path), cancellationToken);

    public Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken) =>
        guest.WriteFileAsync(Plain(path), content, length, options, cancellationToken);

    public Task DeleteFileAsync(string path, CancellationToken cancellationToken) => guest.DeleteFileAsync(Plain(path), cancellationToken);

    public void Dispose() => guest.Dispose();

    private static string Plain(string text) => Regex.Replace(text, "gpuvsphere-[0-9a-f]{12}", "gpuvsphere-x");
}
