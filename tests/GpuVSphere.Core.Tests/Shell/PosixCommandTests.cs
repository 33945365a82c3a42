using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Shell;

/// <summary>What is sent to guests, held against this machine's own /bin/sh: hostile words, paths and inputs arrive as they are, and nothing of them is run.</summary>
public sealed class PosixCommandTests : IDisposable
{
    private static readonly string[] s_pieces =
    [
        "'", "\"", "`touch HIT`", "$(touch HIT)", "${HOME}", "$HOME", ";touch HIT;", "&touch HIT&", "|touch HIT", ">HIT", "<", "\\", "\\'", "\n", "\t", " ", "*", "?", "[a]", "{a,b}", "~", "#", "!", "-n", "--", "=", "%s", "\r", "ü", "漢", "'\\''",
        "a", "B7", "/", ".", "..",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere-posix").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task HostileWords_ReachTheProgramAsTheyAre_ThroughBothShells()
    {
        RequireShell();
        foreach (string[] words in Made(seed: 1, count: 60, most: 5))
        {
            string line = "printf '%s\\0' " + RemoteQuoting.Join(words);
            Assert.Equal(string.Concat(words.Select(word => word + "\0")), (await RunAsync(PosixCommand.Of(line, asRoot: false, hasPasswordLine: false))).Output);
        }

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [SkippableFact]
    public async Task HostileNames_AreFilesLikeOthers()
    {
        RequireShell();
        foreach (string name in Made(seed: 2, count: 40, most: 4).Select(words => string.Concat(words).Replace("/", "_", StringComparison.Ordinal)).Where(name => name is not ("" or "." or "..")))
        {
            string path = _folder + "/" + name;
            string text = "text of\n" + name;
            GuestFileOptions options = GuestFileOptions.Private with { Owner = Environment.UserName };
            (int exitCode, _, string error) = await RunAsync(PosixCommand.Of(PosixFiles.PlaceLine(null, path, Encoding.UTF8.GetByteCount(text), options), false, false), text);
            Assert.True(exitCode == 0, name + ": " + error);
            Assert.Equal(text, (await RunAsync(PosixCommand.Of(PosixFiles.ReadLine(path), false, false))).Output);
            Assert.Equal([path], Directory.GetFiles(_folder));
            Assert.Equal(0, (await RunAsync(PosixCommand.Of(PosixFiles.DeleteLine(path), false, false))).ExitCode);
            Assert.Equal(44, (await RunAsync(PosixCommand.Of(PosixFiles.ReadLine(path), false, false))).ExitCode);
            Assert.Empty(Directory.GetFileSystemEntries(_folder));
        }
    }

    [SkippableFact]
    public async Task TheProcessIdIsTold_AndErrorsBehindItAreTheCommands()
    {
        RequireShell();
        PosixCommand command = PosixCommand.Of("echo mine >&2; echo $$; exit 7", asRoot: false, hasPasswordLine: false, before: "echo 'not mine' >&2; ");
        (int exitCode, string output, string error) = await RunAsync(command);
        (long? pid, string own) = command.Read(error);
        Assert.Equal((7, "mine\n"), (exitCode, own));
        Assert.Equal(output.Trim(), pid?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Null(command.Read("sudo: a password is required\n").Pid);
    }

    [SkippableTheory]
    [InlineData(false, "C")]
    [InlineData(true, "xx_XX.UTF-8")]
    public async Task TheLanguage_IsC_UnlessItIsAProgramOfTheUsers(bool keeps, string expected)
    {
        RequireShell();
        PosixCommand command = PosixCommand.Of("printf %s \"$LC_ALL\"", asRoot: false, hasPasswordLine: false, keeps, before: "export LC_ALL=xx_XX.UTF-8; ");
        Assert.Equal(expected, (await RunAsync(command)).Output);
    }

    [SkippableFact]
    public async Task WhatWasLeftBehind_IsEndedOnlyWhereItIsThatVeryCommand()
    {
        RequireShell();
        Skip.IfNot(File.Exists("/proc/self/environ"), "there is no /proc here");
        PosixCommand command = PosixCommand.Of("while :; do sleep 0.1; done", asRoot: false, hasPasswordLine: false);
        StringBuilder told = new();
        TaskCompletionSource<long> begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<LocalRun> left = LocalProgram.RunWithAsync(
            "/bin/sh",
            ["-c", command.Script],
            null,
            new LocalStreams(null, null, text =>
            {
                if (command.Read(told.Append(text).ToString()).Pid is { } pid && told.ToString().EndsWith('\n'))
                {
                    begun.TrySetResult(pid);
                }
            }),
            1_000_000,
            CancellationToken.None);
        long number = await begun.Task.WaitAsync(TimeSpan.FromMinutes(1));

        // Another command's number, then its own.
        string other = PosixCommand.Of("true", asRoot: false, hasPasswordLine: false).Environ;
        Assert.Equal(PosixCommand.IsGone, (await RunAsync(PosixCommand.Of(PosixCommand.StopLeftLine(number, other), false, false))).ExitCode);
        Assert.False(left.IsCompleted);
        Assert.Equal(0, (await RunAsync(PosixCommand.Of(PosixCommand.StopLeftLine(number, command.Environ), false, false))).ExitCode);
        await left.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(PosixCommand.IsGone, (await RunAsync(PosixCommand.Of(PosixCommand.StopLeftLine(number, command.Environ), false, false))).ExitCode);
    }

    [Fact]
    public void ATraceOfACommand_HasNoPlaceForASecret()
    {
        // What is secret goes by the input: the script is the same whatever it is.
        PosixCommand command = PosixCommand.Of("cat", asRoot: true, hasPasswordLine: true);
        Assert.Contains("sudo -k -S -p ''", command.Script, StringComparison.Ordinal);
        Assert.Contains("IFS= read -r x; x=;", command.Script, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => PosixCommand.Of("a\0b", false, false));
        Assert.Throws<ArgumentException>(() => PosixFiles.ReadLine("relative"));
        Assert.Throws<ArgumentException>(() => PosixFiles.DeleteLine("-rf"));
    }

    [Theory]
    [InlineData(@"a&b|c<d>e^f""g%PATH%!x!(y)")]
    [InlineData(@"C:\Program Files\x\")]
    [InlineData("")]
    [InlineData("\"; del *")]
    public void WordsForWindows_HaveNoSpecialCharacterLeft_ThatCmdWouldRead(string word)
    {
        string line = WindowsQuoting.ForBatch(WindowsQuoting.Join(["tool.exe", word]));

        // As cmd.exe reads a line of a batch file: a caret makes what follows itself, two percent signs are one. No quote is bare, so it counts none.
        StringBuilder plain = new();
        for (int i = 0; i < line.Length; i++)
        {
            Assert.False("&|<>()\"!".Contains(line[i], StringComparison.Ordinal), "A bare " + line[i]);
            if (line[i] == '%')
            {
                Assert.Equal('%', line[++i]);
            }
            else if (line[i] == '^')
            {
                i++;
            }

            plain.Append(line[i]);
        }

        Assert.Equal(WindowsQuoting.Join(["tool.exe", word]), plain.ToString());
        Assert.Throws<ArgumentException>(() => WindowsQuoting.Join(["tool.exe", "a\r\nb"]));
    }

    private static void RequireShell() => Skip.IfNot(File.Exists("/bin/sh"), "there is no /bin/sh here");

    private static IEnumerable<string[]> Made(int seed, int count, int most)
    {
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            yield return [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 5)).Select(_ => s_pieces[random.Next(s_pieces.Length)])))];
        }
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(PosixCommand command, string? input = null)
    {
        LocalRun run = await LocalProgram.RunAsync("/bin/sh", ["-c", "cd \"$0\" && eval \"$1\"", _folder, command.Script], null, input, 1_000_000, CancellationToken.None);
        return (run.ExitCode, run.Output, run.Error);
    }
}
