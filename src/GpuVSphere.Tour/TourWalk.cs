using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Passthrough;
using GpuVSphere.Shell;
using GpuVSphere.Simulator;
using GpuVSphere.Vim;

namespace GpuVSphere.Tour;

/// <summary>A walk through a method, step by step. After each step the simulator's own state is looked at, past all code that the step used.</summary>
internal abstract class TourWalk
{
    private readonly TourFeedback _feedback;
    private int _step;

    protected TourWalk(TourStand stand)
    {
        Output = stand.Output;
        Simulator = stand.Simulator;
        Session = stand.Session;
        Stop = stand.Stop;
        Check = new StateCheck(Output);
        Context = new OperationContext([Session], Simulator.Clock, stand.StateDirectory) 
        {
            Shells = Simulator.Shells,
            Guests = new ToolsGuestShells([Session], new VimCredential("admin", SimulatorUser.DefaultPassword.ToCharArray())),
            Secrets = new Dictionary<string, System.Security.SecureString> { [Bitfusion.FlexDirectIntents.LicenseKeySecret] = new System.Net.NetworkCredential(string.Empty, SimulatedFlexDirect.LicenseKey).SecurePassword },
        };
        _step = stand.StepsBefore;
        _feedback = new TourFeedback(Output);
    }

    protected Screen Output { get; }

    protected StateCheck Check { get; }

    protected GpuSimulator Simulator { get; }

    protected VimSession Session { get; }

    protected OperationContext Context { get; }

    protected CancellationToken Stop { get; }

    /// <summary>What is done, in this order.</summary>
    protected abstract IReadOnlyList<Func<Task>> Steps { get; }

    /// <summary>Runs a walk on a simulator in which nothing was changed yet.</summary>
    /// <returns>0 when the simulator's state was right after each step, else 1.</returns>
    protected static async Task<int> RunAsync(
        Screen screen, GpuSimulator simulator, string title, string introduction, Func<TourStand, TourWalk> make, CancellationToken stop, int stepsBefore = 0)
    {
        var clock = Stopwatch.StartNew();
        screen.Title(title);
        screen.Say(introduction);
        string stateDirectory = Path.Combine(Path.GetTempPath(), "gpuvsphere-tour-" + Guid.NewGuid().ToString("N"));
        try
        {
            using var credential = new VimCredential("administrator@vsphere.local", SimulatorUser.DefaultPassword.ToCharArray());
            using VimSession session = await VimSession.ConnectAsync(simulator.Server, credential, stop).ConfigureAwait(false);
            TourWalk walk = make(new TourStand(screen, simulator, session, stateDirectory, stepsBefore, stop));
            await walk.WalkAsync().ConfigureAwait(false);
            await session.LogoutAsync(stop).ConfigureAwait(false);
            return walk.Sum(clock.Elapsed);
        }
        catch (GpuVSphereException error)
        {
            screen.Wrong($"{error.Id}: {error.Message}{(error.NextStep is { } next ? $" {next}" : string.Empty)}");
            return 1;
        }
        finally
        {
            if (Directory.Exists(stateDirectory))
            {
                Directory.Delete(stateDirectory, true);
            }
        }
    }

    protected void Begin(string heading, params string[] lines)
    {
        Stop.ThrowIfCancellationRequested();
        Output.Heading(++_step, heading);
        foreach (string line in lines)
        {
            Output.PowerShell(line);
        }
    }

    /// <summary>Plans, shows the plan if asked to, applies it, and expects every object done.</summary>
    /// <returns>The operation, for what it says more of its results.</returns>
    protected async Task<IGpuOperation> ApplyAsync(ChangeIntent intent, bool showsPlan = false)
    {
        IGpuOperation operation = GpuOperations.Create(intent, Context);
        ChangePlan plan = await operation.PlanAsync(Stop).ConfigureAwait(false);
        if (showsPlan)
        {
            foreach (string line in PlanText.Lines(plan, Screen.Width - 3))
            {
                Output.Verbatim(line);
            }
        }

        IReadOnlyList<ChangeResult> results = await operation.ApplyAsync(plan, _feedback, Stop).ConfigureAwait(false);
        foreach (ChangeResult result in results)
        {
            string why = result.Error is { } error ? $" {error.Message} {error.NextStep}" : string.Empty;
            Check.Claim($"{result.Target.Name}: {result.Outcome}.{why}", result.Outcome == ChangeOutcome.Done);
        }

        return operation;
    }

