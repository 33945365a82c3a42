using System;
using System.Linq;
using GpuVSphere.Readiness;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>The rules for FlexDirect as a report shows them: what they saw, also when all is well.</summary>
public sealed class FlexDirectRowsTests
{
    /// <summary>What is looked at, the rule, what it comes to, and a word that must be seen.</summary>
    public static TheoryData<string, string, ReadinessOutcome, string> Cases() => new()
    {
        { "installing", "FLEX-GUEST", ReadinessOutcome.Pass, "Ubuntu 18.04" },
        { "installing on Windows", "FLEX-GUEST", ReadinessOutcome.Block, "Windows" },
        { "installing", "FLEX-DOWNLOAD", ReadinessOutcome.Pass, "TLS" },
        { "installing without wget", "FLEX-DOWNLOAD", ReadinessOutcome.Block, "neither wget nor curl" },
        { "installing without TLS", "FLEX-DOWNLOAD", ReadinessOutcome.Confirm, "cannot be told" },
        { "starting", "FLEX-INSTALLED", ReadinessOutcome.Pass, "/usr/bin/flexdirect" },
        { "starting without the program", "FLEX-INSTALLED", ReadinessOutcome.Block, "neither flexdirect nor bitfusion" },
        { "starting", "FLEX-GPU", ReadinessOutcome.Pass, "2 GPUs" },
        { "starting without a GPU", "FLEX-GPU", ReadinessOutcome.Block, "no working GPU" },
        { "starting, nvidia-smi not read", "FLEX-GPU", ReadinessOutcome.Confirm, "could not be told" },
        { "starting", "FLEX-LICENSE", ReadinessOutcome.Pass, "ready for use" },
        { "starting without a licence", "FLEX-LICENSE", ReadinessOutcome.Confirm, "no valid licence" },
        { "naming servers", "FLEX-SERVERS", ReadinessOutcome.Pass, "Every address" },
        { "naming servers with a port", "FLEX-SERVERS", ReadinessOutcome.Confirm, "is not known" },
        { "naming servers, a wrong one is there", "FLEX-SERVERS", ReadinessOutcome.Confirm, "10.0.0.300" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_rule_says_what_it_saw(string what, string ruleId, ReadinessOutcome outcome, string word) =>
        Assert.Contains(ReadinessReport.Of([Subject(what)], [ruleId]), row => row.Outcome == outcome && row.Seen.Contains(word, StringComparison.Ordinal));

    private static ReadinessSubject Subject(string what)
    {
        FlexDirectQuestion sound = new()
        {
            Family = GuestFamily.Linux,
            System = "Ubuntu 18.04",
            IsKnownSystem = true,
            Architecture = "x86_64",
            Program = "/usr/bin/flexdirect",
            Gpus = Evidence<int>.Of(2),
            IsLicensed = true,
            Download = "https://getflex.example",
            Fetcher = "wget",
        };
        FlexDirectQuestion asked = what.Split([" without ", " on ", " with ", ", "], StringSplitOptions.None).Last() switch
        {
            "Windows" => sound with { Family = GuestFamily.Windows },
            "wget" => sound with { Fetcher = null },
            "TLS" => sound with { Download = "getflex.example" },
            "the program" => sound with { Program = null },
            "a GPU" => sound with { Gpus = Evidence<int>.Of(0) },
            "nvidia-smi not read" => sound with { Gpus = Evidence<int>.Unknown("it was not answered") },
            "a licence" => sound with { IsLicensed = false },
            "a port" => sound with { PortsInLines = ["gpu-02:56002"] },
            "a wrong one is there" => sound with { WrongAddresses = ["10.0.0.300"] },
            _ => sound,
        };
        ReadinessAction action = what.Split(' ', ',')[0] switch
        {
            "installing" => ReadinessAction.InstallFlexDirect,
            "starting" => ReadinessAction.StartFlexDirect,
            _ => ReadinessAction.SetFlexDirectServers,
        };
        return new ReadinessSubject { Action = action, Target = Samples.VmTarget, FlexDirect = asked };
    }
}
