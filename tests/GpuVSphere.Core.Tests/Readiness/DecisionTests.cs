using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.Decision;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Readiness;

public sealed class DecisionTests
{
    private static readonly GpuMethod[] s_methods = [GpuMethod.Passthrough, GpuMethod.DynamicPassthrough, GpuMethod.Vgpu, GpuMethod.MigVgpu, GpuMethod.FlexDirect];

    /// <summary>The guide's chart and figure 6, and what later sources say, without any host: the first letters of the verdicts in the order of the ranks.</summary>
    [Theory]
    [InlineData("XGBoost", null, "", "NoGpu+ Vgpu0 MigVgpu0 FlexDirect0 Passthrough- DynamicPassthrough-")]
    [InlineData("LogisticRegression", "Training", "", "NoGpu+ Vgpu0 MigVgpu0 FlexDirect0 Passthrough- DynamicPassthrough-")]
    [InlineData("RandomForest", null, "FullGpu", "NoGpu+ Passthrough0 DynamicPassthrough0 Vgpu0 MigVgpu0 FlexDirect0")]
    [InlineData("KMeans", "Inference", "", "NoGpu+ Vgpu0 MigVgpu0 FlexDirect0 Passthrough- DynamicPassthrough-")]
    [InlineData("DeepLearning", "Training", "", "Passthrough+ DynamicPassthrough+ Vgpu+ MigVgpu~ FlexDirect~")]
    [InlineData("Image", null, "", "Passthrough+ DynamicPassthrough+ Vgpu+ MigVgpu~ FlexDirect~")]
    [InlineData("Voice", "Inference", "", "Vgpu+ MigVgpu+ FlexDirect~ Passthrough- DynamicPassthrough-")]
    [InlineData("Text", "Development", "", "Vgpu+ MigVgpu+ FlexDirect~ Passthrough- DynamicPassthrough-")]
    [InlineData("Hpc", null, "", "Passthrough+ DynamicPassthrough+ Vgpu~ FlexDirect~ MigVgpu-")]
    [InlineData("GpuDatabase", null, "", "Passthrough+ DynamicPassthrough+ Vgpu~ FlexDirect~ MigVgpu-")]
    [InlineData("Workstation", "Development", "", "Passthrough+ DynamicPassthrough+ Vgpu+ MigVgpu~ FlexDirect~")]
    [InlineData("Workstation", "Inference", "", "Vgpu+ MigVgpu+ FlexDirect~ Passthrough- DynamicPassthrough-")]
    [InlineData(null, null, "FullGpu VMotion", "Vgpu+ MigVgpu~ FlexDirect~ Passthrough- DynamicPassthrough-")]
    [InlineData(null, null, "FullGpu Share", "Vgpu+ MigVgpu~ FlexDirect~ Passthrough- DynamicPassthrough-")]
    [InlineData(null, null, "FullGpu HighAvailability", "DynamicPassthrough+ Vgpu+ MigVgpu~ FlexDirect~ Passthrough-")]
    [InlineData(null, null, "FullGpu Isolation", "Passthrough+ DynamicPassthrough+ Vgpu~ MigVgpu~ FlexDirect-")]
    [InlineData(null, null, "Share Isolation", "MigVgpu+ Vgpu~ Passthrough- DynamicPassthrough- FlexDirect-")]
    [InlineData(null, null, "UnequalShares", "MigVgpu+ Vgpu~ FlexDirect~ Passthrough- DynamicPassthrough-")]
    [InlineData(null, null, "SeveralGpus Snapshot", "Vgpu~ FlexDirect~ Passthrough- DynamicPassthrough- MigVgpu-")]
    [InlineData(null, null, "HostWithoutGpu", "FlexDirect~ Vgpu- MigVgpu- Passthrough- DynamicPassthrough-")]
    [InlineData(null, null, "HostWithoutGpu Isolation", "Vgpu- MigVgpu- Passthrough- DynamicPassthrough- FlexDirect-")]
    [InlineData(null, null, "VMotion", "Vgpu+ MigVgpu~ FlexDirect~ Passthrough- DynamicPassthrough-")]
    public void The_table_alone_ranks(string? workload, string? phase, string needs, string expected)
    {
        IReadOnlyList<GpuRecommendation> ranked = GpuDecision.Decide(Question(workload, phase, needs), null);

        Assert.Equal(expected, string.Join(" ", ranked.Select(one => one.Method + Mark(one.Verdict))));
        Assert.Equal(Enumerable.Range(1, ranked.Count), ranked.Select(one => one.Place));
        Assert.All(ranked, one => Assert.True(one.For.Count + one.Against.Count > 0));
        Assert.All(ranked, one => Assert.Empty(one.Missing));
    }

