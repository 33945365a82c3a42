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
using static GpuVSphere.Simulator.Tests.Passthrough.VmLab;

namespace GpuVSphere.Simulator.Tests.Passthrough;

public sealed class VmPassthroughTests
{
    private const string RecordKey = "gpuvsphere.before";
    private const string Use64 = "pciPassthru.use64bitMMIO";
    private const string Size = "pciPassthru.64bitMMIOSizeGB";

    private static readonly VmChangeOptions s_powerOn = new() { PowerOn = true };

    [Fact]
    public async Task A_vm_gets_a_gpu_by_one_reconfigure_call_and_runs()
    {
        using VmLab lab = await StartAsync();
        lab.Configure("ml-01", config => config.CpuHotAdd = config.MemoryHotAdd = true);
        var counted = new FaultRule { Method = "ReconfigVM_Task", Delay = TimeSpan.FromSeconds(1) };
        lab.Simulated.Simulator.Faults.Add(counted);

        ChangeResult result = await DoneAsync(lab.Add("ml-01", s_powerOn, A100First));

        Assert.Equal(1, counted.Applied);
        RawVm vm = lab.Raw.Vm("ml-01");
        Assert.True(vm.IsPoweredOn);
        RawVmDevice device = Assert.Single(vm.PciDevices);
        Assert.Equal("static", device.Kind);
        Assert.Equal(A100First, device.Id);
        Assert.Equal("20b5", device.DeviceId);
        Assert.Equal(lab.Raw.Host("esx-80-01").SystemId, device.SystemId);
        Assert.Equal("TRUE", vm.ExtraConfig[Use64]);
        Assert.Equal("256", vm.ExtraConfig[Size]);
        Assert.True(vm.IsMemoryReservationLocked);
        Assert.Equal(vm.MemoryMB, vm.MemoryReservationMB);
        Assert.False(vm.CpuHotAdd);
        Assert.False(vm.MemoryHotAdd);
        Assert.StartsWith("1;" + vm.InstanceUuid, vm.ExtraConfig[RecordKey]);
        Assert.Equal("ml-01", lab.Raw.Host("esx-80-01").Device(A100First).HeldBy);
        Assert.Contains(A100First, result.Message);
    }

    [Fact]
    public async Task Taking_the_gpu_away_puts_everything_back()
    {
        using VmLab lab = await StartAsync();
        lab.Configure("ml-01", config =>
        {
            config.CpuHotAdd = true;
            config.ReservationMB = 1024;
            config.ExtraConfig[Size] = "32";
        });
        string before = lab.State("ml-01");

        await DoneAsync(lab.Add("ml-01", null, A100First));
        Assert.NotEqual(before, lab.State("ml-01"));
        await DoneAsync(lab.Remove("ml-01"));

        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task A_plan_names_every_change_and_what_the_vm_loses_and_touches_nothing()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-01");

        ChangePlan plan = await lab.Add("ml-01", s_powerOn, A100First).PlanAsync(CancellationToken.None);

        Assert.Equal(before, lab.State("ml-01"));
        Assert.Contains(plan.Changes, change => change is { Property: "PCI device " + A100First, Before: null, After: "static passthrough" });
        Assert.Contains(plan.Changes, change => change is { Property: Size, Before: null, After: "256" });
        Assert.Contains(plan.Changes, change => change is { Property: "memoryReservationLockedToMax", Before: "false", After: "true" });
        Assert.Equal("powerState", Assert.Single(plan.Stages[1].Changes).Property);
        Assert.Contains(plan.Consequences, cost => cost.Text.Contains("vMotion") && cost.Text.Contains("snapshots") && cost.Text.Contains("suspend") && cost.Text.Contains("DRS"));
        Assert.DoesNotContain(plan.Findings, finding => finding.Severity != FindingSeverity.Information);
        Assert.Contains(plan.Findings, finding => finding.RuleId == "MMIO-SIZE" && finding.Message.Contains("256"));
    }

    [Fact]
    public async Task What_is_there_already_is_an_empty_plan()
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(lab.Add("ml-01", s_powerOn, A100First));
        string before = lab.State("ml-01");

        IGpuOperation again = lab.Add("ml-01", s_powerOn, A100First);
        ChangePlan plan = await again.PlanAsync(CancellationToken.None);

