using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;
using GpuVSphere.Simulator.Model.Guest.Bitfusion;

namespace GpuVSphere.Simulator.Tests.Bitfusion;

/// <summary>FlexDirect from its begin to a program on another VM's GPU, by our own operations; and everything that keeps it from going well.</summary>
public sealed class FlexDirectChangeTests : IAsyncLifetime
{
    private static readonly GuestChangeOptions s_options = new();
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private FlexDirectLab _lab = null!;

    public async Task InitializeAsync() => _lab = await FlexDirectLab.StartAsync();

    public Task DisposeAsync()
    {
        _lab.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task FromNothing_ToAProgramOnAnotherVmsGpu()
    {
        string[] servers = ["flex-gpu-01", "flex-gpu-02"];
        string[] all = [.. servers, "flex-cpu-01", "flex-cpu-02"];
        await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms(all), new InstallWish(), s_options));
        _lab.GiveKey();
        await _lab.DoneAsync(FlexDirectIntents.License(_lab.Vms(all), acceptsTerms: true, again: false, s_options));
        IReadOnlyList<ChangeResult> started = await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms(servers), new SchedulerWish(), s_patience, s_options));
        Assert.All(started, result => Assert.Equal("Running resource scheduler on 0.0.0.0:56001 using 1 GPUs (0) with 32768 MiB of memory each", result.Message));
        await _lab.DoneAsync(FlexDirectIntents.SetServers(_lab.Vms("flex-cpu-01", "flex-cpu-02"), new ServersWish { Addresses = [.. servers.Select(vm => _lab.Guest(vm).Address)] }, s_options));

        FlexDirectGpu[] gpus = [.. await _lab.AskAsync("flex-cpu-02", shell => FlexDirectReader.ReadGpusAsync(_lab.Vm("flex-cpu-02"), shell, Assert.Fail, CancellationToken.None))];
        Assert.Equal(servers.Select(vm => $"{_lab.Guest(vm).Address}:56001 0 Tesla V100-PCIE-32GB 32768 32768"), gpus.Select(gpu => $"{gpu.ServerAddress} {gpu.Index} {gpu.Name} {gpu.MemoryMB} {gpu.FreeMemoryMB}"));
        FlexDirectRun run = await _lab.AskAsync("flex-cpu-01", shell => FlexDirectReader.RunAsync(_lab.Vm("flex-cpu-01"), shell, new FlexDirectRunRequest { Program = "nvidia-smi", Arguments = ["-L"], MemoryMB = 2048 }, null, CancellationToken.None));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Tesla V100", Assert.Single(run.Output), StringComparison.Ordinal);

        // All of it once more changes nothing.
        foreach (ChangeIntent again in new[]
        {
            FlexDirectIntents.Install(_lab.Vms(all), new InstallWish(), s_options),
            FlexDirectIntents.License(_lab.Vms(all), true, false, s_options),
            FlexDirectIntents.StartScheduler(_lab.Vms(servers), new SchedulerWish { Port = 56001 }, s_patience, s_options),
            FlexDirectIntents.SetServers(_lab.Vms("flex-cpu-01"), new ServersWish { Add = [_lab.Guest("flex-gpu-01").Address] }, s_options),
        })
        {
            ChangePlan plan = await _lab.PlanAsync(again);
            Assert.True(plan.IsEmpty, again.Title);
            Assert.DoesNotContain(plan.Findings, finding => finding.Blocks);
        }
    }

    [Fact]
    public async Task AGuestWithoutInternet_SaysHow_AndTakesAFile()
    {
        ChangeResult failed = Assert.Single(await _lab.RunAsync(FlexDirectIntents.Install(_lab.Vms("flex-off-01"), new InstallWish(), s_options)));
        Assert.Equal((ChangeOutcome.Failed, "FlexDirectDownloadFailed"), (failed.Outcome, failed.Error!.Id));
        Assert.Contains("-Path", failed.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal(string.Empty, (await _lab.ShellAsync("flex-off-01", "ls /tmp")).Output);

        string script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, FlexDirectFiles.Script);
            await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms("flex-off-01"), new InstallWish { Path = script }, s_options));
        }
        finally
        {
            File.Delete(script);
        }

        Assert.Equal("/usr/bin/flexdirect\n", (await _lab.ShellAsync("flex-off-01", "which flexdirect")).Output);
        Assert.Equal(string.Empty, (await _lab.ShellAsync("flex-off-01", "ls /tmp")).Output);
    }

    [Theory]
    [InlineData("flex-cpu-01", false)]
    [InlineData("flex-cpu-02", true)]
    public async Task APackageOfTheLaterRelease_IsInstalledAndFoundByItsName(string vm, bool isRpm)
    {
        // What it is, its content says; a browser may have lost the end of its name.
        string package = Path.Combine(_lab.State, "bitfusion-client");
        try
        {
            await File.WriteAllBytesAsync(package, FlexDirectFiles.Package(isRpm));
            ChangeResult done = Assert.Single(await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms(vm), new InstallWish { Path = package }, s_options)));
            Assert.Equal("/usr/bin/bitfusion is there.", done.Message);
        }
        finally
        {
            File.Delete(package);
        }

        await _lab.DoneAsync(FlexDirectIntents.SetServers(_lab.Vms(vm), new ServersWish { Addresses = ["10.0.0.5"] }, s_options));
        Assert.Equal("servers:\n- addresses:\n  - 10.0.0.5:56001\n", (await _lab.ShellAsync(vm, "cat .bitfusion/servers.conf")).Output);
    }

    [Fact]
    public async Task AnInstallerThatWasNotMeant_IsNotRun()
    {
        _lab.Simulated.Simulator.Orders.Download("http://taken.example", System.Text.Encoding.UTF8.GetBytes("<html>Buy this name</html>"));
        ChangeResult page = Assert.Single(await _lab.RunAsync(FlexDirectIntents.Install(_lab.Vms("flex-cpu-01"), new InstallWish { Source = "http://taken.example" }, s_options)));
        Assert.Equal("FlexDirectNotAnInstaller", page.Error!.Id);
        ChangeResult other = Assert.Single(await _lab.RunAsync(FlexDirectIntents.Install(_lab.Vms("flex-cpu-01"), new InstallWish { Sha256 = new string('0', 64) }, s_options)));
        Assert.Equal("FlexDirectChecksum", other.Error!.Id);
        Assert.NotEqual(0, (await _lab.ShellAsync("flex-cpu-01", "which flexdirect")).ExitCode);
    }

    [Fact]
    public async Task AWindowsGuest_IsRefused_AndTheOthersGoOn()
    {
        IReadOnlyList<ChangeResult> results = await _lab.RunAsync(FlexDirectIntents.Install(_lab.Vms("flex-win-01", "flex-cpu-01"), new InstallWish(), s_options));
        Assert.Equal([ChangeOutcome.Blocked, ChangeOutcome.Done], results.Select(result => result.Outcome));
    }

    [Fact]
    public async Task WithoutRoot_NothingIsInstalled()
    {
        _lab.User = "guest";
        ChangeResult failed = Assert.Single(await _lab.RunAsync(FlexDirectIntents.Install(_lab.Vms("flex-cpu-01"), new InstallWish(), s_options)));
        Assert.Equal("GuestNotRoot", failed.Error!.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheKey_IsNowhereButInTheProgram(bool termsFirst)
    {
        await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms("flex-cpu-01"), new InstallWish(), s_options));
        _lab.Guest("flex-cpu-01").State<FlexDirectState>().AsksToAcceptFirst = termsFirst;
        _lab.GiveKey("SIMU-FLEX-WRONG");
        ChangeIntent intent = FlexDirectIntents.License(_lab.Vms("flex-cpu-01"), true, false, s_options);
        ChangeResult refused = Assert.Single(await _lab.RunAsync(intent));
        Assert.Equal("FlexDirectLicenseRefused", refused.Error!.Id);
        Assert.Contains("is invalid", refused.Error.Message, StringComparison.Ordinal);

        _lab.GiveKey();
        await _lab.DoneAsync(intent);
        Assert.True(_lab.Guest("flex-cpu-01").State<FlexDirectState>().IsLicensed);
        string told = string.Join("\n", _lab.Feedback.VerboseLines) + refused.Message + refused.Error + string.Join("\n", intent.Options.Values)
            + (await _lab.ShellAsync("flex-cpu-01", "cat /var/log/syslog; ls -R /tmp", asRoot: true)).Output;
        Assert.DoesNotContain("SIMU-FLEX", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatInitAsksFor_AndWasNotGiven_IsTold()
    {
        await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms("flex-cpu-01"), new InstallWish(), s_options));
        Assert.Equal("FlexDirectKeyNeeded", Assert.Single(await _lab.RunAsync(FlexDirectIntents.License(_lab.Vms("flex-cpu-01"), true, false, s_options))).Error!.Id);
        _lab.GiveKey();
        Assert.Equal("FlexDirectTermsNotAccepted", Assert.Single(await _lab.RunAsync(FlexDirectIntents.License(_lab.Vms("flex-cpu-01"), false, false, s_options))).Error!.Id);
        Assert.Equal(ChangeOutcome.Blocked, Assert.Single(await _lab.RunAsync(FlexDirectIntents.License(_lab.Vms("flex-cpu-02"), true, false, s_options))).Outcome);
    }

    [Fact]
    public async Task AServerWithoutAWorkingGpu_IsNotStarted()
    {
        _lab.Licensed("flex-bare-01", "flex-cpu-01");
        IReadOnlyList<ChangeResult> results = await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-bare-01", "flex-cpu-01"), new SchedulerWish(), s_patience, s_options));
        Assert.All(results, result => Assert.Equal(ChangeOutcome.Blocked, result.Outcome));
        Assert.All(results, result => Assert.Contains("no working GPU", result.Message, StringComparison.Ordinal));
        Assert.Empty(_lab.Daemons("flex-bare-01"));
    }

    [Fact]
    public async Task AScheduler_SurvivesTheCall_ComesBackWithTheGuest_AndIsStopped()
    {
        _lab.Licensed("flex-gpu-01");
        await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish(), s_patience, s_options));
        Assert.Equal("active\n", (await _lab.ShellAsync("flex-gpu-01", "systemctl is-active flexdirect-scheduler")).Output);

        lock (_lab.Simulated.Inventory.Gate)
        {
            _lab.Guest("flex-gpu-01").Reboot();
        }

        await _lab.Simulated.UntilAsync(() => _lab.Guest("flex-gpu-01").IsUp && _lab.Daemons("flex-gpu-01") is [{ IsReady: true }]);
        ChangePlan plan = await _lab.PlanAsync(FlexDirectIntents.StopScheduler(_lab.Vms("flex-gpu-01"), null, s_options));
        Assert.Equal(["scheduler on port 56001", "service flexdirect-scheduler"], plan.Changes.Select(change => change.Property));
        Assert.Contains("end", Assert.Single(plan.Consequences).Text, StringComparison.Ordinal);
        await _lab.DoneAsync(plan.Intent);
        Assert.Empty(_lab.Daemons("flex-gpu-01"));
        Assert.False(_lab.Guest("flex-gpu-01").Files.Exists("/etc/systemd/system/flexdirect-scheduler.service"));
        Assert.DoesNotContain("flexdirect-scheduler.service", _lab.Guest("flex-gpu-01").EnabledUnits);
        Assert.True((await _lab.PlanAsync(plan.Intent)).IsEmpty);
    }

    [Fact]
    public async Task WithoutSystemd_ItRunsInTheBackground_AndIsFoundAgain()
    {
        _lab.Licensed("flex-gpu-02");
        _lab.Guest("flex-gpu-02").Files.Remove("/run/systemd/system");
        ChangeIntent start = FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-02"), new SchedulerWish(), s_patience, s_options);
        await _lab.DoneAsync(start);
        Assert.Single(_lab.Daemons("flex-gpu-02"));
        Assert.True((await _lab.PlanAsync(start)).IsEmpty);
        await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms("flex-gpu-02"), 56001, s_options));
        Assert.Empty(_lab.Daemons("flex-gpu-02"));
    }

    [Fact]
    public async Task OneThatSomebodyStartedByHand_IsNotStartedTwice_AndStops()
    {
        _lab.Licensed("flex-gpu-01");
        await _lab.ShellAsync("flex-gpu-01", "nohup flexdirect resource_scheduler > /dev/null 2>&1 < /dev/null &", asRoot: true);
        await _lab.Simulated.UntilAsync(() => _lab.Daemons("flex-gpu-01") is [{ IsReady: true }]);
        Assert.True((await _lab.PlanAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish(), s_patience, s_options))).IsEmpty);
        await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms("flex-gpu-01"), null, s_options));
        Assert.Empty(_lab.Daemons("flex-gpu-01"));
    }

    [Fact]
    public async Task OtherOptions_StartItAnew_AndTheCostIsTold()
    {
        _lab.Licensed("flex-gpu-01");
        await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish(), s_patience, s_options));
        ChangeIntent other = FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish { ListenAddress = _lab.Guest("flex-gpu-01").Address }, s_patience, s_options);
        ChangePlan plan = await _lab.PlanAsync(other);
        Assert.Contains(plan.Consequences, consequence => consequence.EndsPrograms && consequence.Text.Contains("started anew", StringComparison.Ordinal));
        await _lab.DoneAsync(other);
        Assert.Equal(_lab.Guest("flex-gpu-01").Address, Assert.Single(_lab.Daemons("flex-gpu-01")).Address);

        await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish { Port = 56002 }, s_patience, s_options));
        Assert.Equal([56001, 56002], _lab.Daemons("flex-gpu-01").Select(daemon => daemon.Port).Order());
        await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms("flex-gpu-01"), 56002, s_options));
        Assert.Equal([56001], _lab.Daemons("flex-gpu-01").Select(daemon => daemon.Port));
    }

    [Fact]
    public async Task OneThatDoesNotStart_IsExplained_AndLeavesNoService()
    {
        _lab.Licensed("flex-gpu-01");
        ChangeResult failed = Assert.Single(await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish { ListenAddress = "10.99.0.1" }, s_patience, s_options)));
        Assert.Equal("FlexDirectSchedulerFailed", failed.Error!.Id);
        Assert.Contains("cannot assign requested address", failed.Error.Message, StringComparison.Ordinal);
        Assert.False(_lab.Guest("flex-gpu-01").Files.Exists("/etc/systemd/system/flexdirect-scheduler.service"));

        _lab.Guest("flex-gpu-01").State<FlexDirectState>().IsLicensed = false;
        ChangeIntent start = FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish(), s_patience, s_options);
        Assert.Contains((await _lab.PlanAsync(start)).Findings, finding => finding.RuleId == "FLEX-LICENSE");
        Assert.Contains("Initialize-FlexDirect", Assert.Single(await _lab.RunAsync(start)).Error!.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneThatRan_IsStartedAgain_WhereItsSuccessorDoesNotStart(bool asService)
    {
        _lab.Licensed("flex-gpu-01");
        if (asService)
        {
            await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish { GpuCount = 1 }, s_patience, s_options));
        }
        else
        {
            await _lab.ShellAsync("flex-gpu-01", "nohup flexdirect resource_scheduler -n 1 > /dev/null 2>&1 < /dev/null &", asRoot: true);
            await _lab.Simulated.UntilAsync(() => _lab.Daemons("flex-gpu-01") is [{ IsReady: true }]);
        }

        ChangeResult failed = Assert.Single(await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish { ListenAddress = "10.99.0.1" }, s_patience, s_options)));

        Assert.Equal("FlexDirectSchedulerFailed", failed.Error!.Id);
        Assert.Contains("The one that ran before was started again. (done before: stopping the scheduler that runs)", failed.Error.Message, StringComparison.Ordinal);
        await _lab.Simulated.UntilAsync(() => _lab.Daemons("flex-gpu-01") is [{ IsReady: true, Address: "0.0.0.0" }]);
        Assert.Equal(asService, _lab.Guest("flex-gpu-01").Files.Exists("/etc/systemd/system/flexdirect-scheduler.service"));
        Assert.True((await _lab.PlanAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish { GpuCount = 1 }, s_patience, s_options))).IsEmpty);
    }

    [Fact]
    public async Task AServiceOfSomebodyElse_IsLeftAlone()
    {
        _lab.Licensed("flex-gpu-01");
        _lab.Guest("flex-gpu-01").Files.Put("/etc/systemd/system/flexdirect-scheduler.service", "[Service]\nExecStart=/usr/bin/sleep 1\n");
        ChangeResult blocked = Assert.Single(await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish(), s_patience, s_options)));
        Assert.Equal((ChangeOutcome.Blocked, "FlexDirectServiceTaken"), (blocked.Outcome, blocked.Error!.Id));
    }

    [Fact]
    public async Task Comments_AndMode_AreKept_WhereServersAreSet()
    {
        _lab.Licensed("flex-cpu-01");
        _lab.Guest("flex-cpu-01").Files.Put("/etc/bitfusionio/servers.conf", "# lab\n10.0.0.5 # old\n", "0640");
        ChangeResult done = Assert.Single(await _lab.DoneAsync(FlexDirectIntents.SetServers(_lab.Vms("flex-cpu-01"), new ServersWish { Add = ["gpu-02"] }, s_options)));
        PlannedChange row = Assert.Single(done.Changes);
        Assert.Equal(("/etc/bitfusionio/servers.conf", "10.0.0.5", "10.0.0.5, gpu-02"), (row.Property, row.Before, row.After));
        GuestFile file = _lab.Guest("flex-cpu-01").Files.Find("/etc/bitfusionio/servers.conf")!;
        Assert.Equal(("# lab\n10.0.0.5 # old\ngpu-02\n", "0640", "root"), (file.Text, file.ModeText, file.Owner));
    }

    [Fact]
    public async Task APlanWhoseFileChangedMeanwhile_IsRefused()
    {
        _lab.Licensed("flex-cpu-01");
        IGpuOperation operation = _lab.Operation(FlexDirectIntents.SetServers(_lab.Vms("flex-cpu-01"), new ServersWish { Addresses = ["gpu-02"] }, s_options));
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        _lab.Guest("flex-cpu-01").Files.Put("/etc/bitfusionio/servers.conf", "10.0.0.7\n");
        ChangeResult refused = Assert.Single(await operation.ApplyAsync(plan, _lab.Feedback, CancellationToken.None));
        Assert.Equal("PlanIsStale", refused.Error!.Id);
        Assert.Equal("10.0.0.7\n", _lab.Guest("flex-cpu-01").Files.Text("/etc/bitfusionio/servers.conf"));
    }

    [Fact]
    public async Task Servers_BeforeTheProgram_AreWritten_WithAWarning()
    {
        ChangePlan plan = await _lab.PlanAsync(FlexDirectIntents.SetServers(_lab.Vms("flex-cpu-01"), new ServersWish { Addresses = ["gpu-02:56002"] }, s_options));
        Assert.Equal(["FLEX-INSTALLED", "FLEX-SERVERS"], plan.Findings.Select(finding => finding.RuleId).Order());
        await _lab.DoneAsync(plan.Intent);
        Assert.Equal("gpu-02:56002\n", _lab.Guest("flex-cpu-01").Files.Text("/etc/bitfusionio/servers.conf"));
    }

    [Fact]
    public async Task AStoppedRun_EndsTheProgramInTheGuest_AndGivesTheGpuBack()
    {
        _lab.Licensed("flex-gpu-01");
        await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms("flex-gpu-01"), new SchedulerWish(), s_patience, s_options));
        using CancellationTokenSource stop = new();
        Task<FlexDirectRun> run = _lab.AskAsync("flex-gpu-01", shell => FlexDirectReader.RunAsync(_lab.Vm("flex-gpu-01"), shell, new FlexDirectRunRequest { Program = "sleep", Arguments = ["1000000"], Partial = 0.5 }, null, stop.Token));
        await _lab.Simulated.UntilAsync(() => _lab.Daemons("flex-gpu-01")[0].Gpus[0].UsedMB == 16384);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await _lab.Simulated.UntilAsync(() => _lab.Daemons("flex-gpu-01")[0].Gpus[0].UsedMB == 0);
        await _lab.Simulated.UntilAsync(() => !Sleeps());
    }

    [Fact]
    public async Task ATimeLimit_EndsTheProgramInTheGuest()
    {
        _lab.Licensed("flex-gpu-01");

        // The guest's time runs ahead of a busy machine's: with a limit that was over before the program had begun, it is tried again with a longer one.
        FlexDirectRunTimeoutException late;
        TimeSpan limit = TimeSpan.FromMinutes(1);
        do
        {
            limit *= 8;
            late = await Assert.ThrowsAsync<FlexDirectRunTimeoutException>(() => _lab.AskAsync("flex-gpu-01", shell => FlexDirectReader.RunAsync(
                _lab.Vm("flex-gpu-01"), shell, new FlexDirectRunRequest { Program = "sh", Arguments = ["-c", "echo begun; sleep 1000000"], IsLocal = true, TimeLimit = limit }, null, CancellationToken.None)));
            Assert.Equal("FlexDirectRunTimeout", late.Id);
            Assert.True(late.Run.IsTimedOut);
        }
        while (!late.Run.Output.Contains("begun") && limit < TimeSpan.FromDays(2));
        Assert.Contains("begun", late.Run.Output);
        await _lab.Simulated.UntilAsync(() => !Sleeps());
    }

    [Fact]
    public async Task HostileArguments_ReachTheProgramAsTheyAre()
    {
        _lab.Licensed("flex-gpu-01");
        string[] hostile = ["$(touch /tmp/owned)", "`touch /tmp/owned`", "; touch /tmp/owned", "it's", "a\"b", "*", "two\nlines", string.Empty, "-n", "~"];
        FlexDirectRun run = await _lab.AskAsync("flex-gpu-01", shell => FlexDirectReader.RunAsync(
            _lab.Vm("flex-gpu-01"), shell, new FlexDirectRunRequest { Program = "printf", Arguments = ["[%s]\\n", .. hostile], IsLocal = true }, null, CancellationToken.None));
        Assert.Equal(string.Join("\n", hostile.Select(word => "[" + word + "]")), string.Join("\n", run.Output));
        Assert.Equal(string.Empty, (await _lab.ShellAsync("flex-gpu-01", "ls /tmp")).Output);
    }

    [Fact]
    public async Task Health_IsTheServersOwn_OrThatOfItsServers()
    {
        _lab.Licensed("flex-gpu-01", "flex-cpu-01");
        FlexDirectHealthCheck[] server = [.. await _lab.AskAsync("flex-gpu-01", shell => FlexDirectReader.ReadHealthAsync(_lab.Vm("flex-gpu-01"), shell, null, CancellationToken.None))];
        Assert.Equal(["License Passed", "NVIDIA driver Passed", "GPUs Passed", "Resource scheduler Failed"], server.Select(check => $"{check.Check} {check.Status}"));
        FlexDirectHealthCheck[] client = [.. await _lab.AskAsync("flex-cpu-01", shell => FlexDirectReader.ReadHealthAsync(_lab.Vm("flex-cpu-01"), shell, null, CancellationToken.None))];
        Assert.All(client, check => Assert.Equal("health", check.Report));
        Assert.Contains(client, check => check is { Check: "Servers", Status: FlexDirectHealthStatus.Failed });
    }

    private bool Sleeps()
    {
        lock (_lab.Simulated.Inventory.Gate)
        {
            return _lab.Guest("flex-gpu-01").Processes.Any(process => process.CommandLine.Contains("sleep 1000000", StringComparison.Ordinal));
        }
    }
}
