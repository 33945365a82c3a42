using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Shell;

public sealed class QuotingTests
{
    // What breaks quoting when anything does: quotes, backslashes before them, blanks, what shells and batch files expand, other scripts.
    private static readonly string[] s_pieces = ["a", "B9", " ", "\t", "\"", "\\", "\\\\", "'", "$HOME", "`id`", "%PATH%", "!", "&", "|", ";", "*", "?", "~", "{a,b}", "#", "=", "\n", "ü", "日", "-n", "--", "(", ")", "<", ">", "^"];

    [Fact]
    public void Local_arguments_are_taken_apart_by_the_rules_of_the_c_runtime_into_what_they_were()
    {
        Random random = new(7);
        for (int run = 0; run < 5000; run++)
        {
            string[] arguments = Some(random);
            Assert.Equal(arguments, TakeApart(LocalQuoting.Join(arguments)));
        }
    }

    [SkippableFact]
    public async Task Local_arguments_reach_a_program_as_they_were()
    {
        Skip.If(OperatingSystem.IsWindows(), "it takes a POSIX printf");
        Random random = new(11);
        for (int run = 0; run < 20; run++)
        {
            string[] arguments = [.. Enumerable.Range(0, 30).SelectMany(_ => Some(random))];
            LocalRun ran = await LocalProgram.RunAsync("/usr/bin/env", ["printf", "%s\\001", .. arguments], null, null, 1_000_000, CancellationToken.None);
            Assert.Equal(arguments, ran.Output.Split('\u0001')[..^1]);
        }
    }

    [SkippableFact]
    public async Task Remote_words_reach_a_program_through_a_shell_as_they_were()
    {
        Skip.If(OperatingSystem.IsWindows(), "it takes a POSIX shell");
        Random random = new(13);
        for (int run = 0; run < 20; run++)
        {
            string[] words = [.. Enumerable.Range(0, 30).SelectMany(_ => Some(random))];
            LocalRun ran = await LocalProgram.RunAsync("/bin/sh", ["-c", RemoteQuoting.Join(["printf", "%s\\001", .. words])], null, null, 1_000_000, CancellationToken.None);
            Assert.Equal(words, ran.Output.Split('\u0001')[..^1]);
            Assert.Empty(ran.Error);
        }
    }

    [Theory]
    [InlineData("0000:3b:00.0", "0000:3b:00.0")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("~root", "'~root'")]
    [InlineData("$(reboot)", "'$(reboot)'")]
    public void A_remote_word_is_left_plain_only_when_no_shell_could_read_more_into_it(string word, string expected) =>
        Assert.Equal(expected, RemoteQuoting.Quote(word));

    [Fact]
    public void A_remote_word_cannot_hold_a_nul() => Assert.Throws<ArgumentException>(() => RemoteQuoting.Quote("a\0b"));

    private static string[] Some(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => s_pieces[random.Next(s_pieces.Length)])))];

    // Written from the published rules of CommandLineToArgvW, not from the code under test.
    private static string[] TakeApart(string line)
    {
        List<string> arguments = [];
        int at = 0;
        while (true)
        {
            while (at < line.Length && line[at] is (' ' or '\t'))
            {
                at++;
            }

            if (at >= line.Length)
            {
                return [.. arguments];
            }

            StringBuilder argument = new();
            bool isQuoted = false;
            while (at < line.Length && (isQuoted || line[at] is not (' ' or '\t')))
            {
                int backslashes = 0;
                while (at < line.Length && line[at] == '\\')
                {
                    backslashes++;
                    at++;
                }

                if (at < line.Length && line[at] == '"')
                {
                    argument.Append('\\', backslashes / 2);
                    if (backslashes % 2 == 1)
                    {
                        argument.Append('"');
                    }
                    else
                    {
                        isQuoted = !isQuoted;
                    }

                    at++;
                }
                else
                {
                    argument.Append('\\', backslashes);
                    if (at < line.Length && (isQuoted || line[at] is not (' ' or '\t')))
                    {
                        argument.Append(line[at++]);
                    }
                }
            }

            arguments.Add(argument.ToString());
        }
    }
}