        Assert.True(plan.IsEmpty, string.Join("; ", plan.Changes));
        Assert.Empty(plan.Findings);
        Assert.Equal(ChangeOutcome.Unchanged, Assert.Single(await again.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None)).Outcome);
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task Two_gpus_in_one_vm_count_together_and_one_that_stays_is_sized_anew()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-01");

        await DoneAsync(lab.Add("ml-01", null, A100First));
        await DoneAsync(lab.Add("ml-01", s_powerOn, A100Second));
        Assert.Equal("512", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
        Assert.Equal(2, lab.Raw.Vm("ml-01").PciDevices.Count);

        await DoneAsync(lab.Remove("ml-01", new VmChangeOptions { PowerOff = true, Force = true, ShutdownTimeout = TimeSpan.FromMinutes(5) }, A100First));
        Assert.Equal("256", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
        Assert.True(lab.Raw.Vm("ml-01").IsMemoryReservationLocked);
        Assert.True(lab.Raw.Vm("ml-01").ExtraConfig.ContainsKey(RecordKey));

        await DoneAsync(lab.Remove("ml-01"));
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task An_existing_larger_size_is_never_lowered()
    {
        using VmLab lab = await StartAsync();
        lab.Configure("ml-01", config => config.ExtraConfig[Size] = "1024");

        await DoneAsync(lab.Add("ml-01", null, A100First));
        Assert.Equal("1024", lab.Raw.Vm("ml-01").ExtraConfig[Size]);

        await DoneAsync(lab.Remove("ml-01"));
        Assert.Equal("1024", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
        Assert.False(lab.Raw.Vm("ml-01").ExtraConfig.ContainsKey(Use64));
    }

    [Fact]
    public async Task What_somebody_changed_since_is_not_put_back()
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(lab.Add("ml-01", null, A100First));
        lab.Configure("ml-01", config => config.ExtraConfig[Size] = "512");

        IGpuOperation remove = lab.Remove("ml-01");
        ChangePlan plan = await remove.PlanAsync(CancellationToken.None);
        await DoneAsync(remove);

        Assert.Contains(plan.Consequences, cost => cost.Text.Contains(Size) && cost.Text.Contains("512"));
        Assert.Equal("512", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
        Assert.False(lab.Raw.Vm("ml-01").ExtraConfig.ContainsKey(Use64));
        Assert.False(lab.Raw.Vm("ml-01").ExtraConfig.ContainsKey(RecordKey));
    }

    [Fact]
    public async Task A_clone_takes_no_notice_of_the_record_of_its_original()
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(lab.Add("ml-01", null, A100First));
        string record = lab.Raw.Vm("ml-01").ExtraConfig[RecordKey];
        await DoneAsync(lab.Remove("ml-01"));
        lab.Configure("ml-02", config =>
        {
            config.ExtraConfig[RecordKey] = record;
            config.ExtraConfig[Size] = "256";
            config.LockMemory = true;
        });

        await DoneAsync(lab.Add("ml-02", null, A100First));
        Assert.Contains(lab.Raw.Vm("ml-02").InstanceUuid, lab.Raw.Vm("ml-02").ExtraConfig[RecordKey]);
        await DoneAsync(lab.Remove("ml-02"));

        Assert.Equal("256", lab.Raw.Vm("ml-02").ExtraConfig[Size]);
        Assert.True(lab.Raw.Vm("ml-02").IsMemoryReservationLocked);
    }

    [Fact]
    public async Task A_device_that_we_did_not_add_is_taken_away_too()
    {
        using VmLab lab = await StartAsync();
        await lab.Simulated.GiveAsync("ml-01", 256, lab.Simulated.StaticDevice(-1, "esx-80-01", A100First, deviceId: "8373"));

        IGpuOperation remove = lab.Remove("ml-01", null, A100First);
        ChangePlan plan = await remove.PlanAsync(CancellationToken.None);
        await DoneAsync(remove);

        Assert.Empty(lab.Raw.Vm("ml-01").PciDevices);
        Assert.Equal("256", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
        Assert.Contains(plan.Consequences, cost => cost.Text.Contains("no record"));
    }

    [Fact]
    public async Task Taking_away_what_is_not_there_is_an_empty_plan()
    {
        using VmLab lab = await StartAsync();

        Assert.True((await lab.Remove("ml-01").PlanAsync(CancellationToken.None)).IsEmpty);
        ChangePlan named = await lab.Remove("ml-01", null, A100First).PlanAsync(CancellationToken.None);
        Assert.True(named.IsEmpty);
        Assert.Empty(named.Findings);
        Assert.Contains(named.Consequences, note => note.Text.Contains("holds no passthrough GPU"));
    }

    [Theory]
    [InlineData("0000:ff:00.0", false)]
    [InlineData("no-such-label", false)]
    [InlineData("0000:ff:00.0", true)]
    public async Task Taking_away_what_neither_the_vm_nor_its_host_has_is_an_error(string device, bool isDynamic)
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(isDynamic
            ? lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01")], [Dynamic(0x20B5)], new VmChangeOptions()))
            : lab.Add("ml-01", null, A100First));
        string before = lab.State("ml-01");

        ChangeResult result = Assert.Single(await RunAsync(lab.Remove("ml-01", null, device)));

        Assert.Equal("DeviceNotFound", result.Error!.Id);
        Assert.Contains(device, result.Message);
        Assert.Contains(isDynamic ? "10de:20b5" : A100First, result.Message);
        Assert.Contains("Get-VmGpu -VM ml-01", result.Error.NextStep);
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Taking_away_another_gpu_of_the_host_changes_nothing_and_warns_of_what_the_vm_holds(bool isDynamic)
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(isDynamic
            ? lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01")], [Dynamic(0x20B5)], new VmChangeOptions()))
            : lab.Add("ml-01", null, A100First));
        IGpuOperation remove = lab.Remove("ml-01", null, A100Second);

        ChangePlan plan = await remove.PlanAsync(CancellationToken.None);
        ChangeResult result = Assert.Single(await RunAsync(remove));

        Assert.Equal(ChangeOutcome.Unchanged, result.Outcome);
        Finding finding = Assert.Single(plan.Findings);
        Assert.Equal(FindingSeverity.Warning, finding.Severity);
        Assert.Contains(A100Second, finding.Message);
        Assert.Contains(isDynamic ? "10de:20b5" : A100First, finding.Message);
    }

    [Fact]
    public async Task Dynamic_gpus_are_given_by_ids_and_bound_at_power_on()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01")], [Dynamic(0x20B5, count: 2)], s_powerOn));

        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        ChangeResult result = await DoneAsync(add);

        RawVm vm = lab.Raw.Vm("ml-01");
        Assert.Equal(["dynamic", "dynamic"], vm.PciDevices.Select(device => device.Kind));
        Assert.Equal([A100First, A100Second], vm.PciDevices.Select(device => device.AssignedAddress).Order());
        Assert.Equal("512", vm.ExtraConfig[Size]);
        Assert.Contains(plan.Consequences, cost => cost.Text.Contains("HA restart") && cost.Text.Contains("initial placement stay"));
        Assert.Contains(plan.Changes, change => change is { Property: "dynamic PCI device 10de:20b5", Before: null, After: "2" });
        Assert.Contains("at 0000:", result.Message);
        Assert.True((await add.PlanAsync(CancellationToken.None)).IsEmpty);

        await DoneAsync(lab.Operation(PassthroughIntents.RemoveFromVm([lab.Target("ml-01")], [Dynamic(0x20B5)], new VmChangeOptions { PowerOff = true, Force = true })));
        Assert.Single(lab.Raw.Vm("ml-01").PciDevices);
        Assert.Equal("256", lab.Raw.Vm("ml-01").ExtraConfig[Size]);
    }

    [Fact]
    public async Task A_dynamic_gpu_can_be_asked_for_by_label()
    {
        using VmLab lab = await StartAsync();
        lab.Change(() => lab.Simulated.Host("esx-80-01").Function(A100Second)!.Label = "training");

        await DoneAsync(lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01")], [Dynamic(0x20B5, "training")], s_powerOn)));

        RawVmDevice device = Assert.Single(lab.Raw.Vm("ml-01").PciDevices);
        Assert.Equal("training", device.Label);
        Assert.Equal(A100Second, device.AssignedAddress);
    }

    [Fact]
    public async Task A_static_gpu_can_be_named_by_its_label()
    {
        using VmLab lab = await StartAsync();
        lab.Change(() => lab.Simulated.Host("esx-80-01").Function(A100Second)!.Label = "training");

        await DoneAsync(lab.Add("ml-01", null, "training"));
        Assert.Equal(A100Second, Assert.Single(lab.Raw.Vm("ml-01").PciDevices).Id);

        await DoneAsync(lab.Remove("ml-01", null, "training"));
        Assert.Empty(lab.Raw.Vm("ml-01").PciDevices);
    }

    [Fact]
    public async Task A_t4_needs_neither_efi_nor_keys()
    {
        using VmLab lab = await StartAsync();

        await DoneAsync(lab.Add("ml-70-bios", s_powerOn, "0000:86:00.0"));

        Assert.True(lab.Raw.Vm("ml-70-bios").IsPoweredOn);
        Assert.Equal("bios", lab.Raw.Vm("ml-70-bios").Firmware);
        Assert.False(lab.Raw.Vm("ml-70-bios").ExtraConfig.ContainsKey(Size));
    }

    [Fact]
    public async Task A_bios_vm_is_refused_for_a_large_gpu()
    {
        using VmLab lab = await StartAsync();

        Finding finding = await BlockedAsync(lab.Add("ml-bios", null, A100First));

        Assert.Equal("VM-FIRMWARE", finding.RuleId);
        Assert.Contains("-NoGuestInstalled", finding.NextStep);
        Assert.Empty(lab.Raw.Vm("ml-bios").PciDevices);
    }

    [Fact]
    public async Task The_firmware_is_switched_where_no_guest_is_installed_and_stays()
    {
        using VmLab lab = await StartAsync();

        await DoneAsync(lab.Add("ml-bios", s_powerOn with { NoGuestInstalled = true }, A100First));
        Assert.Equal("efi", lab.Raw.Vm("ml-bios").Firmware);
        Assert.True(lab.Raw.Vm("ml-bios").IsPoweredOn);

        await DoneAsync(lab.Remove("ml-bios", new VmChangeOptions { PowerOff = true, Force = true }));
        Assert.Equal("efi", lab.Raw.Vm("ml-bios").Firmware);
    }

    [Theory]
    [InlineData("snap-01", "VM-SNAPSHOT")]
    [InlineData("susp-01", "VM-SUSPENDED")]
    [InlineData("tmpl-01", "VM-TEMPLATE")]
    public async Task A_vm_in_the_wrong_state_is_refused(string vm, string rule)
    {
        using VmLab lab = await StartAsync();
        string before = lab.State(vm);

        Finding finding = await BlockedAsync(lab.Add(vm, null, A100First));

        Assert.Equal(rule, finding.RuleId);
        Assert.Equal(before, lab.State(vm));
    }

    [Fact]
    public async Task An_old_vm_gets_no_dynamic_gpu()
    {
        using VmLab lab = await StartAsync();

        Finding finding = await BlockedAsync(lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-67")], [Dynamic(0x15F8)], new VmChangeOptions())));

        Assert.Equal("VM-HARDWARE-VERSION", finding.RuleId);
    }

    [Fact]
    public async Task A_vm_with_more_memory_than_its_host_is_refused()
    {
        using VmLab lab = await StartAsync();
        lab.Configure("big-01", config => config.MemoryMB = 4 * 1024 * 1024);

        Assert.Equal("VM-MEMORY-FITS-HOST", (await BlockedAsync(lab.Add("big-01", null, A100First))).RuleId);
    }

    [Fact]
    public async Task Two_p100_of_a_host_of_6_7_need_64_gb()
    {
        using VmLab lab = await StartAsync();

        await DoneAsync(lab.Add("ml-67", s_powerOn, A100First, A100Second));

        Assert.True(lab.Raw.Vm("ml-67").IsPoweredOn);
        Assert.Equal("64", lab.Raw.Vm("ml-67").ExtraConfig[Size]);
    }

    [Fact]
    public async Task A_running_vm_is_refused_without_power_off_and_shut_down_with_it()
    {
        using VmLab lab = await StartAsync();

        Finding finding = await BlockedAsync(lab.Add("web-01", null, A100First));
        Assert.Equal("VM-POWERED-OFF", finding.RuleId);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);

        ChangeResult result = await DoneAsync(lab.Add("web-01", new VmChangeOptions { PowerOff = true, PowerOn = true }, A100First));
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Equal("web-01", lab.Raw.Host("esx-67-01").Device(A100First).HeldBy);
        Assert.Contains("runs with", result.Message);
    }

    [Fact]
    public async Task A_guest_that_does_not_shut_down_is_powered_off_only_with_force()
    {
        using VmLab lab = await StartAsync();
        lab.Simulated.Simulator.Orders.GuestShutdownHangs("web-01", true);
        VmChangeOptions options = new() { PowerOff = true, ShutdownTimeout = TimeSpan.FromMinutes(10) };

        ChangeResult result = Assert.Single(await RunAsync(lab.Add("web-01", options, A100First)));
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Equal("ShutdownTimedOut", result.Error!.Id);
        Assert.Contains("-Force", result.Error.NextStep);
        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Empty(lab.Raw.Vm("web-01").PciDevices);

        await DoneAsync(lab.Add("web-01", options with { Force = true }, A100First));
        Assert.False(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Single(lab.Raw.Vm("web-01").PciDevices);
    }

    [Fact]
    public async Task A_guest_without_tools_is_powered_off_only_with_force()
    {
        using VmLab lab = await StartAsync();
        lab.Activate("esx-80-02", A100First);

        Finding finding = await BlockedAsync(lab.Add("web-02", new VmChangeOptions { PowerOff = true }, A100First));
        Assert.Equal("VM-POWERED-OFF", finding.RuleId);
        Assert.Contains("-Force", finding.NextStep);

        await DoneAsync(lab.Add("web-02", new VmChangeOptions { PowerOff = true, Force = true }, A100First));
        Assert.False(lab.Raw.Vm("web-02").IsPoweredOn);
    }

    [Fact]
    public async Task A_device_that_another_vm_has_is_refused()
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(lab.Add("ml-01", s_powerOn, A100First));

        Finding finding = await BlockedAsync(lab.Add("ml-02", null, A100First));

        Assert.Equal("DEVICE-IN-USE", finding.RuleId);
        Assert.Contains("ml-01", finding.Message);
    }

    [Fact]
    public async Task A_device_of_another_host_is_not_taken_for_the_one_at_the_same_address()
    {
        using VmLab lab = await StartAsync();
        GpuInventory inventory = await InventoryReader.ReadAsync(lab.Session, InventoryScope.Everything, CancellationToken.None);
        GpuDevice elsewhere = inventory.Hosts.Single(host => host.Name == "esx-90-01").Devices.Single(device => device.Address.ToString() == A100First);
        GpuDevice here = inventory.Hosts.Single(host => host.Name == "esx-80-01").Devices.Single(device => device.Address.ToString() == A100First);

        Finding finding = await BlockedAsync(lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmGpuSelector.Of(elsewhere)], new VmChangeOptions())));
        Assert.Equal("VM-HOST", finding.RuleId);
        Assert.Contains("esx-90-01", finding.Message);

        await DoneAsync(lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01")], [VmGpuSelector.Of(here)], s_powerOn)));
    }

    /// <summary>Each rule is switched off once, and what it keeps from happening happens.</summary>
    [Theory]
    [InlineData("VM-SNAPSHOT", "snap-01", "reconfigure")]
    [InlineData("VM-TEMPLATE", "tmpl-01", "reconfigure")]
    [InlineData("VM-SUSPENDED", "susp-01", "reconfigure")]
    [InlineData("VM-POWERED-OFF", "web-01", "reconfigure")]
    [InlineData("VM-FIRMWARE", "ml-bios", "power-on")]
    [InlineData("VM-MEMORY-FITS-HOST", "big-01", "power-on")]
    [InlineData("DEVICE-ACTIVE", "ml-01", "power-on")]
    [InlineData("DEVICE-IN-USE", "ml-02", "power-on")]
    public async Task Without_its_rule_the_server_refuses(string rule, string vm, string at)
    {
        using VmLab lab = await StartAsync();
        if (rule == "VM-MEMORY-FITS-HOST")
        {
            lab.Configure(vm, config => config.MemoryMB = 4 * 1024 * 1024);
        }
        else if (rule == "DEVICE-ACTIVE")
        {
            lab.Change(() => lab.Simulated.Host("esx-80-01").Function(A100First)!.IsActive = false);
        }
        else if (rule == "DEVICE-IN-USE")
        {
            await DoneAsync(lab.Add("ml-01", s_powerOn, A100First));
        }

        Assert.Equal(rule, (await BlockedAsync(lab.Add(vm, s_powerOn, A100First))).RuleId);

        ChangeResult result = Assert.Single(await RunAsync(lab.Add(vm, s_powerOn with { SkipRules = [rule] }, A100First)));
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Contains(at == "power-on" ? "did not power on" : "ReconfigVM_Task", result.Message);
        Assert.Contains(at == "power-on" ? "It was reconfigured." : "Nothing was changed.", result.Message);
        Assert.Equal(at == "power-on", lab.Raw.Vm(vm).PciDevices.Count == 1);
    }

    [Fact]
    public async Task Overriding_the_rule_does_not_power_a_vm_off()
    {
        using VmLab lab = await StartAsync();

        await RunAsync(lab.Add("web-01", new VmChangeOptions { SkipRules = ["VM-POWERED-OFF"], Force = true }, A100First));

        Assert.True(lab.Raw.Vm("web-01").IsPoweredOn);
    }

    [Fact]
    public async Task A_rule_can_be_overridden_and_that_is_recorded()
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(lab.Add("ml-01", null, A100First));
        IGpuOperation add = lab.Add("ml-02", new VmChangeOptions { SkipRules = ["DEVICE-IN-USE"] }, A100First);

        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        Assert.True(Assert.Single(plan.Findings, finding => finding.RuleId == "DEVICE-IN-USE").IsSkipped);
        await DoneAsync(add);
        Assert.Single(lab.Raw.Vm("ml-02").PciDevices);
    }

    [Fact]
    public async Task One_device_is_not_given_to_two_vms_in_one_call()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01"), lab.Target("ml-02")], [Device(A100First)], new VmChangeOptions()));

        IReadOnlyList<ChangeResult> results = await RunAsync(add);

        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Blocked], results.Select(result => result.Outcome));
        Assert.Contains("ml-01", results[1].Message);
        Assert.Empty(lab.Raw.Vm("ml-02").PciDevices);
    }

    [Fact]
    public async Task Several_vms_are_changed_in_one_call_each_as_it_needs()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Operation(PassthroughIntents.AddToVm(
            new KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>[]
            {
                new(lab.Target("ml-01"), [Device(A100First)]),
                new(lab.Target("ml-02"), [Device(A100Second)]),
                new(lab.Target("ml-90"), [Device(A100First), Device(A100Second)]),
                new(lab.Target("snap-01"), [Device(A100First)]),
                new(lab.Target("ml-70"), [Device("0000:99:00.0")]),
            },
            s_powerOn));

        IReadOnlyList<ChangeResult> results = await RunAsync(add);

        Assert.Equal(
            [ChangeOutcome.Done, ChangeOutcome.Done, ChangeOutcome.Done, ChangeOutcome.Blocked, ChangeOutcome.Blocked],
            results.Select(result => result.Outcome));
        Assert.True(lab.Raw.Vm("ml-01").IsPoweredOn && lab.Raw.Vm("ml-02").IsPoweredOn && lab.Raw.Vm("ml-90").IsPoweredOn);
        Assert.Equal("512", lab.Raw.Vm("ml-90").ExtraConfig[Size]);
        Assert.Equal("DeviceNotFound", results[4].Error!.Id);
        Assert.Contains("0000:86:00.0", results[4].Error!.NextStep);
    }

    [Theory]
    [InlineData("0000:99:00.0", "DeviceNotFound")]
    [InlineData("0000:19:00.0", "NotAGpu")]
    [InlineData("no-such-label", "DeviceNotFound")]
    public async Task A_device_that_cannot_be_meant_is_an_error_with_what_there_is(string device, string errorId)
    {
        using VmLab lab = await StartAsync();

        ChangeResult result = Assert.Single(await RunAsync(lab.Add("ml-01", null, device)));

        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Equal(errorId, result.Error!.Id);
        Assert.Contains(A100First, result.Error.NextStep);
    }

    [Fact]
    public async Task A_device_that_is_not_active_or_not_capable_is_refused()
    {
        using VmLab lab = await StartAsync();
        lab.Change(() => lab.Simulated.Host("esx-80-01").Function(A100First)!.IsActive = false);
        lab.Change(() => lab.Simulated.Host("esx-80-01").Function(A100Second)!.IsEnabled = lab.Simulated.Host("esx-80-01").Function(A100Second)!.IsActive = false);
        lab.Simulated.Simulator.Orders.DeviceCapable("esx-80-01", A100Second, false);

        Finding pending = await BlockedAsync(lab.Add("ml-01", null, A100First));
        Assert.Equal("DEVICE-ACTIVE", pending.RuleId);
        Assert.Contains("-Reboot", pending.NextStep);
        Assert.Equal("DEVICE-CAPABLE", (await BlockedAsync(lab.Add("ml-01", null, A100Second))).RuleId);
    }

    [Fact]
    public async Task A_vm_on_a_host_that_does_not_answer_is_refused()
    {
        using VmLab lab = await StartAsync();
        ChangeIntent intent = PassthroughIntents.AddToVm([lab.Target("ml-80b")], [Device(A100First)], new VmChangeOptions());
        lab.Simulated.Simulator.Orders.HostConnection("esx-80-02", "notResponding");

        ChangePlan plan = await lab.Operation(intent).PlanAsync(CancellationToken.None);

        Assert.Contains(plan.Findings, finding => finding.Blocks && finding.RuleId is "HOST-CONNECTED" or "DeviceNotFound");
    }

    [Fact]
    public async Task A_missing_privilege_is_named_before_anything_is_touched()
    {
        using VmLab lab = await StartAsync(user: "readonly@vsphere.local");

        Finding finding = await BlockedAsync(lab.Add("ml-01", null, A100First));

        Assert.Equal("PRIVILEGE-VM", finding.RuleId);
        Assert.Contains("VirtualMachine.Config.AddRemoveDevice", finding.Message);
        Assert.Contains("VirtualMachine.Config.AdvancedConfig", finding.Message);
        Assert.Contains("VirtualMachine.Config.Resource", finding.Message);
    }

    [Fact]
    public async Task An_operator_without_rights_on_hosts_can_change_vms()
    {
        using VmLab lab = await StartAsync(user: "operator@vsphere.local");

        await DoneAsync(lab.Add("ml-01", s_powerOn, A100First));

        Assert.True(lab.Raw.Vm("ml-01").IsPoweredOn);
    }

    [Fact]
    public async Task An_unknown_vm_is_said()
    {
        using VmLab lab = await StartAsync();
        PlanTarget gone = lab.Target("ml-01") with { Id = new Vim.VimObjectId(lab.Session.ServerUuid, new Vim.ManagedObjectReference("VirtualMachine", "vm-9999")), Name = "gone" };

        ChangeResult result = Assert.Single(await RunAsync(lab.Operation(PassthroughIntents.AddToVm([gone], [Device(A100First)], new VmChangeOptions()))));

        Assert.Equal("VmNotFound", result.Error!.Id);
    }

    [Fact]
    public async Task A_stale_plan_is_refused_and_nothing_changed()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Add("ml-01", null, A100First);
        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        lab.Configure("ml-01", config => config.ExtraConfig[Size] = "128");
        string before = lab.State("ml-01");

        ChangeResult result = Assert.Single(await add.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));

        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Equal("PlanIsStale", result.Error!.Id);
        Assert.Contains("128", result.Error.Message);
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task A_plan_is_stale_when_more_would_have_to_be_changed_now()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Add("ml-01", null, A100First);
        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        lab.Configure("ml-01", config => config.CpuHotAdd = true);

        ChangeResult result = Assert.Single(await add.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));

        Assert.Equal("PlanIsStale", result.Error!.Id);
        Assert.Empty(lab.Raw.Vm("ml-01").PciDevices);
    }

    [Fact]
    public async Task A_rule_that_has_come_to_speak_since_the_plan_blocks()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Add("ml-01", null, A100First);
        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        await lab.Simulated.CallAsync(lab.Simulated.Vm("ml-01"), "CreateSnapshot_Task", ("name", "s"), ("memory", false), ("quiesce", false));

        ChangeResult result = Assert.Single(await add.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));

        Assert.Equal(ChangeOutcome.Blocked, result.Outcome);
        Assert.Contains("snapshots", result.Message);
    }

    [Fact]
    public async Task A_change_between_reading_and_reconfiguring_is_caught_by_the_stamp()
    {
        using VmLab lab = await StartAsync();
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "ReconfigVM_Task", Fault = "ConcurrentAccess" });

        ChangeResult result = Assert.Single(await RunAsync(lab.Add("ml-01", null, A100First)));

        Assert.Equal("PlanIsStale", result.Error!.Id);
        Assert.Contains("Nothing was changed", result.Message);
    }

    [Fact]
    public async Task A_power_on_that_fails_is_explained_with_the_size_that_is_needed()
    {
        using VmLab lab = await StartAsync();

        ChangeResult result = Assert.Single(await RunAsync(lab.Add("ml-01", s_powerOn with { MmioSizeGB = 64 }, A100First)));

        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Equal("PowerOnFailed", result.Error!.Id);
        Assert.Contains("256", result.Error.Message);
        Assert.Contains("Set-VmMmioSize -VM ml-01 -SizeGB 256", result.Error.NextStep);
        Assert.Contains("It was reconfigured", result.Message);
    }

    [Fact]
    public async Task A_size_smaller_than_needed_is_warned_of()
    {
        using VmLab lab = await StartAsync();

        ChangePlan plan = await lab.Add("ml-01", new VmChangeOptions { MmioSizeGB = 64 }, A100First).PlanAsync(CancellationToken.None);

        Assert.Contains(plan.Findings, finding => finding is { RuleId: "MMIO-SIZE", Severity: FindingSeverity.Warning });
        Assert.Contains(plan.Changes, change => change is { Property: Size, After: "64" });
    }

    [Fact]
    public async Task A_connection_that_is_cut_after_the_call_arrived_is_no_failure()
    {
        using VmLab lab = await StartAsync();
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "ReconfigVM_Task", AfterWork = true, DropConnection = true, Times = 1 });

        await DoneAsync(lab.Add("ml-01", null, A100First));

        Assert.Single(lab.Raw.Vm("ml-01").PciDevices);
    }

    [Fact]
    public async Task A_connection_that_is_cut_before_the_call_arrived_is_said_and_the_command_can_be_run_again()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-01");
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "ReconfigVM_Task", DropConnection = true, Times = 1 });

        ChangeResult result = Assert.Single(await RunAsync(lab.Add("ml-01", null, A100First)));
        Assert.Equal(ChangeOutcome.Failed, result.Outcome);
        Assert.Equal(GpuErrorCategory.ConnectionFailed, result.Error!.Category);
        Assert.Contains("Run the same command again", result.Error.NextStep);
        Assert.Equal(before, lab.State("ml-01"));

        await DoneAsync(lab.Add("ml-01", null, A100First));
    }

    [Fact]
    public async Task A_task_that_the_server_has_forgotten_is_looked_after_by_reading()
    {
        using VmLab lab = await StartAsync(new SimulatorOptions { ClockSpeed = 1000, TaskRetention = TimeSpan.Zero });
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "CreatePropertyCollector", Delay = TimeSpan.FromMinutes(1) });

        await DoneAsync(lab.Add("ml-01", s_powerOn, A100First));

        Assert.True(lab.Raw.Vm("ml-01").IsPoweredOn);
    }

    [Fact]
    public async Task An_expired_session_is_said_before_anything_is_touched()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Add("ml-01", null, A100First);
        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        lab.Simulated.Simulator.ExpireSessions();

        GpuVSphereException error = await Assert.ThrowsAnyAsync<GpuVSphereException>(() => add.ApplyAsync(plan, ChangeFeedback.None, CancellationToken.None));

        Assert.Equal("SessionExpired", error.Id);
        Assert.Empty(lab.Raw.Vm("ml-01").PciDevices);
    }

    [Fact]
    public async Task Nothing_is_begun_after_a_cancellation()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Operation(PassthroughIntents.AddToVm([lab.Target("ml-01")], [Device(A100First)], s_powerOn));
        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        ChangeResult result = Assert.Single(await add.ApplyAsync(plan, ChangeFeedback.None, stop.Token));

        Assert.Equal(ChangeOutcome.Interrupted, result.Outcome);
        Assert.Empty(lab.Raw.Vm("ml-01").PciDevices);
    }

    [Fact]
    public async Task A_cancellation_during_the_call_waits_for_it_and_starts_nothing_more()
    {
        using VmLab lab = await StartAsync(new SimulatorOptions { ClockSpeed = 10 });
        IGpuOperation add = lab.Add("ml-01", s_powerOn, A100First);
        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        FaultRule slow = lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "ReconfigVM_Task", Delay = TimeSpan.FromMinutes(3) });

        Task<IReadOnlyList<ChangeResult>> apply = add.ApplyAsync(plan, ChangeFeedback.None, stop.Token);
        await lab.Simulated.UntilAsync(() => slow.Applied == 1);
        stop.Cancel();
        lab.Simulated.Simulator.Clock.Advance(slow.Delay);
        ChangeResult result = Assert.Single(await apply);

        Assert.Equal(ChangeOutcome.Interrupted, result.Outcome);
        Assert.Contains("It was reconfigured", result.Message);
        Assert.Single(lab.Raw.Vm("ml-01").PciDevices);
        Assert.False(lab.Raw.Vm("ml-01").IsPoweredOn);
    }

    [Fact]
    public async Task A_task_that_goes_on_after_a_cancellation_is_named()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation add = lab.Add("ml-01", s_powerOn, A100First);
        ChangePlan plan = await add.PlanAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        FaultRule silence = lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "WaitForUpdatesEx", Delay = TimeSpan.FromHours(3) });

        Task<IReadOnlyList<ChangeResult>> apply = add.ApplyAsync(plan, ChangeFeedback.None, stop.Token);
        await lab.Simulated.UntilAsync(() => lab.Raw.Vm("ml-01").PciDevices.Count == 1 && silence.Applied > 0);
        stop.Cancel();
        ChangeResult result = Assert.Single(await apply);

        Assert.Equal(ChangeOutcome.Interrupted, result.Outcome);
        Assert.Contains("(Task-", result.Message);
        Assert.Contains("still runs", result.Message);
        Assert.False(lab.Raw.Vm("ml-01").IsPoweredOn);
    }

    [Fact]
    public async Task A_server_that_is_gone_does_not_stop_the_others()
    {
        using VmLab lab = await StartAsync();
        using VmLab other = await StartAsync(new SimulatorOptions { ClockSpeed = 1000, ServerName = "other.sim.local", TaskRetention = TimeSpan.FromDays(10) });
        ChangeIntent intent = PassthroughIntents.AddToVm([lab.Target("ml-01"), other.Target("ml-01")], [Device(A100First)], new VmChangeOptions());
        IGpuOperation add = GpuOperations.Create(intent, new OperationContext([lab.Session, other.Session], lab.Simulated.Simulator.Clock, System.IO.Path.GetTempPath()));
        other.Simulated.Simulator.ExpireSessions();

        IReadOnlyList<ChangeResult> results = await RunAsync(add);

        Assert.Equal([ChangeOutcome.Done, ChangeOutcome.Blocked], results.Select(result => result.Outcome));
        Assert.Equal("SessionExpired", results[1].Error!.Id);
        Assert.Single(lab.Raw.Vm("ml-01").PciDevices);
        Assert.Empty(other.Raw.Vm("ml-01").PciDevices);
    }

    [Fact]
    public async Task A_borrowed_session_may_be_logged_out_while_a_guest_shuts_down()
    {
        using VmLab lab = await StartAsync(new SimulatorOptions { ClockSpeed = 100, TaskRetention = TimeSpan.FromDays(10) });
        using Vim.VimSession borrowed = await Vim.VimSession.AdoptAsync(lab.Simulated.Simulator.Server, lab.OnlyCookie(), CancellationToken.None);
        IGpuOperation add = GpuOperations.Create(
            PassthroughIntents.AddToVm([lab.Target("web-01")], [Device(A100First)], new VmChangeOptions { PowerOff = true, PowerOn = true }),
            new OperationContext([borrowed], lab.Simulated.Simulator.Clock, System.IO.Path.GetTempPath()));
        var counted = new FaultRule { Method = "ShutdownGuest", Delay = TimeSpan.FromSeconds(5), AfterWork = true };
        lab.Simulated.Simulator.Faults.Add(counted);

        Task<IReadOnlyList<ChangeResult>> run = RunAsync(add);
        await lab.Simulated.UntilAsync(() => counted.Applied > 0 || run.IsCompleted);
        await lab.Session.LogoutAsync(CancellationToken.None);
        ChangeResult result = Assert.Single(await run);

        Assert.True(result.Outcome == ChangeOutcome.Done, result.Message);
    }

    [Fact]
    public async Task A_host_that_is_spoken_to_directly_works_too()
    {
        using VmLab lab = await StartOnEsxiAsync();
        string before = lab.State("ml-01");

        await DoneAsync(lab.Add("ml-01", s_powerOn, A100First));
        Assert.True(lab.Raw.Vm("ml-01").IsPoweredOn);
        await DoneAsync(lab.Remove("ml-01", new VmChangeOptions { PowerOff = true, Force = true }));
        Assert.Equal(before, lab.State("ml-01"));

        ChangeResult failed = Assert.Single(await RunAsync(lab.Add("ml-01", s_powerOn with { MmioSizeGB = 64 }, A100First)));
        Assert.Contains("-SizeGB 256", failed.Error!.NextStep);
    }

    [Fact]
    public async Task An_intent_survives_being_text()
    {
        using VmLab lab = await StartAsync();
        ChangeIntent intent = PassthroughIntents.AddToVm(
            [lab.Target("ml-01")],
            [Device(A100First), Dynamic(0x20B5, "label with, comma"), VmGpuSelector.Of(new DynamicGpuRequest([new PciIdMatch(1, 2, 3, 4), new PciIdMatch(5, 6)]), 3)],
            new VmChangeOptions { PowerOff = true, MmioSizeGB = 512, SkipRules = ["VM-SNAPSHOT"], ShutdownTimeout = TimeSpan.FromSeconds(90) });

        Assert.Equal(["device 0000:3b:00.0", "dynamic 0001:0002:0003:0004,0005:0006", "dynamic 10de:20b5 label label with, comma"], intent.Targets[0].Wanted.Keys.Order());
        Assert.NotNull(lab.Operation(intent));
        Assert.Equal("3", intent.Targets[0].Wanted["dynamic 0001:0002:0003:0004,0005:0006"]);
    }

    [Fact]
    public void What_cannot_be_asked_for_is_refused_at_once()
    {
        var target = new PlanTarget(new Vim.VimObjectId("s", new Vim.ManagedObjectReference("VirtualMachine", "vm-1")), "ml-01", "s");

        Assert.Equal("NothingToDo", Assert.Throws<GpuVSphereException>(() => PassthroughIntents.AddToVm([target], [], new VmChangeOptions())).Id);
        Assert.Equal("NotForAdding", Assert.Throws<GpuVSphereException>(() => PassthroughIntents.AddToVm([target], [VmGpuSelector.All], new VmChangeOptions())).Id);
        Assert.Equal("InvalidMmioSize", Assert.Throws<GpuVSphereException>(() => PassthroughIntents.SetMmio([target], new VmChangeOptions { MmioSizeGB = 48 })).Id);
        Assert.Equal("InvalidMmioSize", Assert.Throws<GpuVSphereException>(() => PassthroughIntents.SetMmio([target], new VmChangeOptions { MmioSizeGB = 0 })).Id);
        Assert.Equal("InvalidCount", Assert.Throws<GpuVSphereException>(() => Dynamic(1, count: 0)).Id);
        Assert.Equal("NoDeviceIds", Assert.Throws<GpuVSphereException>(() => VmGpuSelector.Of(new DynamicGpuRequest([], "x"))).Id);
    }

    [Fact]
    public async Task An_error_says_that_the_vm_was_shut_down_for_it()
    {
        using VmLab lab = await StartAsync();
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "ReconfigVM_Task", Fault = "TaskInProgress" });

        ChangeResult result = Assert.Single(await RunAsync(lab.Add("web-01", new VmChangeOptions { PowerOff = true }, A100First)));

        Assert.Equal("TaskInProgress", result.Error!.Id);
        Assert.False(lab.Raw.Vm("web-01").IsPoweredOn);
        Assert.Contains("It was powered off; its configuration was not changed.", result.Error.Message);
    }

    [Fact]
    public async Task Whatever_goes_wrong_with_one_vm_is_its_own_result()
    {
        using VmLab lab = await StartAsync();
        IGpuOperation operation = lab.Operation(PassthroughIntents.SetMmio([lab.Target("ml-01"), lab.Target("ml-90")], new VmChangeOptions { MmioSizeGB = 64 }));
        ChangePlan plan = await operation.PlanAsync(CancellationToken.None);

        IReadOnlyList<ChangeResult> results = await operation.ApplyAsync(plan, new BrokenFeedback("ml-01"), CancellationToken.None);

        Assert.Equal([ChangeOutcome.Failed, ChangeOutcome.Done], results.Select(result => result.Outcome));
        Assert.Equal("VmChangeFailed", results[0].Error!.Id);
        Assert.Contains("It was reconfigured.", results[0].Error!.Message);
    }

    private sealed class BrokenFeedback(string vm) : IChangeFeedback
    {
        public void Progress(string activity, string status, int done, int total)
        {
        }

        public void Verbose(string message)
        {
            if (message.Contains(vm, StringComparison.Ordinal))
            {
                throw new InvalidOperationException("a bug");
            }
        }

        public void Warning(string message)
        {
        }

        public void Finished(ChangeResult result)
        {
        }
    }
}