    [Fact]
    public void Every_cell_of_the_table_is_there_once_with_a_reason_and_a_source()
    {
        Assert.Equal(
            Enum.GetValues<GpuNeed>().SelectMany(need => s_methods.Select(method => (need, method))).Order(),
            MethodTable.Facts.Select(fact => (fact.Need, fact.Method)).Order());
        Assert.All(MethodTable.Facts, fact => Assert.True(fact.Reason.Length > 10 && fact.Source.Length > 4));
        Assert.All(Enum.GetValues<GpuWorkload>(), workload => Assert.NotNull(MethodTable.Of(workload, null)));
        Assert.All(Enum.GetValues<WorkloadPhase>(), phase => Assert.NotNull(MethodTable.Of(null, phase)));
        Assert.All(MethodTable.Order.Values, order => Assert.Equal(s_methods.Order(), order.Order()));
    }

    /// <summary>Whatever is asked: all five methods, one place each, and none that gives not what is needed before one that does.</summary>
    [Fact]
    public void For_every_question_the_ranks_follow_the_verdicts()
    {
        GpuNeed[] needs = Enum.GetValues<GpuNeed>();
        IReadOnlyList<DecisionHost>?[] inventories = [null, [], [Host("esx-01")], [Host("esx-01"), Host("esx-02")]];
        for (int bits = 1; bits < 1 << needs.Length; bits++)
        {
            GpuNeed[] asked = [.. needs.Where((_, index) => (bits & (1 << index)) != 0)];
            foreach (IReadOnlyList<DecisionHost>? inventory in inventories)
            {
                IReadOnlyList<GpuRecommendation> ranked = GpuDecision.Decide(new GpuQuestion { Needs = asked }, inventory);
                Assert.Equal(s_methods.Order(), ranked.Select(one => one.Method).Order());
                Assert.Equal(ranked.Select(one => Row(one.Verdict)).Order(), ranked.Select(one => Row(one.Verdict)));
                foreach (GpuRecommendation one in ranked)
                {
                    bool fails = one.Needs.Any(need => MethodTable.Of(need, one.Method).Fit == MethodFit.No);
                    Assert.Equal(fails, one.Verdict == MethodVerdict.NotSuitable);
                    Assert.Equal(one.Missing.Any(gap => gap.Kind == MethodGapKind.Lacking), one.Verdict == MethodVerdict.NotHere);
                    Assert.Equal(inventory is { Count: > 0 } && one.Verdict is (MethodVerdict.Suitable or MethodVerdict.WithLimits), one.BestHost is not null);
                }
            }
        }
    }

