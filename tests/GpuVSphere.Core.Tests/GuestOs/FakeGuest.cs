using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.GuestOs;

/// <summary>
/// A guest in memory: answers that the test has written for command lines, and files. A command that nobody wrote an answer for fails the
/// test, so that no operation runs what its test does not know of. A later answer for the same command line takes the place of the earlier.
/// </summary>
internal sealed class FakeGuest : IGuestShell
{
    private readonly List<(Func<GuestCommand, bool> Matches, Func<GuestCommand, CancellationToken, Task<ShellResult>> Answer)> _answers = [];

    public GuestFamily Family { get; init; } = GuestFamily.Linux;

    public string UserName { get; init; } = "admin";

    /// <summary>The files, by path.</summary>
    public Dictionary<string, FakeGuestFile> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The command lines that were run, in turn.</summary>
    public List<string> Ran { get; } = [];

    /// <summary>The commands that were run, in turn.</summary>
    public List<GuestCommand> Commands { get; } = [];

    /// <summary>What the commands got on their standard input, in turn, for those that got any.</summary>
    public List<string> Inputs { get; } = [];

    public int Disposals { get; private set; }

    /// <summary>Answers a command line.</summary>
    public FakeGuest On(string commandLine, string output = "", int exitCode = 0, string error = "") =>
        On(command => command.CommandLine == commandLine, (_, _) => Task.FromResult(new ShellResult(exitCode, output, error)));

    /// <summary>Answers a command line by what the test works out, such as the second time otherwise than the first.</summary>
    public FakeGuest On(string commandLine, Func<GuestCommand, ShellResult> answer) =>
        On(command => command.CommandLine == commandLine, (command, _) => Task.FromResult(answer(command)));

    /// <summary>Answers every command that fits.</summary>
    public FakeGuest On(Func<GuestCommand, bool> matches, Func<GuestCommand, CancellationToken, Task<ShellResult>> answer)
    {
        _answers.Add((matches, answer));
        return this;
    }

    /// <summary>Puts a text file there.</summary>
    public FakeGuest WithFile(string path, string text, string mode = "0644", string owner = "root")
    {
        Files[path] = new FakeGuestFile(System.Text.Encoding.UTF8.GetBytes(text), mode, owner);
        return this;
    }

    public async Task<ShellResult> RunAsync(GuestCommand command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Ran.Add(command.CommandLine);
        Commands.Add(command);
        if (command.Input is { } input)
        {
            Inputs.Add(new NetworkCredential(string.Empty, input).Password);
        }

        (_, Func<GuestCommand, CancellationToken, Task<ShellResult>>? answer) = _answers.LastOrDefault(one => one.Matches(command));
        Assert.True(answer is not null, "No answer was written for the command: " + command.CommandLine);
        ShellResult result = await answer(command, cancellationToken);
        foreach (string line in (result.Output + result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            command.OnOutput?.Invoke(line);
        }

        return result;
    }

    public Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Files.TryGetValue(path, out FakeGuestFile? file) ? file.Content : null);
    }

    public async Task WriteFileAsync(string path, Stream content, long length, GuestFileOptions options, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes, cancellationToken);
        Assert.Equal(length, bytes.Length);
        Files.TryGetValue(path, out FakeGuestFile? before);
        Files[path] = new FakeGuestFile(bytes.ToArray(), options.Mode ?? before?.Mode ?? "0644", options.Owner ?? before?.Owner ?? "root");
    }

    public Task DeleteFileAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Files.Remove(path);
        return Task.CompletedTask;
    }

    public void Dispose() => Disposals++;
}
