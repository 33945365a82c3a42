using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Bitfusion;

/// <summary>The rules for FlexDirect: each is spoiled once, and none says a word against a guest as it should be.</summary>
public sealed class FlexDirectRulesTests
{
    private static readonly FlexDirectQuestion s_sound = new()
    {
        Family = GuestFamily.Linux,
        System = "Ubuntu 18.04",
        IsKnownSystem = true,
        Architecture = "x86_64",
        Program = "/usr/bin/flexdirect",
        Gpus = Evidence<int>.Of(2),
        GpusWanted = 2,
        IsLicensed = true,
        Download = "https://getflex.example",
        Fetcher = "wget",
    };

    public static TheoryData<ReadinessAction, FlexDirectQuestion, string, FindingSeverity, string> Spoiled() => new()
    {
        { ReadinessAction.InstallFlexDirect, s_sound with { Family = GuestFamily.Windows }, "FLEX-GUEST", FindingSeverity.Block, "Windows" },
        { ReadinessAction.SetFlexDirectServers, s_sound with { Family = GuestFamily.Windows }, "FLEX-GUEST", FindingSeverity.Block, "Windows" },
        { ReadinessAction.InstallFlexDirect, s_sound with { Architecture = "aarch64" }, "FLEX-GUEST", FindingSeverity.Warning, "aarch64" },
        { ReadinessAction.InstallFlexDirect, s_sound with { IsKnownSystem = false, System = "SLES 15" }, "FLEX-GUEST", FindingSeverity.Warning, "SLES 15" },
        { ReadinessAction.StartFlexDirect, s_sound with { Program = null }, "FLEX-INSTALLED", FindingSeverity.Block, "Install-FlexDirect -VM gpu-01" },
        { ReadinessAction.InitializeFlexDirect, s_sound with { Program = null }, "FLEX-INSTALLED", FindingSeverity.Block, "Install-FlexDirect -VM gpu-01" },
        { ReadinessAction.SetFlexDirectServers, s_sound with { Program = null }, "FLEX-INSTALLED", FindingSeverity.Warning, "Install-FlexDirect -VM gpu-01" },
        { ReadinessAction.InstallFlexDirect, s_sound with { Download = "getflex.bitfusion.io" }, "FLEX-DOWNLOAD", FindingSeverity.Warning, "-Sha256" },
        { ReadinessAction.InstallFlexDirect, s_sound with { Fetcher = null }, "FLEX-DOWNLOAD", FindingSeverity.Block, "-Path" },
        { ReadinessAction.StartFlexDirect, s_sound with { Gpus = Evidence<int>.Of(0), GpuTrouble = "No devices were found" }, "FLEX-GPU", FindingSeverity.Block, "No devices were found" },
        { ReadinessAction.StartFlexDirect, s_sound with { GpusWanted = 3 }, "FLEX-GPU", FindingSeverity.Block, "3 would be needed" },
        { ReadinessAction.StartFlexDirect, s_sound with { GpusWanted = null, GpuIndices = [0, 1], GpuIndicesWanted = [3] }, "FLEX-GPU", FindingSeverity.Block, "gpu-01 has no GPU with index 3: nvidia-smi shows 0 and 1." },
        { ReadinessAction.StartFlexDirect, s_sound with { GpusWanted = null, GpuIndices = [0, 1, 2], GpuIndicesWanted = [4, 1, 3] }, "FLEX-GPU", FindingSeverity.Block, "index 3 or 4: nvidia-smi shows 0, 1 and 2." },
        { ReadinessAction.StartFlexDirect, s_sound with { GpusWanted = null, Gpus = Evidence<int>.Of(1), GpuIndices = [0], GpuIndicesWanted = [1] }, "FLEX-GPU", FindingSeverity.Block, "index 1: nvidia-smi shows one only, with index 0." },
        { ReadinessAction.StartFlexDirect, s_sound with { Gpus = Evidence<int>.Unknown("it was not answered") }, "FLEX-GPU", FindingSeverity.Warning, "it was not answered" },
        { ReadinessAction.StartFlexDirect, s_sound with { IsLicensed = false }, "FLEX-LICENSE", FindingSeverity.Warning, "Initialize-FlexDirect -VM gpu-01" },
        { ReadinessAction.SetFlexDirectServers, s_sound with { PortsInLines = ["gpu-02:56002"] }, "FLEX-SERVERS", FindingSeverity.Warning, "gpu-02:56002" },
        { ReadinessAction.SetFlexDirectServers, s_sound with { WrongAddresses = ["10.0.0.300"] }, "FLEX-SERVERS", FindingSeverity.Warning, "10.0.0.300" },
    };

    [Theory]
    [MemberData(nameof(Spoiled))]
    public void A_guest_with_one_thing_amiss_is_told_so(ReadinessAction action, FlexDirectQuestion question, string rule, FindingSeverity severity, string word)
    {
        Finding finding = Assert.Single(Judge(action, question), one => one.RuleId == rule);
        Assert.Equal(severity, finding.Severity);
        Assert.Contains(word, finding.Message + " " + finding.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ReadinessAction.InstallFlexDirect)]
    [InlineData(ReadinessAction.InitializeFlexDirect)]
    [InlineData(ReadinessAction.StartFlexDirect)]
    [InlineData(ReadinessAction.SetFlexDirectServers)]
    public void A_guest_as_it_should_be_is_told_nothing(ReadinessAction action) => Assert.Empty(Judge(action, s_sound));

    [Fact]
    public void A_checksum_stands_for_TLS() => Assert.Empty(Judge(ReadinessAction.InstallFlexDirect, s_sound with { Download = "getflex.bitfusion.io", HasChecksum = true }));

    [Fact]
    public void Every_rule_for_FlexDirect_is_spoiled_here() =>
        Assert.Equal(
            ReadinessRules.All.Select(rule => rule.Id).Where(id => id.StartsWith("FLEX-", StringComparison.Ordinal)).Order(),
            Spoiled().Select(row => (string)row[2]).Distinct().Order());

    private static IReadOnlyList<Finding> Judge(ReadinessAction action, FlexDirectQuestion question) =>
        ReadinessRules.Check([new ReadinessSubject
        {
            Action = action,
            Target = new PlanTarget(new VimObjectId("vc-1", new ManagedObjectReference("VirtualMachine", "vm-1")), "gpu-01", "vc.example"),
            FlexDirect = question,
        }]);
}
