using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Conventions.Tests.Metadata;

namespace GpuVSphere.Conventions.Tests;

/// <summary>Every cmdlet is exported, explained and tested, and the changing ones are alike.</summary>
public sealed partial class CmdletTests
{
    private const string Manifest = "module/GpuVSphere.psd1";

    // Start, Stop, Connect and Disconnect are about this session, not about a server's objects.
    private static readonly string[] s_sessionVerbs = ["Connect", "Disconnect", "Start", "Stop"];
    private static readonly string[] s_readingVerbs = ["Get", "Test", "Measure", "Export", "Resolve"];

    // Changes this module's own catalogue, and no server's objects.
    private static readonly string[] s_withoutServer = ["Update-GpuCatalog"];

    [Fact]
    public void Manifest_ExportsEveryCmdlet_AndNothingElse()
    {
        string[] exported = Exported();
        Report.None(Cmdlets().Select(cmdlet => cmdlet.Name).Except(exported), $"A cmdlet that is built is in CmdletsToExport of {Manifest}.");
        Report.None(exported.Except(Cmdlets().Select(cmdlet => cmdlet.Name)), $"A cmdlet that is not built yet is not in CmdletsToExport of {Manifest}.");
    }

    [Fact]
    public void Manifest_SaysWhereTheModuleLoads()
    {
        string manifest = Repository.Read(Manifest);
        Assert.Matches(@"PowerShellVersion\s*=\s*'5\.1'", manifest);
        Assert.Matches(@"DotNetFrameworkVersion\s*=\s*'4\.7\.2'", manifest);
        Assert.Matches(@"CompatiblePSEditions\s*=\s*(@\()?\s*'Desktop'\s*,\s*'Core'", manifest);
        Assert.Matches(@"FunctionsToExport\s*=\s*@\(\s*\)", manifest);
        Assert.Matches(@"AliasesToExport\s*=\s*@\(\s*\)", manifest);
        Assert.Matches(@"VariablesToExport\s*=\s*@\(\s*\)", manifest);
        Assert.Equal(Version(Repository.Read("Directory.Build.props"), @"<VersionPrefix>([\d.]+)<"), Version(manifest, @"ModuleVersion\s*=\s*'([\d.]+)'"));
    }

    [Fact]
    public void EveryCmdlet_HasAPage() =>
        Report.None(
            Cmdlets().Select(cmdlet => $"docs/en-US/{cmdlet.Name}.md").Where(page => !File.Exists(Repository.At(page))),
            "Every cmdlet has its page of help.");

    [Fact]
    public void EveryCmdlet_IsCalledInAPesterTest()
    {
        string pester = string.Join('\n', Repository.Files()
            .Where(file => file.StartsWith("tests/pester/", StringComparison.Ordinal) && file.EndsWith(".ps1", StringComparison.Ordinal)).Select(Repository.Read));
        Report.None(
            Cmdlets().Select(cmdlet => cmdlet.Name).Where(name => !Regex.IsMatch(pester, $@"\b{name}\b")),
            "Every cmdlet is called in a real PowerShell by a test in tests/pester.");
    }

    [Fact]
    public void ChangingCmdlets_HaveTheCommonParameters()
    {
        List<string> missing = [];
        foreach (Cmdlet cmdlet in Cmdlets().Where(IsChanging))
        {
            if (!cmdlet.SupportsShouldProcess)
            {
                missing.Add($"{cmdlet.Name} lacks -WhatIf and -Confirm");
            }

            missing.AddRange(new[] { "PassThru", "Server" }.Except(cmdlet.Parameters).Where(parameter => parameter != "Server" || !s_withoutServer.Contains(cmdlet.Name)).Select(parameter => $"{cmdlet.Name} lacks -{parameter}"));
        }

        Report.None(missing, "Every changing cmdlet has -WhatIf, -Confirm, -PassThru and -Server.");
    }

    [Fact]
    public void ReadingCmdlets_DoNotAskForConfirmation() =>
        Report.None(
            Cmdlets().Where(cmdlet => s_readingVerbs.Contains(cmdlet.Verb) && cmdlet.SupportsShouldProcess && !cmdlet.Parameters.Contains("Probe")).Select(cmdlet => cmdlet.Name),
            "What only reads has no -WhatIf.");

    [Fact]
    public void Cmdlets_LeaveTheRecordsToTheirBase()
    {
        string[] engineMethods = ["BeginProcessing", "ProcessRecord", "EndProcessing", "StopProcessing"];
        Report.None(
            Cmdlets().SelectMany(cmdlet => cmdlet.Methods.Intersect(engineMethods).Select(method => $"{cmdlet.ClassName}.{method}")),
            "The base class bridges to the pipeline; a cmdlet implements its hooks.");
    }

    [Fact]
    public void Cmdlets_SayWhatComesOut() =>
        Report.None(Cmdlets().Where(cmdlet => !cmdlet.HasOutputType).Select(cmdlet => cmdlet.ClassName), "Completion after a pipe lives on OutputType.");

    [Fact]
    public void Cmdlets_AreNamedAsTheField_NamesThem()
    {
        Report.None(
            Cmdlets().Where(cmdlet => cmdlet.ClassName != cmdlet.Verb + cmdlet.Noun + "Command").Select(cmdlet => $"{cmdlet.ClassName} is {cmdlet.Name}"),
            "The class of a cmdlet is <Verb><Noun>Command: its name is part of every error id.");
        Report.None(
            Cmdlets().SelectMany(cmdlet => cmdlet.Parameters.Where(parameter => parameter is "Profile" or "VM" + "s" or "Hosts" or "Devices").Select(parameter => $"{cmdlet.Name} -{parameter}")),
            "Parameters are singular, and -Profile would shadow $Profile.");
    }

    private static bool IsChanging(Cmdlet cmdlet) => !s_readingVerbs.Contains(cmdlet.Verb) && !s_sessionVerbs.Contains(cmdlet.Verb);

    private static IReadOnlyList<Cmdlet> Cmdlets()
    {
        using AssemblyModel model = AssemblyModel.Open("GpuVSphere.PowerShell");
        return Cmdlet.Of(model);
    }

    private static string[] Exported() =>
        [.. CmdletName().Matches(ExportList().Match(Repository.Read(Manifest)).Value).Select(match => match.Groups[1].Value)];

    private static string Version(string text, string pattern)
    {
        Match match = Regex.Match(text, pattern);
        Assert.True(match.Success, $"No version matches {pattern}.");
        return match.Groups[1].Value;
    }

    [GeneratedRegex(@"CmdletsToExport\s*=\s*@\([^)]*\)")]
    private static partial Regex ExportList();

    [GeneratedRegex(@"'(\w+-\w+)'")]
    private static partial Regex CmdletName();
}
