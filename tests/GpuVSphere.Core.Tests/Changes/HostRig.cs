using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;

namespace GpuVSphere.Core.Tests.Changes;

/// <summary>Hosts, a clock, a journal in a folder of its own, and the way through the workflow.</summary>
internal sealed class HostRig : IDisposable
{
    public static readonly HostChangeOptions RebootAndPowerOff = new() { Reboot = true, PowerOff = true };

    public FakeClock Clock { get; } = new();

    public List<FakeHost> Hosts { get; } = [];

    public RecordingFeedback Feedback { get; } = new();

    public CancellationTokenSource Stop { get; } = new();

    // The journal waits for the disk at every step; a folder in memory has none.
    public string Folder { get; } = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), "gpuvsphere-tests-" + Guid.NewGuid().ToString("N"));

    public ChangeJournal Journal => new(Folder);

    public FakeHost Add(string name = "esx-01", string? cluster = null, params FakeVm[] vms)
    {
        FakeHost host = new(Clock, name, cluster);
        host.Vms.AddRange(vms);
        Hosts.Add(host);
        return host;
    }

    public ChangePlan Plan(IReadOnlyList<IHostChange> changes) => new()
    {
        Intent = new ChangeIntent("Fake", "Enable it", Hosts.Select(host => new IntentTarget(host.Target, new Dictionary<string, string> { ["device"] = "enabled" })).ToArray(), new Dictionary<string, string>()),
        PlannedAt = Clock.UtcNow,
        Targets = Hosts.Select(host => host.Target).ToArray(),
        Stages = [new ChangeStage(1, null, changes.SelectMany(change => change.Changes).ToArray())],
    };

    public IReadOnlyList<IHostChange> Changes(HostChangeOptions options) => Hosts.Select(host => new FakeHostChange(host, options)).ToArray<IHostChange>();

    public Task<IReadOnlyList<ChangeResult>> RunAsync(HostChangeOptions options) => RunAsync(options, Changes(options));

    public Task<IReadOnlyList<ChangeResult>> RunAsync(HostChangeOptions options, IReadOnlyList<IHostChange> changes, ChangePlan? plan = null) =>
        Workflow(options).RunAsync(plan ?? Plan(changes), changes, Feedback, Stop.Token);

    /// <summary>What a resume does: planned anew, under the same journal entry.</summary>
    public Task<IReadOnlyList<ChangeResult>> ResumeAsync(HostChangeOptions options, RecordingFeedback feedback)
    {
        IReadOnlyList<IHostChange> changes = Changes(options);
        JournalEntry entry = Journal.List().Entries.Single();
        return Workflow(options, entry).RunAsync(Plan(changes), changes, feedback, CancellationToken.None);
    }

    public HostChangeWorkflow Workflow(HostChangeOptions options, JournalEntry? continues = null, bool isUndo = false) => new(
        new OperationContext([], Clock, Folder) { Continues = continues, IsUndo = isUndo },
        options,
        target => Hosts.Single(host => host.Target == target));

    public void Dispose()
    {
        Stop.Dispose();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