    /// <summary>Plans, and expects the plan to say that nothing will be done and why. Applies it all the same, so that the state can prove it.</summary>
    protected async Task RefusedAsync(ChangeIntent intent)
    {
        IGpuOperation operation = GpuOperations.Create(intent, Context);
        ChangePlan plan = await operation.PlanAsync(Stop).ConfigureAwait(false);
        foreach (Finding finding in plan.Findings.Where(finding => finding.Blocks))
        {
            Output.Refused(finding.RuleId, $"{finding.Message}{(finding.NextStep is { } next ? $" {next}" : string.Empty)}");
        }

        IReadOnlyList<ChangeResult> results = await operation.ApplyAsync(plan, ChangeFeedback.None, Stop).ConfigureAwait(false);
        foreach (ChangeResult result in results)
        {
            Check.Claim($"{result.Target.Name}: {result.Outcome}, and should have been refused", result.Outcome == ChangeOutcome.Blocked);
        }
    }

    /// <summary>Plans and applies what no rule of ours stops any more, and expects the server to refuse it with a text.</summary>
    protected async Task FailedAsync(ChangeIntent intent, string text)
    {
        IGpuOperation operation = GpuOperations.Create(intent, Context);
        ChangePlan plan = await operation.PlanAsync(Stop).ConfigureAwait(false);
        foreach (ChangeResult result in await operation.ApplyAsync(plan, ChangeFeedback.None, Stop).ConfigureAwait(false))
        {
            Output.Failed($"{result.Error?.Id}: {result.Error?.Message}");
            Check.Claim(
                $"{result.Target.Name}: {result.Outcome}, and should have failed with '{text}'",
                result.Outcome == ChangeOutcome.Failed && result.Error?.Message.Contains(text, StringComparison.Ordinal) == true);
        }
    }

    /// <summary>Compares two moments of a VM or a host.</summary>
    protected void Same(string what, Picture before, Picture after)
    {
        string difference = Picture.Difference(before, after);
        Check.True(difference.Length == 0 ? what : $"{what} ({difference})", difference.Length == 0);
    }

    protected async Task<GpuHost> HostAsync(string hostName)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Everything, Stop).ConfigureAwait(false);
        return inventory.Hosts.Single(host => host.Name == hostName);
    }

    protected async Task<IReadOnlyList<GpuDevice>> DevicesAsync(string hostName) => (await HostAsync(hostName).ConfigureAwait(false)).Devices;

    protected async Task<PlanTarget> TargetAsync(string vmName)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(Session, InventoryScope.Everything, Stop).ConfigureAwait(false);
        return PassthroughIntents.Target(inventory.Vms.Single(vm => vm.Name == vmName));
    }

    protected static string Word(bool value) => value ? "yes" : "no";

    protected static string Number(long? number) => number?.ToString("#,0", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>Walks step by step, and stops behind one that left the wrong state: the next would rest on it.</summary>
    private async Task WalkAsync()
    {
        foreach (Func<Task> step in Steps)
        {
            Stop.ThrowIfCancellationRequested();
            await step().ConfigureAwait(false);
            if (Check.Differences.Count > 0)
            {
                return;
            }
        }
    }

    private int Sum(TimeSpan elapsed)
    {
        Output.Space();
        if (Check.Differences.Count == 0)
        {
            Output.Right(FormattableString.Invariant($"{Check.Count} facts of the simulator's own state are as they should be ({elapsed.TotalSeconds:0.0} s)."));
            return 0;
        }

        Output.Wrong(FormattableString.Invariant($"{Check.Differences.Count} of {Check.Count} facts of the simulator's own state are not as they should be:"));
        foreach (string difference in Check.Differences)
        {
            Output.Wrong(difference);
        }

        return 1;
    }
}