    /// <summary>What a method lacks: hosts by a word each, the method, and the first gap, the host and the first command.</summary>
    [Theory]
    [InlineData("active", GpuMethod.Passthrough, "FullGpu", "", "Add-VmGpuPassthrough -VM <name> -Device 0000:3b:00.0")]
    [InlineData("disabled", GpuMethod.Passthrough, "FullGpu", "Needed: passthrough of 0000:3b:00.0 on esx-01, with one reboot", "Enable-GpuPassthrough -VMHost esx-01 -Device 0000:3b:00.0 -Reboot")]
    [InlineData("rebind", GpuMethod.Passthrough, "FullGpu", "Needed: passthrough of 0000:3b:00.0 on esx-01", "Enable-GpuPassthrough -VMHost esx-01 -Device 0000:3b:00.0")]
    [InlineData("held", GpuMethod.Passthrough, "FullGpu", "Needed: 1 free GPU(s): esx-01 has 0 of 1 free, the others are held by ml-02", null)]
    [InlineData("notcapable", GpuMethod.Passthrough, "FullGpu", "Not here: 1 GPU(s) that can be passed through: esx-01 has 0", null)]
    [InlineData("active", GpuMethod.Passthrough, "SeveralGpus", "Not here: 2 GPU(s) that can be passed through: esx-01 has 1", null)]
    [InlineData("active 6.7.0", GpuMethod.DynamicPassthrough, "FullGpu", "Not here: Dynamic DirectPath I/O with DynamicPassthrough needs vSphere 7.0; esx-01 has ESXi 6.7.0", null)]
    [InlineData("active", GpuMethod.DynamicPassthrough, "FullGpu HighAvailability", "Not here: another host for HighAvailability: esx-01 is in no cluster", null)]
    [InlineData("active pair", GpuMethod.DynamicPassthrough, "FullGpu HighAvailability", "", "Add-VmGpuPassthrough -VM <name> -Device 0000:3b:00.0 -Dynamic")]
    [InlineData("basic", GpuMethod.Vgpu, "Share", "Needed: NVIDIA's vGPU driver on esx-01, with its GPUs Shared Direct", "Install-NvidiaVib -VMHost esx-01 -Path <package> -SetGraphicsMode -Reboot")]
    [InlineData("shared", GpuMethod.Vgpu, "Share", "Needed: Shared Direct graphics on the GPUs of esx-01", "Set-HostGraphicsMode -VMHost esx-01 -GraphicsType SharedDirect")]
    [InlineData("sharedDirect", GpuMethod.Vgpu, "Share", "Confirm: NVIDIA vGPU licences, and a licence server that the guests reach", "Get-VgpuProfile -VMHost esx-01")]
    [InlineData("active", GpuMethod.Vgpu, "Share", "Needed: 0000:3b:00.0 of esx-01 out of passthrough mode", "Disable-GpuPassthrough -VMHost esx-01 -Device 0000:3b:00.0 -Reboot")]
    [InlineData("unknowngpu", GpuMethod.Vgpu, "Share", "Not here: a GPU that has vGPU types: esx-01 has GeForce", null)]
    [InlineData("sharedDirect 6.7.0", GpuMethod.Vgpu, "Share VMotion", "Not here: VMotion with Vgpu needs vSphere 6.7 U1; esx-01 has ESXi 6.7.0", null)]
    [InlineData("sharedDirect 6.7.0u1 pair", GpuMethod.Vgpu, "Share VMotion", "Confirm: NVIDIA vGPU licences, and a licence server that the guests reach", "Get-VgpuProfile -VMHost esx-01")]
    [InlineData("sharedDirect 8.0.2", GpuMethod.Vgpu, "UnequalShares", "Not here: UnequalShares with Vgpu needs vSphere 8.0 U3; esx-01 has ESXi 8.0.2", null)]
    [InlineData("sharedDirect", GpuMethod.Vgpu, "UnequalShares", "Needed: mixed-size mode on 0000:3b:00.0 of esx-01", "Set-HostGraphicsMode -VMHost esx-01 -Device 0000:3b:00.0 -VgpuMode MixedSize")]
    [InlineData("sharedDirect", GpuMethod.MigVgpu, "Share", "Needed: MIG on 0000:3b:00.0 of esx-01", "Set-GpuMig -VMHost esx-01 -Device 0000:3b:00.0 -Enabled $true -Reboot")]
    [InlineData("t4", GpuMethod.MigVgpu, "Share", "Not here: a GPU that can be divided by MIG: esx-01 has T4", null)]
    [InlineData("active", GpuMethod.FlexDirect, "HostWithoutGpu", "Confirm: Bitfusion FlexDirect is to be had and licensed: its repositories were archived in 2023", "Add-VmGpuPassthrough -VM <server> -Device 0000:3b:00.0")]
    [InlineData("none", GpuMethod.Vgpu, "Share", "Not here: no host that was read has an NVIDIA GPU", null)]
    [InlineData("down", GpuMethod.Vgpu, "Share", "Not here: no host with a GPU is connected (esx-01)", null)]
    public void What_is_missing_here(string host, GpuMethod method, string needs, string firstGap, string? firstCommand)
    {
        GpuRecommendation one = GpuDecision.Decide(Question(null, null, needs), Hosts(host)).Single(found => found.Method == method);

        Assert.Equal(firstGap, one.Missing.Count == 0 ? string.Empty : one.Missing[0].ToString());
        Assert.Equal(firstCommand is null && one.Missing[0].Kind == MethodGapKind.Lacking ? null : "esx-01", one.BestHost);
        Assert.Equal(firstCommand, one.Commands.Count == 0 ? null : one.Commands[0]);
    }

