using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model.Guest.Bitfusion;
using GpuVSphere.Simulator.Tests.Guest;

namespace GpuVSphere.Simulator.Tests.Bitfusion;

/// <summary>Each way that FlexDirect does not go well, by our own operations and questions: the error, its object and its next step.</summary>
public sealed class FlexDirectTroubleTests : IAsyncLifetime
{
    private const string Client = "flex-cpu-01";
    private const string Server = "flex-gpu-01";

    private static readonly GuestChangeOptions s_options = new();
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private FlexDirectLab _lab = null!;

    public async Task InitializeAsync() => _lab = await FlexDirectLab.StartAsync();

    public Task DisposeAsync()
    {
        _lab.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("#!/bin/bash\necho done\n", "its shell finds neither flexdirect nor bitfusion")]
    [InlineData("#!/bin/bash\necho 'Error: unsupported distribution' >&2\nexit 3\n", "ended with 3: Error: unsupported distribution")]
    public async Task AnInstallerThatFails_OrBringsNoProgram_IsNotCalledASuccess(string script, string words)
    {
        _lab.Simulated.Simulator.Orders.Download("https://mirror.example/flex.sh", Encoding.ASCII.GetBytes(script));
        ChangeResult failed = Assert.Single(await _lab.RunAsync(FlexDirectIntents.Install(_lab.Vms(Client), new InstallWish { Source = "https://mirror.example/flex.sh" }, s_options)));
        Assert.Equal((ChangeOutcome.Failed, "FlexDirectInstallFailed", Client), (failed.Outcome, failed.Error!.Id, failed.Error.Target));
        Assert.Contains(words, failed.Message, StringComparison.Ordinal);
        Assert.Contains("-Verbose", failed.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal(string.Empty, (await _lab.ShellAsync(Client, "which flexdirect; ls /tmp")).Output);
    }

    [Fact]
    public async Task AHostileAddress_IsFetchedAsItIs()
    {
        const string Source = "https://mirror.example/flex.sh?a=$(touch${IFS}/tmp/owned)&b=`id`;'x'";
        _lab.Simulated.Simulator.Orders.Download(Source, Encoding.ASCII.GetBytes(FlexDirectFiles.Script));
        await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms(Client), new InstallWish { Source = Source }, s_options));
        Assert.Equal(string.Empty, (await _lab.ShellAsync(Client, "ls /tmp")).Output);
    }

    public static TheoryData<string, string, string, string> Unreached => new()
    {
        { "off", "FlexDirectServerUnreachable", "i/o timeout", "Get-FlexDirectServer -VM flex-cpu-01" },
        { "no scheduler", "FlexDirectSchedulerDown", "no scheduler listens on it", "Start-FlexDirectScheduler" },
        { "other port", "FlexDirectSchedulerDown", ":56002", "Get-FlexDirectServer shows the ports" },
        { "wrong name", "FlexDirectServerUnknown", "flex-gpu-99", "IP address" },
        { "server not licensed", "FlexDirectNotLicensed", "no valid licence", "Initialize-FlexDirect" },
        { "client not licensed", "FlexDirectNotLicensed", "FlexDirect on flex-cpu-01 has no valid licence", "Initialize-FlexDirect -VM flex-cpu-01" },
        { "no servers", "FlexDirectNoServers", "has no FlexDirect server to go to", "Set-FlexDirectServer -VM flex-cpu-01 -Address" },
        { "broken list", "FlexDirectServersConf", "cannot read its list of servers", "writes it anew" },
        { "no program", "FlexDirectMissing", "finds neither flexdirect nor bitfusion", "Install-FlexDirect -VM flex-cpu-01" },
    };

    [Theory]
    [MemberData(nameof(Unreached))]
    public async Task WhatKeepsAClientFromItsGpus_IsSaid_WhetherItListsOrRuns(string trouble, string id, string words, string next)
    {
        await ServedAsync();
        await SpoilAsync(trouble);

        GpuVSphereException listed = await Assert.ThrowsAsync<GpuVSphereException>(() => _lab.AskAsync(Client, shell => FlexDirectReader.ReadGpusAsync(_lab.Vm(Client), shell, _ => { }, CancellationToken.None)));
        GpuVSphereException? ran = null;
        try
        {
            FlexDirectRun run = await RunAsync(Client, new FlexDirectRunRequest { Program = "true" });
            Assert.NotEqual(0, run.ExitCode);
            Assert.NotEmpty(run.ErrorOutput);
            ran = run.Refusal;
        }
        catch (GpuVSphereException error)
        {
            ran = error;
        }

        foreach (GpuVSphereException? error in new[] { listed, ran })
        {
            Assert.Equal((id, Client), (error?.Id, error?.Target is "<server>" ? Client : error?.Target));
            Assert.Contains(words, error!.Message, StringComparison.Ordinal);
            Assert.Contains(next, error.NextStep, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task OneServerOfTwoThatIsAway_LeavesTheGpusOfTheOther_WithAWarning()
    {
        await ServedAsync();
        await ServersAsync(_lab.Guest(Server).Address + "\n10.99.0.1");
        string? warned = null;
        FlexDirectGpu gpu = Assert.Single(await _lab.AskAsync(Client, shell => FlexDirectReader.ReadGpusAsync(_lab.Vm(Client), shell, text => warned = text, CancellationToken.None)));
        Assert.Equal(_lab.Guest(Server).Address + ":56001", gpu.ServerAddress);
        Assert.Contains("10.99.0.1", warned, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARun_GivesTheProgramsOwnExitCodeAndLines_AndARefusedOneFlexDirects()
    {
        await ServedAsync();
        FlexDirectRun ended = await RunAsync(Client, new FlexDirectRunRequest { Program = "sh", Arguments = ["-c", "echo out; echo err >&2; exit 3"] });
        Assert.Equal((3, "out", null), (ended.ExitCode, Assert.Single(ended.Output), ended.Refusal?.Id));
        Assert.Contains("err", ended.ErrorOutput);

        FlexDirectRun refused = await RunAsync(Client, new FlexDirectRunRequest { Program = "true", MemoryMB = 99_999 });
        Assert.Equal((1, "FlexDirectNoRoom", Client), (refused.ExitCode, refused.Refusal?.Id, refused.Refusal?.Target));
        Assert.Contains(refused.ErrorOutput, line => line.StartsWith("Error: not enough GPU memory", StringComparison.Ordinal));
        Assert.Contains("Get-FlexDirectGpu -VM flex-cpu-01", refused.Refusal!.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APortThatAnotherProgramHas_IsSaid_AndLeavesNoService()
    {
        _lab.Licensed(Server);
        _lab.Guest(Server).State<FlexDirectState>().TakenPorts.Add(56001);
        ChangeResult failed = Assert.Single(await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Server), new SchedulerWish(), s_patience, s_options)));
        Assert.Equal((ChangeOutcome.Failed, "FlexDirectSchedulerFailed", Server), (failed.Outcome, failed.Error!.Id, failed.Error.Target));
        Assert.Contains("address already in use", failed.Message, StringComparison.Ordinal);
        Assert.Contains("-Port", failed.Error.NextStep, StringComparison.Ordinal);
        Assert.False(_lab.Guest(Server).Files.Exists("/etc/systemd/system/flexdirect-scheduler.service"));
        await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Server), new SchedulerWish { Port = 56002 }, s_patience, s_options));
    }

    [Fact]
    public async Task AScheduler_ThatEndedSince_IsFoundGone_AndStartedAgain()
    {
        _lab.Licensed(Server);
        ChangeIntent start = FlexDirectIntents.StartScheduler(_lab.Vms(Server), new SchedulerWish(), s_patience, s_options);
        await _lab.DoneAsync(start);
        Assert.Equal(56001, Assert.Single(await SchedulersAsync()).Port);

        await _lab.ShellAsync(Server, "pkill -x flexdirect", asRoot: true);
        await _lab.Simulated.UntilAsync(() => _lab.Daemons(Server).Length == 0);

        Assert.Empty(await SchedulersAsync());
        ChangePlan plan = await _lab.PlanAsync(start);
        PlannedChange row = plan.Changes.First();
        Assert.Equal((null, "running"), (row.Before, row.After));
        await _lab.DoneAsync(start);
        Assert.Equal("flexdirect-scheduler", Assert.Single(await SchedulersAsync()).Service);
    }

    [Fact]
    public async Task AScheduler_ThatEndsRightAfterItsStart_IsNotCalledStarted()
    {
        _lab.Licensed(Server);
        _lab.Guest(Server).State<FlexDirectState>().StartTime = TimeSpan.FromSeconds(30);
        _lab.Guest(Server).State<FlexDirectState>().LifeTime = TimeSpan.Zero;
        ChangeResult failed = Assert.Single(await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Server), new SchedulerWish(), s_patience, s_options)));
        Assert.Equal((ChangeOutcome.Failed, "FlexDirectSchedulerFailed", Server), (failed.Outcome, failed.Error!.Id, failed.Error.Target));
        Assert.Contains("Test-FlexDirectHealth -VM flex-gpu-01", failed.Error.NextStep, StringComparison.Ordinal);
        Assert.Empty(_lab.Daemons(Server));
    }

    [Theory]
    [InlineData("!<arch>\ndebian-binary   1410122664  0     0     100644  4         `\n2.0\n", "flex-gpu-02", "is a .deb package, and flex-gpu-02 runs CentOS", ".rpm package for CentOS")]
    [InlineData("\u00ed\u00ab\u00ee\u00db\u0003\u0000", "flex-cpu-01", "is a .rpm package, and flex-cpu-01 runs Ubuntu", ".deb package for Debian")]
    public async Task APackageForTheOtherKindOfLinux_IsRefusedBeforeTheUpload_WhateverItsName(string content, string vm, string words, string next)
    {
        string path = Path.Combine(_lab.State, "flexdirect-client.bin");
        await File.WriteAllBytesAsync(path, Encoding.Latin1.GetBytes(content));
        ChangeResult refused = Assert.Single(await _lab.RunAsync(FlexDirectIntents.Install(_lab.Vms(vm), new InstallWish { Path = path }, s_options)));
        Assert.Equal((ChangeOutcome.Blocked, "FlexDirectWrongPackage"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
        Assert.Contains(next, refused.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreGpusThanThereAre_AreRefusedBeforeTheStart()
    {
        _lab.Licensed(Server);
        ChangeResult refused = Assert.Single(await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Server), new SchedulerWish { GpuCount = 3 }, s_patience, s_options)));
        Assert.Equal(ChangeOutcome.Blocked, refused.Outcome);
        Assert.Contains("has 1 working GPU, and 3 would be needed", refused.Message, StringComparison.Ordinal);

        refused = Assert.Single(await _lab.RunAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Server), new SchedulerWish { Devices = [3, 0] }, s_patience, s_options)));
        Assert.Equal(ChangeOutcome.Blocked, refused.Outcome);
        Assert.Contains("flex-gpu-01 has no GPU with index 3: nvidia-smi shows one only, with index 0.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("-GpuIndex", refused.Error!.NextStep, StringComparison.Ordinal);
        Assert.Empty(_lab.Daemons(Server));
    }

    [Fact]
    public async Task WithBothNames_TheEarlierCounts_AndItsListOfServers()
    {
        _lab.Licensed(Client);
        _lab.Guest(Client).Files.PutProgram("/usr/bin/bitfusion");
        await _lab.DoneAsync(FlexDirectIntents.SetServers(_lab.Vms(Client), new ServersWish { Addresses = ["10.0.0.5"] }, s_options));
        Assert.Equal("10.0.0.5\n", _lab.Guest(Client).Files.Text("/etc/bitfusionio/servers.conf"));
        Assert.Equal(ServersConfForm.Lines, Assert.Single(await _lab.AskAsync(Client, shell => FlexDirectReader.ReadServersAsync(_lab.Vm(Client), shell, null, Assert.Fail, CancellationToken.None))).Form);
        Assert.True((await _lab.PlanAsync(FlexDirectIntents.Install(_lab.Vms(Client), new InstallWish(), s_options))).IsEmpty);
    }

    [Fact]
    public async Task AListThatIsNotUnderstood_IsNotWrittenOver()
    {
        _lab.Licensed(Client);
        const string Text = "servers:\n\t- addresses: {a: [b\n";
        _lab.Guest(Client).Files.Put("/etc/bitfusionio/servers.conf", Text);
        ChangeResult refused = Assert.Single(await _lab.RunAsync(FlexDirectIntents.SetServers(_lab.Vms(Client), new ServersWish { Add = ["10.0.0.5"] }, s_options)));
        Assert.Equal((ChangeOutcome.Blocked, "FlexDirectServersConf", Client), (refused.Outcome, refused.Error!.Id, refused.Error.Target));
        Assert.Contains("cannot be changed safely", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Text, _lab.Guest(Client).Files.Text("/etc/bitfusionio/servers.conf"));
    }

    [Fact]
    public async Task AHostilePathOfTheList_IsWrittenAsItIs()
    {
        const string Path = "/etc/it's $(touch /tmp/owned); x/servers.conf";
        _lab.Licensed(Client);
        await _lab.DoneAsync(FlexDirectIntents.SetServers(_lab.Vms(Client), new ServersWish { Addresses = ["10.0.0.5"], Path = Path }, s_options));
        Assert.Equal("10.0.0.5\n", _lab.Guest(Client).Files.Text(Path));
        Assert.Equal(string.Empty, (await _lab.ShellAsync(Client, "ls /tmp")).Output);
    }

    [Fact]
    public async Task ServersThatSomethingElsePutsBack_AreNotCalledWritten()
    {
        _lab.Licensed(Client);
        OperationContext context = new(_lab.Context.Sessions, _lab.Context.Clock, _lab.State) { Guests = new ForgetfulShells(_lab.Context.Guests!, path => path.EndsWith("servers.conf", StringComparison.Ordinal), _ => false) };
        IGpuOperation operation = GpuOperations.Create(FlexDirectIntents.SetServers(_lab.Vms(Client), new ServersWish { Addresses = ["10.0.0.5"] }, s_options), context);
        ChangeResult failed = Assert.Single(await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), ChangeFeedback.None, CancellationToken.None));
        Assert.Equal((ChangeOutcome.Failed, "NotAsWanted", Client), (failed.Outcome, failed.Error!.Id, failed.Error.Target));
        Assert.Contains("something else writes it", failed.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NamesEachThingThatIsWrong()
    {
        _lab.Guest("flex-bare-01").Files.PutProgram("/usr/bin/flexdirect");
        FlexDirectHealthCheck[] server = await HealthAsync("flex-bare-01", FlexDirectRole.Server);
        Assert.Equal(["License Failed", "NVIDIA driver Failed", "GPUs Failed", "Resource scheduler Failed"], server.Select(check => $"{check.Check} {check.Status}"));
        Assert.Contains(server, check => check is { Check: "NVIDIA driver", Detail: "not loaded", Report: "localhealth" });

        await ServedAsync();
        Assert.All(await HealthAsync(Client, null), check => Assert.Equal(FlexDirectHealthStatus.Passed, check.Status));
        await ServersAsync("10.99.0.1");
        Assert.Contains(await HealthAsync(Client, null), check => check is { Check: "Servers", Status: FlexDirectHealthStatus.Failed, Detail: "none responded" });
    }

    [Fact]
    public async Task TheKey_IsOnNoCommandLine_AndInNoFile()
    {
        await _lab.DoneAsync(FlexDirectIntents.Install(_lab.Vms(Client), new InstallWish(), s_options));
        _lab.GiveKey();
        await _lab.DoneAsync(FlexDirectIntents.License(_lab.Vms(Client), true, false, s_options));
        lock (_lab.Simulated.Inventory.Gate)
        {
            Assert.DoesNotContain(_lab.Guest(Client).CommandHistory, line => line.Contains(FlexDirectProgram.Key, StringComparison.Ordinal));
            Assert.DoesNotContain(
                _lab.Guest(Client).Files.Below("/").Where(path => !path.StartsWith("/proc", StringComparison.Ordinal)), path => _lab.Guest(Client).Files.Text(path)!.Contains(FlexDirectProgram.Key, StringComparison.Ordinal));
        }
    }

    private async Task SpoilAsync(string trouble)
    {
        string address = _lab.Guest(Server).Address;
        switch (trouble)
        {
            case "off":
                lock (_lab.Simulated.Inventory.Gate)
                {
                    _lab.Simulated.Vm(Server).PowerState = "poweredOff";
                }

                break;
            case "no scheduler":
                await _lab.DoneAsync(FlexDirectIntents.StopScheduler(_lab.Vms(Server), null, s_options));
                break;
            case "other port":
                await ServersAsync(address + ":56002");
                break;
            case "wrong name":
                await ServersAsync("flex-gpu-99");
                break;
            case "server not licensed":
                _lab.Guest(Server).State<FlexDirectState>().IsLicensed = false;
                break;
            case "client not licensed":
                _lab.Guest(Client).State<FlexDirectState>().IsLicensed = false;
                break;
            case "no servers":
                await _lab.ShellAsync(Client, "rm /etc/bitfusionio/servers.conf", asRoot: true);
                break;
            case "broken list":
                await ServersAsync("not an address");
                break;
            case "no program":
                await _lab.ShellAsync(Client, "rm /usr/bin/flexdirect", asRoot: true);
                break;
        }
    }

    private Task ServersAsync(string text) => _lab.ShellAsync(Client, "printf '" + text + "\\n' > /etc/bitfusionio/servers.conf", asRoot: true);

    private async Task ServedAsync()
    {
        _lab.Licensed(Server, Client);
        await _lab.DoneAsync(FlexDirectIntents.StartScheduler(_lab.Vms(Server), new SchedulerWish(), s_patience, s_options));
        await _lab.DoneAsync(FlexDirectIntents.SetServers(_lab.Vms(Client), new ServersWish { Addresses = [_lab.Guest(Server).Address] }, s_options));
    }

    private Task<FlexDirectRun> RunAsync(string vm, FlexDirectRunRequest request) => _lab.AskAsync(vm, shell => FlexDirectReader.RunAsync(_lab.Vm(vm), shell, request, null, CancellationToken.None));

    private async Task<FlexDirectScheduler[]> SchedulersAsync() => [.. await _lab.AskAsync(Server, shell => FlexDirectReader.ReadSchedulersAsync(_lab.Vm(Server), shell, CancellationToken.None))];

    private async Task<FlexDirectHealthCheck[]> HealthAsync(string vm, FlexDirectRole? role) => [.. await _lab.AskAsync(vm, shell => FlexDirectReader.ReadHealthAsync(_lab.Vm(vm), shell, role, CancellationToken.None))];
}
