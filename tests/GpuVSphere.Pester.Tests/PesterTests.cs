using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit.Abstractions;

namespace GpuVSphere.Pester.Tests;

/// <summary>
/// Ring 3: each file of tests/pester in a real PowerShell, in a process of its own, since a binary module cannot be unloaded. Every Pester
/// test is a line of the output; those that failed are the message.
/// </summary>
public sealed class PesterTests(StagedModule module, ITestOutputHelper output) : IClassFixture<StagedModule>
{
    /// <summary>The files, by name.</summary>
    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.Tests.ps1").Select(file => Path.GetFileName(file)!).OrderBy(name => name, StringComparer.Ordinal)];

    private static string Folder => Path.Combine(StagedModule.Root, "tests", "pester");

    [PesterFact]
    public void Ring() => Assert.NotEmpty(Files);

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void File_Passes(string file)
    {
        Skip.If(PowerShellProcess.Missing is not null, "The Pester ring did not run: " + PowerShellProcess.Missing);
        string state = Path.Combine(AppContext.BaseDirectory, "state", Path.GetRandomFileName());
        Directory.CreateDirectory(state);
        try
        {
            (int? exitCode, string text, string error) = PowerShellProcess.Run(
                ["-File", Path.Combine(Folder, "Invoke-OneFile.ps1"), "-Path", Path.Combine(Folder, file)],
                new Dictionary<string, string>
                {
                    ["GPUVSPHERE_MODULE"] = module.Manifest,
                    ["GPUVSPHERE_DOUBLE"] = module.DoubleFolder,
                    ["GPUVSPHERE_ROOT"] = StagedModule.Root,
                    ["GPUVSPHERE_STATE"] = state,
                },
                TimeSpan.FromMinutes(10));
            Report(file, exitCode, text, error);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private void Report(string file, int? exitCode, string text, string error)
    {
        string[] lines = text.Split('\n');
        string[] results = [.. lines.Where(line => line.StartsWith("PESTER ", StringComparison.Ordinal)).Select(line => line["PESTER ".Length..].TrimEnd())];
        foreach (string line in results)
        {
            output.WriteLine(line);
        }

        string[] failed = [.. results.Where(line => line.StartsWith("Failed", StringComparison.Ordinal))];
        Assert.True(exitCode is not null, $"{file} did not end within ten minutes.{Environment.NewLine}{text}{error}");
        Assert.True(failed.Length == 0, $"{failed.Length} of {results.Length} failed in {file}:{Environment.NewLine}{string.Join(Environment.NewLine, failed)}");
        Assert.True(exitCode == 0 && results.Length > 0, $"{file} ended with {exitCode}.{Environment.NewLine}{text}{error}");
    }
}
