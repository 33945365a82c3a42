using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.State;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Changes;

public sealed class ChangeJournalTests : IDisposable
{
    private static readonly PlanTarget s_host = new(new VimObjectId("u&<\"1", new ManagedObjectReference("HostSystem", "host-1")), "esx \u00e4 'x' & <y>", "vc");
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 8, 0, 0, 123, TimeSpan.Zero);
    private readonly HostRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void An_entry_is_read_back_as_it_was_written()
    {
        ChangePlan plan = Plan();
        JournalHost host = new()
        {
            Target = s_host,
            Fields = [new JournalField("0000:3b:00.0", "disabled", "enabled"), new JournalField("label:0000:3b:00.0", null, "a b")],
            Step = HostStep.Rebooting,
            OwnsMaintenanceMode = true,
            VmsShutDown = [new JournalVm(new VimObjectId("u", new ManagedObjectReference("VirtualMachine", "vm-7")), "web \"1\"")],
            BootTimeBefore = s_now.AddDays(-3),
            StartedAt = s_now,
            Outcome = ChangeOutcome.Failed,
            Message = "line 1\nline 2 <&>",
            ErrorId = "RebootTimeout",
        };
        using JournalRecord record = _rig.Journal.Begin(plan, [host], s_now);
        JournalEntry written = record.Entry;

        JournalEntry read = _rig.Journal.Get(written.Id);

        Assert.Equal(plan.Id.ToString("N").Substring(0, 8), read.Id);
        Assert.Equal(JournalState.Running, read.State);
        Assert.Equal("Enable & more", read.Title);
        Assert.Equal(written.Owner, read.Owner);
        Assert.Equal(s_now, read.StartedAt);
        Assert.Equal(plan.Intent.Options, read.Intent.Options);
        Assert.Equal(plan.Intent.Targets[0].Wanted, read.Intent.Targets[0].Wanted);
        Assert.Equal(plan.Intent.Targets[0].Target, read.Intent.Targets[0].Target);
        JournalHost got = read.Hosts.Single();
        Assert.Equal(host.Fields, got.Fields);
        Assert.Equal(host.VmsShutDown, got.VmsShutDown);
        Assert.Equal(host with { Fields = got.Fields, VmsShutDown = got.VmsShutDown }, got);
    }

    [Fact]
    public void A_change_whose_process_ended_is_interrupted()
    {
        string id;
        using (JournalRecord record = _rig.Journal.Begin(Plan(), [new JournalHost { Target = s_host }], s_now))
        {
            id = record.Entry.Id;
            Assert.Equal(JournalState.Running, _rig.Journal.Get(id).State);
        }

        // The file of a process that was killed still says running; nobody holds its lock.
        string path = _rig.Journal.Get(id).Path;
        File.WriteAllText(path, File.ReadAllText(path).Replace("state=\"Interrupted\"", "state=\"Running\"", StringComparison.Ordinal));

        JournalEntry entry = _rig.Journal.Get(id);
        Assert.Equal(JournalState.Interrupted, entry.State);
        Assert.Contains("Resume-GpuChange -Id " + id, entry.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void One_change_is_worked_on_by_one_process()
    {
        using JournalRecord record = _rig.Journal.Begin(Plan(), [], s_now);
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => _rig.Journal.Continue(record.Entry.Id, false, s_now));
        Assert.Equal("ChangeRunning", error.Id);

        record.Dispose();
        using JournalRecord again = _rig.Journal.Continue(record.Entry.Id, false, s_now);
        Assert.Equal(JournalState.Running, _rig.Journal.Get(record.Entry.Id).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<change")]
    [InlineData("<?xml version=\"1.0\"?><other/>")]
    [InlineData("<change version=\"99\" id=\"1\" state=\"Done\"/>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><change>&b;</change>")]
    [InlineData("<change version=\"1\" id=\"1\" state=\"Lost\" startedAt=\"2026-01-01T00:00:00Z\"/>")]
    [InlineData("<change version=\"1\" id=\"1\" state=\"Done\" startedAt=\"yesterday\"/>")]
    [InlineData("<change version=\"1\" id=\"1\" state=\"Done\" startedAt=\"2026-01-01T00:00:00Z\"><owner machine=\"m\" process=\"99999999999\" user=\"u\" since=\"2026-01-01T00:00:00Z\"/></change>")]
    public void A_damaged_file_is_reported_and_hides_nothing(string content)
    {
        using (_rig.Journal.Begin(Plan(), [], s_now))
        {
        }

        File.WriteAllText(Path.Combine(_rig.Folder, "changes", "00bad000.xml"), content);

        JournalListing listing = _rig.Journal.List();
        Assert.Single(listing.Entries);
        GpuVSphereException problem = Assert.Single(listing.Problems);
        Assert.Equal("JournalDamaged", problem.Id);
        Assert.Contains("00bad000.xml", problem.Message, StringComparison.Ordinal);
        Assert.Equal("JournalDamaged", Assert.Throws<GpuVSphereException>(() => _rig.Journal.Get("00bad000")).Id);
    }

    [Fact]
    public void An_entry_is_found_by_the_beginning_of_its_id()
    {
        foreach (string id in new[] { "aaaa1111", "aaaa2222", "bbbb3333" })
        {
            _rig.Journal.Begin(Plan() with { Id = new Guid(id + "-0000-0000-0000-000000000000") }, [], s_now).Dispose();
        }

        Assert.Equal("bbbb3333", _rig.Journal.Get("BBB").Id);
        Assert.Equal("aaaa1111", _rig.Journal.Get("aaaa1").Id);
        Assert.Equal("AmbiguousName", Assert.Throws<GpuVSphereException>(() => _rig.Journal.Get("aaaa")).Id);
        Assert.Equal("ChangeNotFound", Assert.Throws<GpuVSphereException>(() => _rig.Journal.Get("cccc")).Id);
        Assert.Equal("ChangeNotFound", Assert.Throws<GpuVSphereException>(() => _rig.Journal.Get(" ")).Id);
        Assert.Equal("ChangeNotFound", Assert.Throws<GpuVSphereException>(() => _rig.Journal.Get("../x")).Id);
    }

    [Fact]
    public void The_same_plan_a_second_time_gets_an_entry_of_its_own()
    {
        ChangePlan plan = Plan();
        _rig.Journal.Begin(plan, [], s_now).Dispose();
        _rig.Journal.Begin(plan, [], s_now.AddMinutes(1)).Dispose();

        Assert.Equal(2, _rig.Journal.List().Entries.Select(entry => entry.Id).Distinct().Count());
        Assert.Equal(s_now.AddMinutes(1), _rig.Journal.List().Entries[0].StartedAt);
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_whole()
    {
        string path = Path.Combine(_rig.Folder, "file.xml");
        StateFiles.WriteAtomically(path, stream => stream.WriteByte(1));
        Assert.Throws<InvalidOperationException>(() => StateFiles.WriteAtomically(path, stream =>
        {
            stream.WriteByte(2);
            throw new InvalidOperationException();
        }));

        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Equal(["file.xml"], Directory.GetFiles(_rig.Folder).Select(Path.GetFileName));
    }

    [SkippableFact]
    public void The_folder_is_its_owners_alone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows keeps the user's data folder private by itself.");
        _rig.Journal.Begin(Plan(), [], s_now).Dispose();
        foreach (string folder in new[] { _rig.Folder, Path.Combine(_rig.Folder, "changes") })
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            }
        }
    }

    [Fact]
    public void A_finished_change_leaves_one_file()
    {
        using (JournalRecord record = _rig.Journal.Begin(Plan(), [], s_now))
        {
            record.Finish(JournalState.Done, s_now);
        }

        Assert.Single(Directory.GetFiles(Path.Combine(_rig.Folder, "changes")));
    }

    [Theory]
    [InlineData(true, true, null)]
    [InlineData(true, false, "Reboot the hosts")]
    [InlineData(false, true, "Reboot the hosts")]
    public void A_pending_reboot_is_over_when_a_later_change_rebooted_the_host(bool isLater, bool hasRebooted, string? nextStep)
    {
        JournalHost pending = new() { Target = s_host, Step = HostStep.Finished, Outcome = ChangeOutcome.Pending, StartedAt = s_now, FinishedAt = s_now.AddMinutes(1) };
        JournalHost other = new()
        {
            Target = s_host,
            Step = HostStep.Finished,
            Outcome = ChangeOutcome.Done,
            StartedAt = isLater ? s_now.AddMinutes(2) : s_now.AddMinutes(-2),
            BootTimeBefore = hasRebooted ? s_now.AddDays(-1) : null,
        };
        foreach (JournalHost host in new[] { pending, other })
        {
            using JournalRecord record = _rig.Journal.Begin(Plan(), [host], s_now);
            record.Finish(JournalState.Done, s_now.AddMinutes(10));
        }

        ChangeManager changes = new(_rig.Folder, []);
        JournalEntry seen = changes.List().Entries.Single(entry => entry.Hosts[0].Outcome == ChangeOutcome.Pending);

        Assert.Equal(nextStep is null, seen.NextStep is null);
        Assert.Equal(seen.NextStep, changes.Get(seen.Id).NextStep);
        Assert.StartsWith(nextStep ?? string.Empty, seen.NextStep ?? string.Empty, StringComparison.Ordinal);
    }

    private static ChangePlan Plan() => new()
    {
        Intent = new ChangeIntent(
            "Fake",
            "Enable & more",
            [new IntentTarget(s_host, new Dictionary<string, string> { ["0000:3b:00.0"] = "enabled", ["x"] = string.Empty })],
            new Dictionary<string, string> { ["reboot"] = "true" }),
        PlannedAt = s_now,
        Targets = [s_host],
        Stages = [],
    };
}
