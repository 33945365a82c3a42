using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model.Guest.Licensing;
using GpuVSphere.Simulator.Tests.Bitfusion;
using GpuVSphere.Simulator.Tests.Hosts;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Settings in guests are in the journal with what was there, and are put back where they still are as the change set them.</summary>
public sealed class GuestUndoTests : IDisposable
{
    private const double Speed = 60;
    private const string Early = "NVIDIA-Linux-x86_64-470.63.01-grid.run";
    private const string Late = "NVIDIA-Linux-x86_64-535.54.03-grid.run";
    private const string Servers = "/etc/bitfusionio/servers.conf";

    private static readonly GuestChangeOptions s_none = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_licence_whose_file_the_change_made_is_gone_with_the_file()
    {
        using GuestDriverLab lab = await ReadyAsync(Early);
        ChangeResult set = await lab.ApplyAsync(Legacy(lab));
        Assert.Equal(ChangeOutcome.Done, set.Outcome);
        JournalEntry entry = Changes(lab).Get(set.ChangeId!);
        Assert.Equal((JournalState.Done, lab.Vm), (entry.State, Assert.Single(entry.Hosts).Target.Name));
        Assert.Contains(entry.Hosts[0].Fields, field => field is { Name: "setting ServerAddress", Before: null, After: "gridls.sim" });
        Assert.NotEmpty(lab.Lab.Simulator.Licensing.Leases(SimulatorLicensing.LegacyServer));

        IGpuOperation undo = Changes(lab).PrepareUndo(set.ChangeId!, lab.Context());
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        PlannedChange row = Assert.Single(plan.Changes);
        Assert.Equal(("gridd.conf", null), (row.Property, row.After));
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(plan, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Contains("is back; nvidia-smi says: Unlicensed", undone.Message);
        Assert.Equal("no\n", await lab.SaysAsync("[ -e /etc/nvidia/gridd.conf ] && echo yes || echo no"));
        Assert.Empty(lab.Lab.Simulator.Licensing.Leases(SimulatorLicensing.LegacyServer));
        Assert.Equal(JournalState.Undone, Changes(lab).Get(set.ChangeId!).State);
        Assert.Equal("ChangeFinished", Assert.Throws<GpuVSphereException>(() => Changes(lab).PrepareUndo(set.ChangeId!, lab.Context())).Id);
    }

    [Fact]
    public async Task Settings_go_back_to_what_they_were_and_what_others_changed_since_stays()
    {
        using GuestDriverLab lab = await ReadyAsync(Early);
        await lab.SaysAsync("printf '# mine\\nServerAddress=old.example\\nServerPort=7071\\nFeatureType=2\\nEnableUI=TRUE\\n' > /etc/nvidia/gridd.conf");
        ChangeResult set = await lab.ApplyAsync(VgpuLicenseIntents.Legacy([lab.Target], "gridls.sim", 7070, null, null, LicenseFeature.VirtualGpu, false, s_none));
        Assert.Equal((ChangeOutcome.Done, null), (set.Outcome, set.Error?.Message));
        await lab.SaysAsync("sed -i 's/^FeatureType=.*/FeatureType=4/' /etc/nvidia/gridd.conf");

        IGpuOperation undo = Changes(lab).PrepareUndo(set.ChangeId!, lab.Context());
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.Equal([("gridd.conf ServerAddress", "gridls.sim", "old.example"), ("gridd.conf ServerPort", "7070", "7071")], plan.Changes.Select(change => (change.Property, change.Before, change.After)));
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains("keeps gridd.conf FeatureType = 4", StringComparison.Ordinal));
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(plan, new LabFeedback(), CancellationToken.None));
        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Equal("# mine\nServerAddress=old.example\nServerPort=7071\nFeatureType=4\nEnableUI=TRUE\n", await lab.SaysAsync("cat /etc/nvidia/gridd.conf"));
    }

    [Fact]
    public async Task A_token_is_taken_away_again_and_one_that_it_replaced_is_said_to_be_kept_nowhere()
    {
        using GuestDriverLab lab = await ReadyAsync(Late);
        await lab.SaysAsync("echo a.b.c > /etc/nvidia/ClientConfigToken/client_configuration_token_old.tok");
        string token = Path.Combine(_folder, "client_configuration_token_new.tok");
        File.WriteAllText(token, SimulatorLicensing.Token());
        ChangeResult set = await lab.ApplyAsync(VgpuLicenseIntents.Token([lab.Target], token, null, false, s_none));
        Assert.Equal((ChangeOutcome.Done, null), (set.Outcome, set.Error?.Message));
        string journal = File.ReadAllText(Changes(lab).Get(set.ChangeId!).Path);
        Assert.DoesNotContain(File.ReadAllText(token), journal);
        Assert.DoesNotContain("a.b.c", journal);

        IGpuOperation undo = Changes(lab).PrepareUndo(set.ChangeId!, lab.Context());
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.Contains(plan.Consequences, consequence => consequence.Text.Contains("client_configuration_token_old.tok", StringComparison.Ordinal) && consequence.Text.Contains("kept nowhere", StringComparison.Ordinal));
        Assert.Equal(ChangeOutcome.Done, Assert.Single(await undo.ApplyAsync(plan, new LabFeedback(), CancellationToken.None)).Outcome);
        Assert.Equal("", await lab.SaysAsync("ls /etc/nvidia/ClientConfigToken"));
    }

    [Fact]
    public async Task On_Windows_values_that_were_not_there_are_removed()
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync("windows2019srv_64Guest", clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, "471.68_grid_win10_server2016_server2019_64bit_international.exe");
        ChangeResult set = await lab.ApplyAsync(Legacy(lab), "Administrator");
        Assert.Equal((ChangeOutcome.Done, null), (set.Outcome, set.Error?.Message));
        Assert.Equal("gridls.sim", Value(lab, "ServerAddress"));

        ChangeResult undone = Assert.Single(await Changes(lab).UndoAsync(set.ChangeId!, lab.Context("Administrator"), null, new LabFeedback(), CancellationToken.None));
        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Equal((null, null, "0"), (Value(lab, "ServerAddress"), Value(lab, "FeatureType"), Value(lab, "NvCplDisableManageLicensePage")));
    }

    [Fact]
    public async Task What_was_set_before_a_refusal_is_put_back_too()
    {
        using GuestDriverLab lab = await ReadyAsync(Early);
        ChangeResult refused = await lab.ApplyAsync(VgpuLicenseIntents.Legacy([lab.Target], "nowhere.example", null, null, null, null, false, s_none));
        Assert.Equal(ChangeOutcome.Failed, refused.Outcome);
        Assert.Equal(JournalState.Failed, Changes(lab).Get(refused.ChangeId!).State);
        Assert.Equal(ChangeOutcome.Done, Assert.Single(await Changes(lab).UndoAsync(refused.ChangeId!, lab.Context(), null, new LabFeedback(), CancellationToken.None)).Outcome);
        Assert.Equal("no\n", await lab.SaysAsync("[ -e /etc/nvidia/gridd.conf ] && echo yes || echo no"));
    }

    [Fact]
    public async Task Servers_of_clients_go_back_guest_by_guest()
    {
        using FlexDirectLab lab = await FlexDirectLab.StartAsync();
        const string Before = "# ours\n10.0.0.1\n10.0.0.2\n";
        Put(lab, "flex-cpu-01", Before);
        ChangeIntent intent = FlexDirectIntents.SetServers(lab.Vms("flex-cpu-01", "flex-cpu-02"), new ServersWish { Addresses = ["10.0.0.9"] }, s_none);
        IReadOnlyList<ChangeResult> set = await lab.DoneAsync(intent);
        string id = Assert.Single(set.Select(result => result.ChangeId).Distinct())!;
        ChangeManager changes = GpuOperations.Changes(lab.State);
        Assert.Equal(Before, changes.Get(id).Hosts.Single(host => host.Target.Name == "flex-cpu-01").Fields.Single().Before);

        IReadOnlyList<ChangeResult> undone = await changes.UndoAsync(id, lab.Context, null, lab.Feedback, CancellationToken.None);

        Assert.All(undone, result => Assert.True(result.Outcome == ChangeOutcome.Done, result.Message));
        Assert.Equal(Before, Text(lab, "flex-cpu-01"));
        Assert.Null(Text(lab, "flex-cpu-02"));
        Assert.Equal(JournalState.Undone, changes.Get(id).State);
    }

    [Fact]
    public async Task Servers_that_somebody_changed_since_stay_and_a_guest_that_cannot_be_asked_keeps_the_undo_open()
    {
        using FlexDirectLab lab = await FlexDirectLab.StartAsync();
        string id = (await lab.DoneAsync(FlexDirectIntents.SetServers(lab.Vms("flex-cpu-01", "flex-cpu-02"), new ServersWish { Addresses = ["10.0.0.9"] }, s_none)))[0].ChangeId!;
        Put(lab, "flex-cpu-01", "10.0.0.77\n");
        ChangeManager changes = GpuOperations.Changes(lab.State);

        Assert.Equal("GuestShellMissing", (await Assert.ThrowsAsync<GpuVSphereException>(() => changes.UndoAsync(id, new OperationContext(lab.Context.Sessions, lab.Context.Clock, lab.State), null, lab.Feedback, CancellationToken.None))).Id);
        lock (lab.Simulated.Inventory.Gate)
        {
            lab.Simulated.Vm("flex-cpu-02").PowerState = "poweredOff";
        }

        IReadOnlyList<ChangeResult> first = await changes.UndoAsync(id, lab.Context, null, lab.Feedback, CancellationToken.None);
        Assert.Equal([ChangeOutcome.Unchanged, ChangeOutcome.Blocked], first.Select(result => result.Outcome));
        Assert.Equal("10.0.0.77\n", Text(lab, "flex-cpu-01"));
        Assert.Equal(JournalState.Done, changes.Get(id).State);

        lock (lab.Simulated.Inventory.Gate)
        {
            lab.Simulated.Vm("flex-cpu-02").PowerState = "poweredOn";
        }

        IReadOnlyList<ChangeResult> second = await changes.UndoAsync(id, lab.Context, null, lab.Feedback, CancellationToken.None);
        Assert.Equal([ChangeOutcome.Unchanged, ChangeOutcome.Done], second.Select(result => result.Outcome));
        Assert.Null(Text(lab, "flex-cpu-02"));
        Assert.Equal(JournalState.Undone, changes.Get(id).State);
    }

    [Fact]
    public async Task An_undo_that_reaches_only_some_guests_is_not_called_undone()
    {
        using FlexDirectLab lab = await FlexDirectLab.StartAsync();
        string id = (await lab.DoneAsync(FlexDirectIntents.SetServers(lab.Vms("flex-cpu-01", "flex-cpu-02"), new ServersWish { Addresses = ["10.0.0.9"] }, s_none)))[0].ChangeId!;
        ChangeManager changes = GpuOperations.Changes(lab.State);
        lock (lab.Simulated.Inventory.Gate)
        {
            lab.Simulated.Vm("flex-cpu-02").PowerState = "poweredOff";
        }

        IReadOnlyList<ChangeResult> first = await changes.UndoAsync(id, lab.Context, null, lab.Feedback, CancellationToken.None);
        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Blocked], first.Select(result => result.Outcome));
        JournalEntry entry = changes.Get(id);
        Assert.Equal((JournalState.Failed, $"Undo-GpuChange -Id {id}"), (entry.State, entry.NextStep));

        lock (lab.Simulated.Inventory.Gate)
        {
            lab.Simulated.Vm("flex-cpu-02").PowerState = "poweredOn";
        }

        await changes.ResumeAsync(id, lab.Context, lab.Feedback, CancellationToken.None);
        Assert.Null(Text(lab, "flex-cpu-02"));
        Assert.Equal(JournalState.Undone, changes.Get(id).State);
    }

    [Fact]
    public async Task Without_a_journal_nothing_is_begun()
    {
        using FlexDirectLab lab = await FlexDirectLab.StartAsync();
        File.WriteAllText(Path.Combine(lab.State, "changes"), "in the way");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => lab.RunAsync(FlexDirectIntents.SetServers(lab.Vms("flex-cpu-01"), new ServersWish { Addresses = ["10.0.0.9"] }, s_none)));
        Assert.Equal("JournalNotWritable", error.Id);
        Assert.Null(Text(lab, "flex-cpu-01"));
    }

    private static void Put(FlexDirectLab lab, string vm, string text)
    {
        lock (lab.Simulated.Inventory.Gate)
        {
            lab.Guest(vm).Files.Put(Servers, text);
        }
    }

    private static string? Text(FlexDirectLab lab, string vm)
    {
        lock (lab.Simulated.Inventory.Gate)
        {
            return lab.Guest(vm).Files.Text(Servers);
        }
    }

    private static string? Value(GuestDriverLab lab, string name)
    {
        lock (lab.Lab.Inventory.Gate)
        {
            return lab.Lab.Vm(lab.Vm).Guest.State<WindowsRegistry>().Text(WindowsRegistry.Licensing, name);
        }
    }

    private static ChangeManager Changes(GuestDriverLab lab) => GpuOperations.Changes(lab.State);

    private static async Task<GuestDriverLab> ReadyAsync(string driver)
    {
        GuestDriverLab lab = driver == Late ? await GuestDriverLab.VgpuAsync("ubuntu64Guest", "grid_v100d-8q", "v70-01", Speed) : await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, driver);
        return lab;
    }

    private static ChangeIntent Legacy(GuestDriverLab lab) => VgpuLicenseIntents.Legacy([lab.Target], "gridls.sim", null, null, null, null, false, s_none);
}
