using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Conventions.Tests.Metadata;

namespace GpuVSphere.Conventions.Tests;

/// <summary>What compiled code must and must not do; each rule is also shown to catch a sample that breaks it.</summary>
public sealed class CodeRuleTests
{
    /// <summary>The assemblies that ship.</summary>
    public static TheoryData<string> Shipped => ["GpuVSphere.Core", "GpuVSphere.Simulator", "GpuVSphere.PowerShell"];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Statics_DoNotChange(string assembly)
    {
        using AssemblyModel model = AssemblyModel.Open(assembly);
        Report.None(CodeRules.MutableStatics(model), "State belongs to a session, a runspace or an object, since modules are shared by runspaces.");
    }

    [Fact]
    public void PublicAsyncMethodsOfCore_TakeACancellationToken()
    {
        using AssemblyModel model = AssemblyModel.Open("GpuVSphere.Core");
        Report.None(CodeRules.TasksWithoutToken(model), "Ctrl-C must reach everything that can take time.");
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Awaits_DoNotComeBackToTheCallersContext(string assembly)
    {
        using AssemblyModel model = AssemblyModel.Open(assembly);
        Report.None(CodeRules.AwaitsThatCaptureTheContext(model), "Every await of a task says ConfigureAwait(false): a host with a context would deadlock.");
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void ProcessWideSettings_AreLeftAlone(string assembly)
    {
        using AssemblyModel model = AssemblyModel.Open(assembly);
        Report.None(
            CodeRules.Uses(model, used => used.Type.FullName is "System.Net.ServicePointManager" && used.Name.StartsWith("set_", StringComparison.Ordinal) && used.Name != "set_SecurityProtocol"),
            "PowerCLI lives in the same process: certificate callbacks and connection limits are set per client.");
    }

    [Theory]
    [InlineData("GpuVSphere.Core")]
    [InlineData("GpuVSphere.PowerShell")]
    public void ListsThatAreMadeWhenTheyAreRead_CanBeIndexedInPowerShell(string assembly)
    {
        using AssemblyModel model = AssemblyModel.Open(assembly);
        Report.None(CodeRules.ListsThatPowerShellCannotIndex(model), "End it with ToArray(): $_.VMs[0] is then the first, not the whole list.");
    }

    [Fact]
    public void EachRule_CatchesWhatBreaksIt_AndOnlyThat()
    {
        using AssemblyModel own = AssemblyModel.Open("GpuVSphere.Conventions.Tests");

        Assert.Equal(["s_cache", "s_counter", "s_shown"], Members(CodeRules.MutableStatics(own)));
        Assert.Equal(["WithoutTokenAsync"], Members(CodeRules.TasksWithoutToken(own)));
        Assert.Equal(["CapturesContextAsync", "SaysTrueAsync"], Members(CodeRules.AwaitsThatCaptureTheContext(own)));
        Assert.Equal(
            ["GpuVSphere.Conventions.Tests.Samples.MakesLists.Made", "GpuVSphere.Conventions.Tests.Samples.MakesLists.MadeOfTwo"],
            CodeRules.ListsThatPowerShellCannotIndex(own).Where(finding => finding.Contains(".Samples.", StringComparison.Ordinal)).Order());
        Assert.NotEmpty(CodeRules.Uses(own, used => used.Type.Name == "Above" && used.Name == "Height"));
    }

    // "...BreaksCodeRules.Member says" and "...BreaksCodeRules+<Member>d__5" alike.
    private static IEnumerable<string> Members(IEnumerable<string> findings) => findings
        .Where(line => line.Contains("Samples.BreaksCodeRules", StringComparison.Ordinal))
        .Select(line => line.Split("BreaksCodeRules")[1].TrimStart('.', '+', '<').Split('>', ' ')[0])
        .Distinct()
        .OrderBy(name => name, StringComparer.Ordinal);
}
