using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Conventions.Tests;

/// <summary>The pages at the root say what is there.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Readme_GivesTheTwoCommandsThatNeedOnlyTheSdk()
    {
        string readme = Repository.Read("README.md");
        Assert.Contains("dotnet run --project src/GpuVSphere.Tour", readme, StringComparison.Ordinal);
        Assert.Contains("\ndotnet test\n", readme, StringComparison.Ordinal);
        Assert.Contains("pwsh ./build.ps1", readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Changelog_HasAnEntryForThisVersion()
    {
        string version = Regex.Match(Repository.Read("Directory.Build.props"), "<VersionPrefix>([^<]+)<").Groups[1].Value;
        Assert.Matches($@"(?m)^## \[?{Regex.Escape(version)}\]?", Repository.Read("CHANGELOG.md"));
    }

    [Fact]
    public void EveryLinkBetweenThePages_LeadsSomewhere() =>
        Report.None(
            Repository.Files().Where(file => file.EndsWith(".md", StringComparison.Ordinal))
                .SelectMany(file => Link().Matches(Repository.Read(file))
                    .Select(match => match.Groups[1].Value.Split('#')[0])
                    .Where(target => target.Length > 0 && !target.Contains(':', StringComparison.Ordinal) && !Exists(file, target))
                    .Select(target => $"{file} -> {target}")),
            "A link leads to a file of this repository.");

    [Fact]
    public void ArchitectureAndReadme_NameEveryFolderOfCore()
    {
        string architecture = Repository.Read("docs/architecture.md");
        Report.None(
            Directory.EnumerateDirectories(Repository.At("src/GpuVSphere.Core")).Select(folder => Path.GetFileName(folder)!)
                .Where(folder => folder is not ("bin" or "obj") && !Regex.IsMatch(architecture, $@"\b{folder}\b")),
            "docs/architecture.md says what each folder of Core is for.");
    }

    private static bool Exists(string page, string target)
    {
        string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.At(page))!, target));
        return File.Exists(path) || Directory.Exists(path);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
