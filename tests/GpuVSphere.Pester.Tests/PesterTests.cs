using System;
using System.Linq;
using System.Threading.Tasks;
using Xunit.Abstractions;

namespace GpuVSphere.Pester.Tests;

/// <summary>
/// Ring 3: each file of tests/pester in a real PowerShell, in a runspace and with a state folder of its own. Every Pester test is a line of the
/// output; those that failed are the message.
/// </summary>
public sealed class PesterTests(PesterRun run, ITestOutputHelper output) : IClassFixture<PesterRun>
{
    /// <summary>The files, by name.</summary>
    public static TheoryData<string> Files => [.. PesterRun.Names];

    [PesterFact]
    public void Ring() => Assert.NotEmpty(Files);

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public async Task File_Passes(string file)
    {
        Skip.If(PowerShellProcess.Missing is not null, "The Pester ring did not run: " + PowerShellProcess.Missing);
        PesterFile result = await run.ResultAsync(file);
        Report(file, result.ExitCode, result.Text);
    }

    private void Report(string file, int? exitCode, string text)
    {
        string[] lines = text.Split('\n');
        string[] results = [.. lines.Where(line => line.StartsWith("PESTER ", StringComparison.Ordinal)).Select(line => line["PESTER ".Length..].TrimEnd())];
        foreach (string line in results)
        {
            output.WriteLine(line);
        }

        string[] failed = [.. results.Where(line => line.StartsWith("Failed", StringComparison.Ordinal))];
        Assert.True(exitCode is not null, $"{file} did not end.{Environment.NewLine}{text}");
        Assert.True(failed.Length == 0, $"{failed.Length} of {results.Length} failed in {file}:{Environment.NewLine}{string.Join(Environment.NewLine, failed)}");
        Assert.True(exitCode == 0 && results.Length > 0, $"{file} ended with {exitCode}.{Environment.NewLine}{text}");
    }
}
