using System;
using System.IO;
using System.Linq;
using System.Reflection;

namespace GpuVSphere.Conventions.Tests;

/// <summary>What Core shows is recorded beside these tests, so that a change of it is seen and meant.</summary>
public sealed class PublicApiTests
{
    private const string Record = "tests/GpuVSphere.Conventions.Tests/PublicApi.Core.txt";
    private const string Switch = "GPUVSPHERE_UPDATE_PUBLIC_API";

    [Fact]
    public void Core_ShowsWhatIsRecorded()
    {
        string actual = PublicApi.Of(Assembly.Load("GpuVSphere.Core"));
        string path = Repository.At(Record);
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            File.WriteAllText(path, actual);
        }

        string[] recorded = File.ReadAllLines(path);
        string[] lines = actual.TrimEnd('\n').Split('\n');
        string differences = string.Join(Environment.NewLine, lines.Except(recorded).Select(line => "  + " + line).Concat(recorded.Except(lines).Select(line => "  - " + line)));
        Assert.True(
            lines.SequenceEqual(recorded),
            $"The public surface of GpuVSphere.Core is not what {Record} says. If that is meant, run these tests once with {Switch}=1 and commit the file.{Environment.NewLine}{differences}");
    }

    [Fact]
    public void TheRecord_TellsWhatAMemberIs()
    {
        string text = PublicApi.Of(typeof(PublicApiTests).Assembly);

        Assert.Contains(
            """
            GpuVSphere.Conventions.Tests.Samples.BreaksCodeRules : sealed class
                Task CapturesContextAsync(CancellationToken cancellationToken)
                Task IsFineAsync(CancellationToken cancellationToken)
                Task SaysTrueAsync(CancellationToken cancellationToken)
                Task<int> WithoutTokenAsync()
                new()
                static bool IsKnown(string word)
                static int Count()
                static void Remember(string word)
            """.ReplaceLineEndings("\n"),
            text,
            StringComparison.Ordinal);
    }
}