    [Fact]
    public void The_host_that_lacks_the_least_is_named()
    {
        GpuRecommendation one = GpuDecision.Decide(Question(null, null, "Share"), [Host("esx-01"), Host("esx-02", "sharedDirect"), Host("esx-03", "shared")]).First();

        Assert.Equal((GpuMethod.Vgpu, "esx-02"), (one.Method, one.BestHost));
    }

    [Fact]
    public void A_method_tells_what_another_one_adds_to_it()
    {
        GpuRecommendation passthrough = GpuDecision.Decide(Question(null, null, "FullGpu HostWithoutGpu"), null).Single(one => one.Method == GpuMethod.Passthrough);

        Assert.Contains(passthrough.Combinations, text => text.StartsWith("With FlexDirect: ", StringComparison.Ordinal) && text.Contains("it adds HostWithoutGpu", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "InvalidDeviceCount")]
    [InlineData(129, "InvalidDeviceCount")]
    [InlineData(1, "NothingNamed")]
    public void What_cannot_be_asked_is_refused(int count, string id) =>
        Assert.Equal(id, Assert.Throws<GpuVSphereException>(() => GpuDecision.Decide(new GpuQuestion { GpuCount = count }, null)).Id);

    private static GpuQuestion Question(string? workload, string? phase, string needs) => new()
    {
        Workload = workload is null ? null : Enum.Parse<GpuWorkload>(workload),
        Phase = phase is null ? null : Enum.Parse<WorkloadPhase>(phase),
        Needs = [.. needs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<GpuNeed>)],
    };

    private static IReadOnlyList<DecisionHost> Hosts(string words) =>
        words.Contains("pair", StringComparison.Ordinal) ? [Host("esx-01", words), Host("esx-02", words)] : [Host("esx-01", words)];

    private static DecisionHost Host(string name, string words = "basic")
    {
        string[] parts = words.Split(' ');
        string kind = parts[0];
        string version = parts.FirstOrDefault(part => char.IsDigit(part[0]) && part.Contains('.', StringComparison.Ordinal)) ?? "8.0.3";
        bool isOn = kind is "active" or "held";
        GpuDevice gpu = Samples.Gpu(capable: kind != "notcapable", enabled: isOn, active: isOn) with
        {
            HostName = name,
            Model = kind switch { "unknowngpu" => "GeForce", "t4" => "T4", _ => "A100 PCIe 80GB" },
            DeviceId = (ushort)(kind switch { "unknowngpu" => 0x0001, "t4" => 0x1EB8, _ => 0x20B5 }),
            SubVendorId = 0x10DE,
            SubDeviceId = (ushort)(kind == "t4" ? 0x12A2 : 0x1533),
            GraphicsType = kind is "shared" or "sharedDirect" ? kind : kind == "t4" ? "sharedDirect" : "basic",
            Assignments = kind == "held" ? [Samples.HeldBy("ml-02", VmGpuKind.StaticPassthrough, true)] : [],
        };
        bool isPaired = parts.Contains("pair");
        GpuHost host = Samples.Host(kind == "none" ? [] : [gpu]) with
        {
            Id = new VimObjectId(Samples.Server, new ManagedObjectReference("HostSystem", name)),
            Name = name,
            Version = version.Replace("u1", string.Empty, StringComparison.Ordinal),
            Build = version.EndsWith("u1", StringComparison.Ordinal) ? "10302608" : version.StartsWith("6.7", StringComparison.Ordinal) ? "8169922" : "24022510",
            CanRebindWithoutReboot = kind == "rebind",
            ConnectionState = kind == "down" ? "notResponding" : "connected",
            Cluster = isPaired ? new ManagedObjectReference("ClusterComputeResource", "domain-c1") : null,
            ClusterName = isPaired ? "GPU" : null,
        };
        return new DecisionHost(host, kind == "sharedDirect" ? ["grid_a100d-40c"] : []);
    }

    private static string Mark(MethodVerdict verdict) => verdict switch
    {
        MethodVerdict.Suitable => "+",
        MethodVerdict.WithLimits => "~",
        MethodVerdict.NotNeeded => "0",
        MethodVerdict.NotHere => "?",
        _ => "-",
    };

    private static int Row(MethodVerdict verdict) => verdict switch
    {
        MethodVerdict.Suitable => 0,
        MethodVerdict.WithLimits => 1,
        MethodVerdict.NotNeeded => 2,
        MethodVerdict.NotHere => 3,
        _ => 4,
    };
}
