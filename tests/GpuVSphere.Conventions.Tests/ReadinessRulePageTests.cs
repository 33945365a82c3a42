using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Readiness;

namespace GpuVSphere.Conventions.Tests;

/// <summary>The catalogue of readiness rules is made from the rules themselves.</summary>
public sealed partial class ReadinessRulePageTests
{
    private const string Page = "docs/readiness-rules.md";
    private const string Switch = "GPUVSPHERE_UPDATE_READINESS_RULES";
    private const string Begin = $"<!-- made from the rules: set {Switch}=1 and run the tests of conventions to write it anew -->";
    private const string End = "<!-- end -->";

    [Fact]
    public void TheCatalogue_IsWhatTheRulesSay()
    {
        string page = Repository.Read(Page).Replace("\r\n", "\n", StringComparison.Ordinal);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end > begin, $"{Page} has its two marks.");
        string made = "\n\n" + string.Join('\n', Lines()) + "\n\n";
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            File.WriteAllText(Repository.At(Page), page[..begin] + made + page[end..]);
            return;
        }

        Assert.True(
            made == page[begin..end],
            $"{Page} is not what the rules say. Write it anew and commit it: {Switch}=1 dotnet test tests/GpuVSphere.Conventions.Tests --filter {nameof(ReadinessRulePageTests)}");
    }

    [Fact]
    public void EveryRule_HasAFileOfItsOwn() =>
        Report.None(
            ReadinessRules.All.Select(FileOf).Where(file => !File.Exists(Repository.At(file))),
            "A rule is one class in one file of src/GpuVSphere.Core/Readiness/Rules, named alike.");

    [Fact]
    public void EveryRuleFile_IsARuleThatIsRun()
    {
        HashSet<string> run = [.. ReadinessRules.All.Select(FileOf)];
        Report.None(
            Repository.Sources()
                .Where(file => file.StartsWith("src/GpuVSphere.Core/Readiness/Rules/", StringComparison.Ordinal) && !run.Contains(file))
                .Where(file => !Repository.Read(file).Contains("abstract class", StringComparison.Ordinal)),
            "A rule is in ReadinessRules.All, or nobody runs it.");
    }

    private static string FileOf(ReadinessRule rule) => $"src/GpuVSphere.Core/Readiness/Rules/{rule.GetType().Name}.cs";

    private static IEnumerable<string> Lines()
    {
        yield return "| Rule | What must hold |";
        yield return "| --- | --- |";
        foreach (ReadinessRule rule in ReadinessRules.All)
        {
            yield return $"| [{rule.Id}](#{rule.Id.ToLowerInvariant()}) | {rule.Title} |";
        }

        foreach (ReadinessRule rule in ReadinessRules.All)
        {
            string code = Repository.Read(FileOf(rule));
            string[] named = [.. Cmdlet().Matches(code).Select(match => $"`{match.Value}`").Distinct().Order(StringComparer.Ordinal)];
            yield return string.Empty;
            yield return $"## {rule.Id}";
            yield return string.Empty;
            yield return $"{rule.Title}. {rule.Why}";
            yield return string.Empty;
            yield return $"- Asked for: {string.Join(", ", Words(rule.AppliesTo))}";
            yield return $"- Source: {rule.Source}";
            if (named.Length > 0)
            {
                yield return $"- Commands that it names: {string.Join(", ", named)}";
            }
        }
    }

    private static IEnumerable<string> Words(ReadinessAction action)
    {
        ReadinessAction left = action;
        foreach ((ReadinessAction part, string word) in new[]
        {
            (ReadinessAction.UsePassthrough, "a host that is to give whole GPUs"),
            (ReadinessAction.UseVgpu, "a host that is to serve vGPUs"),
            (ReadinessAction.PowerOn, "a VM as it is configured"),
            (ReadinessAction.Evacuate, "a host that is to be emptied"),
            (ReadinessAction.EnableMigration, "settings that let VMs with vGPUs move"),
            (ReadinessAction.AnyHost, "every change of a host"),
            (ReadinessAction.AnyVm, "every change of a VM"),
        })
        {
            if ((left & part) == part)
            {
                left &= ~part;
                yield return word;
            }
        }

        foreach (ReadinessAction single in Enum.GetValues<ReadinessAction>().Where(value => IsSingle(value) && (left & value) != 0))
        {
            yield return single.ToString();
        }
    }

    private static bool IsSingle(ReadinessAction action) => action != ReadinessAction.None && ((int)action & ((int)action - 1)) == 0;

    [GeneratedRegex(@"(?<![\w-])[A-Z][a-z]+-(Gpu|VmGpu|VmVgpu|VmMmio|Vgpu|HostGraphics|Nvidia|Mmio|FlexDirect|Cuda)[A-Za-z]*(?![\w-])")]
    private static partial Regex Cmdlet();
}
