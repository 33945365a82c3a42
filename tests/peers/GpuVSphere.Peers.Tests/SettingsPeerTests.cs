using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Simulator;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>Settings of a vCenter and DRS of clusters: those of our simulator by govc, and those of govmomi's server by our client.</summary>
public sealed class SettingsPeerTests : IClassFixture<VcsimFixture>, IDisposable
{
    private const string Setting = "vgpu.hotmigrate.enabled";

    private readonly VcsimFixture _vcsim;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(5));

    public SettingsPeerTests(VcsimFixture vcsim) => _vcsim = vcsim;

    public void Dispose() => _limit.Dispose();

    [SkippableFact]
    public async Task Govc_SetsTheSetting_AndDrs_AndOurClientSeesThem()
    {
        Peer.Govc.Require();
        using SimulatorFixture server = new(requiresCookieQuotes: false, scenario: "migration");
        Assert.Contains("false", server.Govc("option.ls", Setting).Succeeded(), StringComparison.Ordinal);
        Assert.NotEqual(0, server.Govc("option.ls", "vgpu.hotmigrat.enabled").ExitCode);

        server.Govc("cluster.change", "-drs-enabled", "-drs-mode", "manual", "/DC/host/MOVE-80").Succeeded();
        server.Govc("cluster.override.change", "-cluster", "/DC/host/MOVE-90", "-vm", "llm-a", "-drs-mode", "partiallyAutomated").Succeeded();

        RawCluster cluster = server.Simulator.Raw.Cluster("MOVE-80");
        Assert.Equal("manual", cluster.DrsAutomation);
        Assert.Equal("1", cluster.DrsOptions["LBMaxVmotionPerHost"]);
        Assert.Equal("partiallyAutomated", server.Simulator.Raw.Cluster("MOVE-90").DrsOverrides["llm-a"]);
        VgpuMigrationSettings read = (await server.AskAsync(session => ReadAsync(session, "MOVE-80"), _limit.Token)).Single();
        Assert.Equal((DrsAutomation.Manual, false), (read.DrsAutomation!.Value, read.HotMigrateEnabled!.Value));
    }

    [SkippableFact]
    public async Task OurSetting_IsTakenByAnotherServer_AndPutBack()
    {
        using VimSession session = await _vcsim.ConnectAsync(_limit.Token);
        string folder = Directory.CreateTempSubdirectory("gpuvsphere-peers-").FullName;
        try
        {
            // This server takes the level of DRS and keeps none of it: what is not read back is not called done.
            OperationContext context = new([session], session.Clock, folder);
            ChangeIntent intent = VgpuMigrationIntents.Enable(
                [VgpuMigrationIntents.TargetOf(session)], [await ClusterAsync(session, "DC0_C0")], new VgpuMigrationWish { DrsAutomation = DrsAutomation.PartiallyAutomated }, []);
            IGpuOperation operation = GpuOperations.Create(intent, context);
            IReadOnlyList<ChangeResult> results = await operation.ApplyAsync(await operation.PlanAsync(_limit.Token), ChangeFeedback.None, _limit.Token);
            Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Failed], results.Select(result => result.Outcome));
            Assert.Equal("ChangeNotEffective", results[1].Error!.Id);
            Assert.True((await ReadAsync(session, "DC0_C0")).Single().HotMigrateEnabled);

            ChangeManager changes = GpuOperations.Changes(folder);
            await changes.UndoAsync(changes.List().Entries.Single().Id, context, null, ChangeFeedback.None, _limit.Token);
            Assert.False((await ReadAsync(session, "DC0_C0")).Single().HotMigrateEnabled);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            await session.LogoutAsync(_limit.Token);
        }
    }

    private async Task<IReadOnlyList<VgpuMigrationSettings>> ReadAsync(VimSession session, string cluster) =>
        await VgpuMigrationSettings.ReadAsync(session, [VgpuMigrationIntents.TargetOf(session), await ClusterAsync(session, cluster)], _limit.Token);

    private async Task<PlanTarget> ClusterAsync(VimSession session, string name)
    {
        NamedObject cluster = (await InventoryReader.ReadNamesAsync(session, _limit.Token)).Clusters.Single(one => one.Name == name);
        return new PlanTarget(cluster.Id, cluster.Name, cluster.ServerName);
    }
}
