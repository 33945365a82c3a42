using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Simulator.Tests.Passthrough;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Vgpu;

public sealed class VmVgpuTests : IAsyncLifetime
{
    private const string RecordKey = "gpuvsphere.before";
    private const string Use64 = "pciPassthru.use64bitMMIO";
    private const string Size = "pciPassthru.64bitMMIOSizeGB";
    private const string P100Half = "grid_p100-8q";
    private const string P100Whole = "grid_p100-16q";

    private static readonly VmChangeOptions s_powerOn = new() { PowerOn = true };
    private static readonly VmChangeOptions s_restart = new() { PowerOff = true, PowerOn = true, Force = true };

    private SimulatorLab _lab = null!;
    private VimSession _session = null!;

    public async Task InitializeAsync()
    {
        _lab = new SimulatorLab(new SimulatorOptions { Scenario = "vgpu", ClockSpeed = 1000, TaskRetention = TimeSpan.FromDays(10) });
        _session = await VmLab.LogInAsync(_lab.Simulator.Server);
        Configure("v67-01", config => (config.ReservationMB, config.LockMemory, config.CpuHotAdd, config.MemoryHotAdd) = (1024, false, true, true));
    }

    public Task DisposeAsync()
    {
        _session.Dispose();
        _lab.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_vm_gets_a_vgpu_by_one_reconfigure_call_and_runs()
    {
        var counted = new FaultRule { Method = "ReconfigVM_Task", Delay = TimeSpan.FromSeconds(1) };
        _lab.Simulator.Faults.Add(counted);

        ChangeResult result = await DoneAsync(Add("v67-01", s_powerOn, "GRID_P100-8Q"));

        Assert.Equal(1, counted.Applied);
        RawVm vm = Raw("v67-01");
        Assert.True(vm.IsPoweredOn);
        RawVmDevice device = Assert.Single(vm.PciDevices);
        Assert.Equal(("vgpu", P100Half), (device.Kind, device.Vgpu));
        Assert.True(vm.IsMemoryReservationLocked);
        Assert.Equal(vm.MemoryMB, vm.MemoryReservationMB);
        Assert.False(vm.CpuHotAdd || vm.MemoryHotAdd);
        Assert.False(vm.ExtraConfig.ContainsKey(Use64));
        Assert.StartsWith("1;" + vm.InstanceUuid, vm.ExtraConfig[RecordKey]);
        Assert.Contains(P100Half, result.Message);
    }

    [Fact]
    public async Task Taking_the_vgpu_away_puts_everything_back()
    {
        string before = State("v67-01");

        await DoneAsync(Add("v67-01", null, P100Half));
        Assert.NotEqual(before, State("v67-01"));
        await DoneAsync(Remove("v67-01", "GRID_p100-8q"));

        Assert.Equal(before, State("v67-01"));
    }

    [Fact]
    public async Task What_the_vm_has_already_is_an_empty_plan()
    {
        await DoneAsync(Add("v67-01", s_powerOn, P100Half));

        Assert.Empty((await Add("v67-01", s_powerOn, P100Half).PlanAsync(CancellationToken.None)).Changes);
        Assert.Empty((await Set("v67-01", P100Half).PlanAsync(CancellationToken.None)).Changes);
        Assert.Empty((await Remove("v67-02", P100Half).PlanAsync(CancellationToken.None)).Changes);
    }

    [Fact]
    public async Task Two_vms_share_a_gpu_and_one_more_than_fits_is_refused_with_the_reason()
    {
        foreach (int number in Enumerable.Range(1, 4))
        {
            await DoneAsync(Add($"v67-0{number}", s_powerOn, P100Half));
        }

        string before = State("v67-05");
        Finding finding = await BlockedAsync(Add("v67-05", s_powerOn, P100Half));

        Assert.Equal("VGPU-ROOM", finding.RuleId);
        Assert.Contains("No more grid_p100-8q", finding.Message);
        Assert.Contains("v67-01", finding.Message);
        Assert.Contains("Get-GpuCapacity", finding.NextStep);
        Assert.Equal(before, State("v67-05"));
    }

    /// <summary>The rule and Get-GpuCapacity rest on one judgement: as long as one more is said to fit it is given and starts, and then it is refused before any call.</summary>
    [Theory]
    [InlineData("v67", "grid_p100-8q", 4, new[] { "0000:3b:00.0", "0000:af:00.0" })]
    [InlineData("v70", "grid_t4-8q", 4, new[] { "0000:86:00.0", "0000:af:00.0" })]
    [InlineData("v803", "nvidia_l40-16q", 5, new[] { "0000:3b:00.0", "0000:86:00.0" })]
    [InlineData("c803", "grid_a100-3-20c", 2, new[] { "0000:af:00.0" })]
    [InlineData("c803", "grid_a100d-40c", 6, new[] { "0000:3b:00.0", "0000:5e:00.0", "0000:86:00.0" })]
    [InlineData("v90", "nvidia_h100-20c", 8, new[] { "0000:3b:00.0", "0000:af:00.0" })]
    public async Task What_the_capacity_says_is_given_and_one_more_is_refused_before_the_call(string vms, string profile, int fits, string[] gpus)
    {
        string Vm(int number) => $"{vms}-{number:00}";
        Assert.Equal((fits, fits), await FitAsync(Vm(1), profile));
        for (int number = 1; (await FitAsync(Vm(1), profile)).MayStart > 0; number++)
        {
            await DoneAsync(Add(Vm(number), s_powerOn, profile));
            Assert.Equal((fits - number, fits - number), await FitAsync(Vm(1), profile));
        }

        var calls = new FaultRule { Method = "ReconfigVM_Task", Delay = TimeSpan.FromSeconds(1) };
        _lab.Simulator.Faults.Add(calls);
        Finding finding = await BlockedAsync(Add(Vm(fits + 1), s_powerOn, profile));

        Assert.Equal(("VGPU-ROOM", 0), (finding.RuleId, calls.Applied));
        Assert.Contains("No more " + profile, finding.Message);
        Assert.All(gpus, gpu => Assert.Contains(gpu + ": ", finding.Message));
        Assert.All(Enumerable.Range(1, fits), number => Assert.Contains(Vm(number), finding.Message));
        Assert.DoesNotContain(Vm(fits + 1) + ",", finding.Message);
        Assert.Empty(Raw(Vm(fits + 1)).PciDevices);
    }

    [Fact]
    public async Task VMs_of_one_call_share_what_there_is()
    {
        string[] vms = [.. Enumerable.Range(1, 5).Select(number => $"v67-0{number}")];
        IReadOnlyList<ChangeResult> results = await VmLab.RunAsync(Operation(VmVgpuIntents.Add(
            vms.Select(vm => new KeyValuePair<PlanTarget, IReadOnlyList<string>>(Target(vm), [P100Half])), [], NoParameters, s_powerOn)));

        Assert.Equal(4, results.Count(result => result.Outcome == ChangeOutcome.Done));
        ChangeResult refused = Assert.Single(results, result => result.Outcome == ChangeOutcome.Blocked);
        Assert.Equal("v67-05", refused.Target.Name);
        Assert.Contains("same call", refused.Error!.Message);
        Assert.Empty(Raw("v67-05").PciDevices);
    }

    [Fact]
    public async Task A_gpu_that_runs_another_size_is_not_taken_for_free()
    {
        await DoneAsync(Add("v67-01", s_powerOn, P100Half));
        await DoneAsync(Add("v67-02", s_powerOn, "grid_p100-4q"));

        Finding finding = await BlockedAsync(Add("v67-03", s_powerOn, P100Whole));

        Assert.Equal("VGPU-ROOM", finding.RuleId);
        Assert.Contains("same-size", finding.Message);
    }

    [Theory]
    [InlineData("grid_p100-8z", "VGPU-OFFERED", "grid_p100-8q")]
    [InlineData("p100-8q", "VGPU-OFFERED", "no profile of that name is known")]
    [InlineData("grid_a100d-80c", "VGPU-OFFERED", "does not offer")]
    public async Task A_profile_that_the_host_does_not_offer_is_refused_with_near_names(string profile, string rule, string word)
    {
        Finding finding = await BlockedAsync(Add("v67-01", null, profile));

        Assert.Equal(rule, finding.RuleId);
        Assert.Contains(word, finding.Message + finding.NextStep);
        Assert.Empty(Raw("v67-01").PciDevices);
    }

    [Fact]
    public async Task A_host_without_the_driver_is_told()
    {
        Finding finding = await BlockedAsync(Add("bare-01", null, "nvidia_l40-8q"));

        Assert.Equal("VGPU-DRIVER", finding.RuleId);
        Assert.Contains("Install-NvidiaVib", finding.NextStep);
    }

    [Fact]
    public async Task A_gpu_in_passthrough_is_told()
    {
        Change(() =>
        {
            foreach (string address in (string[])["0000:3b:00.0", "0000:af:00.0"])
            {
                var function = _lab.Host("vgpu-67-01").Function(address)!;
                function.IsEnabled = function.IsActive = true;
            }

            _lab.Host("vgpu-67-01").DevicesChanged();
        });

        Finding finding = await BlockedAsync(Add("v67-01", null, P100Half));

        Assert.Equal("VGPU-PASSTHROUGH", finding.RuleId);
        Assert.Contains("Disable-GpuPassthrough", finding.NextStep);
    }

    [Fact]
    public async Task Set_replaces_one_profile_by_another_in_one_call_and_keeps_its_place()
    {
        await DoneAsync(Add("v67-01", s_powerOn, P100Half));
        int key = Raw("v67-01").PciDevices.Single().Key;

        ChangeResult result = await DoneAsync(Set("v67-01", P100Whole, options: s_restart));

        RawVmDevice device = Assert.Single(Raw("v67-01").PciDevices);
        Assert.Equal((P100Whole, key), (device.Vgpu, device.Key));
        Assert.True(Raw("v67-01").IsPoweredOn);
        Assert.Contains(result.Changes, change => change is { Property: "vGPU " + P100Half, Before: "1", After: null });
        Assert.Contains(result.Changes, change => change is { Property: "vGPU " + P100Whole, Before: null, After: "1" });
    }

    [Fact]
    public async Task Set_without_a_vgpu_names_the_other_cmdlet()
    {
        Finding finding = await BlockedAsync(Set("v67-01", P100Whole));

        Assert.Equal("VgpuNotFound", finding.ErrorId);
        Assert.Contains("Add-VmVgpuProfile", finding.NextStep);
    }

    [Fact]
    public async Task Set_replaces_only_what_is_named()
    {
        await DoneAsync(Add("c803-01", null, "grid_a100d-40c", "grid_a100d-20c"));

        await DoneAsync(Set("c803-01", "grid_a100d-10c", "grid_a100d-20C"));

        Assert.Equal(["grid_a100d-10c", "grid_a100d-40c"], Raw("c803-01").PciDevices.Select(device => device.Vgpu).OrderBy(name => name));
        Finding finding = await BlockedAsync(Set("c803-01", "grid_a100d-8c", "grid_a100d-80c"));
        Assert.Contains("grid_a100d-40c", finding.Message);
    }

    [Fact]
    public async Task A_profile_named_beside_single_vgpus_narrows_them_down()
    {
        await DoneAsync(Add("c803-01", null, "grid_a100d-40c", "grid_a100d-20c", "grid_a100d-20c"));
        int[] keys = [.. Raw("c803-01").PciDevices.Select(device => device.Key)];
        KeyValuePair<PlanTarget, IReadOnlyList<int>> firstTwo = new(Target("c803-01"), keys.Take(2).ToArray());

        await DoneAsync(Operation(VmVgpuIntents.Set([firstTwo], "grid_a100d-10c", ["grid_a100d-20c"], NoParameters, new VmChangeOptions())));
        Assert.Equal(["grid_a100d-40c", "grid_a100d-10c", "grid_a100d-20c"], Raw("c803-01").PciDevices.OrderBy(device => device.Key).Select(device => device.Vgpu));

        // Another vGPU of the VM has the profile, but was not named: it stays, and that is said.
        IGpuOperation other = Operation(VmVgpuIntents.Remove([firstTwo], ["grid_a100d-20c"], all: false, new VmChangeOptions()));
        ChangePlan nothing = await other.PlanAsync(CancellationToken.None);
        Assert.Empty(nothing.Changes);
        Assert.Contains(nothing.Findings.Select(finding => finding.Message).Concat(nothing.Consequences.Select(consequence => consequence.Text)), text => text.Contains("so it stays", StringComparison.Ordinal));

        await DoneAsync(Operation(VmVgpuIntents.Remove([firstTwo], ["grid_a100d-10c"], all: false, new VmChangeOptions())));
        Assert.Equal(["grid_a100d-40c", "grid_a100d-20c"], Raw("c803-01").PciDevices.OrderBy(device => device.Key).Select(device => device.Vgpu));
    }

    [Fact]
    public async Task The_mmio_window_is_the_published_one_and_is_sized_anew_for_what_remains()
    {
        Configure("c803-01", config => (config.MemoryMB, config.LockMemory) = (64 * 1024, true));
        string before = State("c803-01");

        await DoneAsync(Add("c803-01", null, "grid_a100d-40c", "grid_a100d-40c"));
        Assert.Equal(("TRUE", "512"), (Raw("c803-01").ExtraConfig[Use64], Raw("c803-01").ExtraConfig[Size]));

        int key = Raw("c803-01").PciDevices[0].Key;
        await DoneAsync(Operation(VmVgpuIntents.Remove([new(Target("c803-01"), [key])], [], all: false, new VmChangeOptions())));
        Assert.Equal("256", Raw("c803-01").ExtraConfig[Size]);
        Assert.Single(Raw("c803-01").PciDevices);

        await DoneAsync(Remove("c803-01", "grid_a100d-40c"));
        Assert.Equal(before, State("c803-01"));
    }

    [Fact]
    public async Task Plug_in_parameters_come_with_the_device_and_go_with_it()
    {
        string before = State("c803-01");
        var uvm = new Dictionary<string, string> { ["enable_uvm"] = "1" };

        await DoneAsync(Operation(VmVgpuIntents.Add([Wanted("c803-01", "grid_a100d-80c")], [], uvm, new VmChangeOptions())));
        Assert.Equal("1", Raw("c803-01").ExtraConfig["pciPassthru0.cfg.enable_uvm"]);
        Assert.Equal("1", (await ReadAsync("c803-01")).PciDevices.Single().PluginParameters["ENABLE_UVM"]);

        await DoneAsync(Operation(VmVgpuIntents.Set(
            [new(Target("c803-01"), [])], null, [], new Dictionary<string, string> { ["enable_uvm"] = "0", ["enable_profiling"] = "1" }, new VmChangeOptions())));
        Assert.Equal(("0", "1"), (Raw("c803-01").ExtraConfig["pciPassthru0.cfg.enable_uvm"], Raw("c803-01").ExtraConfig["pciPassthru0.cfg.enable_profiling"]));

        await DoneAsync(Remove("c803-01"));
        Assert.Equal(before, State("c803-01"));
    }

    [Fact]
    public async Task A_device_group_comes_and_goes_as_a_whole()
    {
        const string Group = "Nvidia:2@grid_a100d-80c%NVLink";
        string before = State("c803-01");

        IGpuOperation add = Operation(VmVgpuIntents.Add([Wanted("c803-01")], ["nvidia:2@grid_a100d-80c%nvlink"], NoParameters, s_powerOn));
        ChangeResult result = await DoneAsync(add);

        Assert.Contains(result.Changes, change => change is { Property: "device group " + Group, After: "1" });
        Assert.Equal(2, Raw("c803-01").PciDevices.Count);
        GpuVm vm = await ReadAsync("c803-01");
        Assert.All(vm.PciDevices, device => Assert.Equal(Group, device.DeviceGroup));
        Assert.Empty((await Operation(VmVgpuIntents.Add([Wanted("c803-01")], [Group], NoParameters, s_powerOn)).PlanAsync(CancellationToken.None)).Changes);

        IGpuOperation removal = Operation(VmVgpuIntents.Remove([new(Target("c803-01"), [vm.PciDevices[0].Key])], [], all: false, new VmChangeOptions { PowerOff = true, Force = true }));
        ChangePlan plan = await removal.PlanAsync(CancellationToken.None);
        Assert.Contains(plan.Consequences, cost => cost.Text.Contains("whole device group"));
        await DoneAsync(removal);
        Assert.Equal(before, State("c803-01"));

        Finding finding = await BlockedAsync(Operation(VmVgpuIntents.Add([Wanted("c803-01")], ["Nvidia:4@grid_a100d-80c%NVLink"], NoParameters, new VmChangeOptions())));
        Assert.Equal("DeviceGroupNotOffered", finding.ErrorId);
        Assert.Contains(Group, finding.NextStep);
    }

    [Fact]
    public async Task A_device_group_beside_other_vgpus_is_not_certain_and_says_why()
    {
        const string Group = "Nvidia:2@grid_a100d-80c%NVLink";
        IGpuOperation Give() => Operation(VmVgpuIntents.Add([Wanted("c803-01")], [Group], NoParameters, s_powerOn));
        Assert.DoesNotContain((await Give().PlanAsync(CancellationToken.None)).Findings, finding => finding.RuleId == "VGPU-ROOM");

        // Two GPUs are left, of which NVLink joins none.
        await DoneAsync(Add("c803-02", s_powerOn, "grid_a100d-80c"));
        Finding finding = Assert.Single((await Give().PlanAsync(CancellationToken.None)).Findings, finding => finding.RuleId == "VGPU-ROOM");
        Assert.False(finding.Blocks);
        Assert.Contains("NVLink joins", finding.Message);
        Assert.Contains("0000:3b:00.0", finding.Message);

        await DoneAsync(Add("c803-03", s_powerOn, "grid_a100d-80c"));
        Assert.Contains((await Give().PlanAsync(CancellationToken.None)).Findings, finding => finding is { RuleId: "VGPU-ROOM", Blocks: true });
    }

    [Theory]
    [InlineData("v67-01", 14, new[] { P100Half, P100Half }, "VGPU-PER-VM")]
    [InlineData("v70-01", 19, new[] { "grid_t4-8q", "grid_t4-8q" }, "VGPU-WHOLE")]
    public async Task More_vgpus_than_the_vm_takes_are_refused(string vm, int hardware, string[] profiles, string rule)
    {
        Configure(vm, config => config.HardwareVersion = hardware);

        IGpuOperation operation = Add(vm, null, profiles);
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);

        Assert.Contains(plan.Findings, finding => finding.Blocks && finding.RuleId == rule);
        Assert.Equal(ChangeOutcome.Blocked, Assert.Single(await operation.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None)).Outcome);
        Assert.Empty(Raw(vm).PciDevices);
    }

    [Fact]
    public async Task Several_vgpus_run_in_one_vm_where_vsphere_takes_them()
    {
        await DoneAsync(Add("v70-01", s_powerOn, "grid_t4-16q", "grid_t4-16q"));
        await DoneAsync(Add("c803-01", s_powerOn, "grid_a100d-40c", "grid_a100d-40c"));

        Assert.Equal(2, Raw("v70-01").PciDevices.Count);
        Assert.Equal(2, Raw("c803-01").PciDevices.Count);
    }

    [Fact]
    public async Task The_two_methods_are_told_apart()
    {
        await DoneAsync(Add("v67-01", null, P100Half));
        int key = Raw("v67-01").PciDevices.Single().Key;
        Change(() =>
        {
            var function = _lab.Host("vgpu-67-01").Function("0000:af:00.0")!;
            function.IsEnabled = function.IsActive = true;
            _lab.Host("vgpu-67-01").DevicesChanged();
        });
        await DoneAsync(Operation(PassthroughIntents.AddToVm([Target("v67-02")], [VmGpuSelector.Of(DeviceSelector.Parse("0000:af:00.0"))], new VmChangeOptions { NoGuestInstalled = true })));
        int other = Raw("v67-02").PciDevices.Single().Key;
        (string First, string Second) before = (State("v67-01"), State("v67-02"));

        Finding wrong = await BlockedAsync(Operation(VmVgpuIntents.Remove([new(Target("v67-02"), [other])], [], all: false, new VmChangeOptions())));
        Assert.Equal("NotAVgpu", wrong.ErrorId);
        Assert.Contains("Remove-VmGpuPassthrough", wrong.NextStep);

        Finding wrongToo = await BlockedAsync(Operation(PassthroughIntents.RemoveFromVm([Target("v67-01")], [VmGpuSelector.OfKey(key)], new VmChangeOptions())));
        Assert.Equal("NotAGpu", wrongToo.ErrorId);
        Assert.Contains("Remove-VmVgpuProfile", wrongToo.NextStep);

        Assert.Equal(before, (State("v67-01"), State("v67-02")));
        Assert.Empty((await Remove("v67-02").PlanAsync(CancellationToken.None)).Changes);
    }

    [Theory]
    [InlineData("suspended", "v67-02", P100Half, "VM-SUSPENDED", "Resume")]
    [InlineData("snapshot", "v67-02", P100Half, "VM-SNAPSHOT", "Remove the snapshots")]
    [InlineData("running", "v67-02", P100Half, "VM-POWERED-OFF", "-PowerOff")]
    [InlineData("memory", "v67-02", P100Half, "VM-MEMORY-FITS-HOST", "less memory")]
    [InlineData("hardware", "v67-02", P100Half, "VGPU-PER-VM", "hardware")]
    [InlineData("bios", "c803-02", "grid_a100d-40c", "VM-FIRMWARE", "-NoGuestInstalled")]
    public async Task A_vm_that_cannot_take_it_is_refused_and_stays_as_it_was(string what, string vm, string profile, string rule, string next)
    {
        switch (what)
        {
            case "suspended":
                Change(() => _lab.Vm(vm).PowerState = "suspended");
                break;
            case "snapshot":
                await _lab.CallAsync(_lab.Vm(vm), "CreateSnapshot_Task", ("name", "s"), ("memory", false), ("quiesce", false));
                break;
            case "running":
                await _lab.PowerOnAsync(vm);
                break;
            case "memory":
                Configure(vm, config => config.MemoryMB = 16 * 1024 * 1024);
                break;
            case "hardware":
                Configure(vm, config => config.HardwareVersion = 10);
                break;
            default:
                Configure(vm, config => config.Firmware = "bios");
                break;
        }

        string before = State(vm);
        var calls = new FaultRule { Method = "ReconfigVM_Task", Delay = TimeSpan.FromSeconds(1) };
        _lab.Simulator.Faults.Add(calls);

        Finding finding = await BlockedAsync(Add(vm, null, profile));

        Assert.Equal((rule, 0), (finding.RuleId, calls.Applied));
        Assert.Contains(next, finding.NextStep);
        Assert.Equal(before, State(vm));
    }

    [Fact]
    public async Task A_power_on_that_finds_no_room_is_explained()
    {
        foreach (int number in Enumerable.Range(1, 4))
        {
            await DoneAsync(Add($"v67-0{number}", s_powerOn, P100Half));
        }

        ChangeResult failed = Assert.Single(await VmLab.RunAsync(Add("v67-05", s_powerOn with { SkipRules = ["VGPU-ROOM"] }, P100Half)));

        Assert.Equal((ChangeOutcome.Failed, "PowerOnFailed"), (failed.Outcome, failed.Error!.Id));
        Assert.Contains("amount of graphics resource", failed.Error.Message);
        Assert.Contains("No GPU of vgpu-67-01 has room", failed.Error.Message);
        Assert.Contains("Remove-VmVgpuProfile", failed.Error.NextStep);
    }

    [Fact]
    public async Task A_plugin_that_does_not_start_is_explained()
    {
        _lab.Simulator.Orders.FirmwareSriov("vgpu-803-02", false);

        ChangeResult failed = Assert.Single(await VmLab.RunAsync(Add("c803-01", s_powerOn, "grid_a100d-40c")));

        Assert.Equal((ChangeOutcome.Failed, "PowerOnFailed"), (failed.Outcome, failed.Error!.Id));
        Assert.Contains("Could not initialize plugin", failed.Error.Message);
        Assert.Contains("SR-IOV may be off", failed.Error.Message);
    }

    [Fact]
    public async Task A_stored_plan_is_refused_when_somebody_gave_a_vgpu_meanwhile()
    {
        IGpuOperation operation = Add("v67-01", null, P100Half);
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        await DoneAsync(Add("v67-01", null, P100Half));

        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));

        Assert.Equal("PlanIsStale", result.Error!.Id);
        Assert.Single(Raw("v67-01").PciDevices);
    }

    private static IReadOnlyDictionary<string, string> NoParameters { get; } = new Dictionary<string, string>();

    private static Task<ChangeResult> DoneAsync(IGpuOperation operation) => VmLab.DoneAsync(operation);

    private static async Task<Finding> BlockedAsync(IGpuOperation operation)
    {
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);
        Assert.Contains(plan.Findings, finding => finding.Blocks);
        ChangeResult result = Assert.Single(await operation.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));
        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.NotNull(result.Error!.NextStep);
        return plan.Findings.First(finding => finding.Blocks);
    }

    private RawVm Raw(string vm) => _lab.Raw.Vm(vm);

    private PlanTarget Target(string vm) =>
        new(new VimObjectId(_session.ServerUuid, new ManagedObjectReference("VirtualMachine", Raw(vm).MoRef)), vm, _session.ServerName);

    private KeyValuePair<PlanTarget, IReadOnlyList<string>> Wanted(string vm, params string[] profiles) => new(Target(vm), profiles);

    private IGpuOperation Operation(ChangeIntent intent) =>
        GpuOperations.Create(intent, new OperationContext([_session], _lab.Simulator.Clock, System.IO.Path.GetTempPath()));

    private IGpuOperation Add(string vm, VmChangeOptions? options, params string[] profiles) =>
        Operation(VmVgpuIntents.Add([Wanted(vm, profiles)], [], NoParameters, options ?? new VmChangeOptions()));

    private IGpuOperation Set(string vm, string profile, string? replaced = null, VmChangeOptions? options = null) =>
        Operation(VmVgpuIntents.Set([new(Target(vm), [])], profile, replaced is null ? [] : [replaced], NoParameters, options ?? s_restart));

    private IGpuOperation Remove(string vm, string? profile = null) =>
        Operation(VmVgpuIntents.Remove([new(Target(vm), [])], profile is null ? [] : [profile], all: profile is null, new VmChangeOptions()));

    private async Task<GpuVm> ReadAsync(string vm)
    {
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.VmsAlone([Target(vm).Id.Reference]), CancellationToken.None);
        return inventory.Vms.Single();
    }

    private async Task<(int CanStart, int MayStart)> FitAsync(string vm, string profile)
    {
        var host = new ManagedObjectReference("HostSystem", _lab.Raw.Host(_lab.Vm(vm).Host!.Name).MoRef);
        GpuInventory inventory = await InventoryReader.ReadAsync(_session, InventoryScope.Hosts([host]), CancellationToken.None);
        VgpuFit fit = HostCapacity.Of((await VgpuReader.ReadAsync(_session, inventory, inventory.Hosts, CancellationToken.None)).Single()).Fit(profile);
        return (fit.CanStart, fit.MayStart);
    }

    private void Change(Action change)
    {
        lock (_lab.Inventory.Gate)
        {
            change();
        }
    }

    private void Configure(string vm, Action<VmConfig> change) => Change(() =>
    {
        VmConfig config = _lab.Vm(vm).Config.Copy();
        change(config);
        _lab.Vm(vm).Apply(config);
    });

    private string State(string vm)
    {
        RawVm raw = Raw(vm);
        return string.Join("|", raw.Firmware, raw.MemoryReservationMB, raw.IsMemoryReservationLocked, raw.CpuHotAdd, raw.MemoryHotAdd, raw.PowerState,
            string.Join(",", raw.ExtraConfig.OrderBy(entry => entry.Key, StringComparer.Ordinal)), string.Join(",", raw.PciDevices.Select(device => device.Kind + device.Id + device.Vgpu)));
    }
}
