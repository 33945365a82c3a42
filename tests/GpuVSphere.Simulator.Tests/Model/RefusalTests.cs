using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Each refusal once in force, where the fault must come, and once turned off, where it must not.</summary>
public sealed class RefusalTests
{
    private const string Gpu = "0000:3b:00.0";
    private const string SecondGpu = "0000:af:00.0";

    private static readonly Dictionary<Refusal, (string Fault, Func<SimulatorLab, Task> Act)> s_cases = new()
    {
        [Refusal.UnknownDevice] = ("PlatformConfigFault", lab => lab.ConfigureAsync("esx-80-01", ("0000:99:00.0", true))),
        [Refusal.DeviceNotCapable] = ("PlatformConfigFault", lab => lab.ConfigureAsync("esx-80-01", ("0000:03:00.0", true))),
        [Refusal.LabelBeforeSevenU2] = ("PlatformConfigFault", lab => lab.CallAsync(lab.Host("esx-67-01").PassthruSystem, "UpdatePassthruConfig", ("config", SimulatorLab.Data(string.Empty, ("id", Gpu), ("passthruEnabled", true), ("hardwareLabel", "training"))))),
        [Refusal.RebindWhileInUse] = ("PlatformConfigFault", async lab =>
        {
            await RunningWithGpu(lab, "esx-90-01", "ml-90");
            await lab.ConfigureAsync("esx-90-01", (Gpu, false));
        }),
        [Refusal.PassthroughWhileVgpuRuns] = ("PlatformConfigFault", async lab =>
        {
            lab.Simulator.Orders.InstallGpuDriver("esx-80-01");
            await lab.GiveAsync("ml-01", 0, SimulatorLab.VgpuDevice(-1, "grid_a100d-40c"));
            await lab.PowerOnAsync("ml-01");
            await lab.ConfigureAsync("esx-80-01", (Gpu, true));
        }),
        [Refusal.HostDisconnected] = ("HostNotConnected", lab => lab.ConfigureAsync("esx-down-01", (Gpu, true))),

        [Refusal.AlreadyInMaintenance] = ("InvalidState", async lab =>
        {
            await EnterAsync(lab, "esx-none-01");
            await EnterAsync(lab, "esx-none-01");
        }),
        [Refusal.NotInMaintenance] = ("InvalidState", lab => lab.CallAsync(lab.Host("esx-none-01"), "ExitMaintenanceMode_Task", ("timeout", 0))),
        [Refusal.MaintenanceWaitsForVms] = ("Timedout", lab => lab.CallAsync(lab.Host("esx-67-01"), "EnterMaintenanceMode_Task", ("timeout", 60))),
        [Refusal.MaintenanceTimeout] = ("Timedout", async lab =>
        {
            Task entering = lab.CallAsync(lab.Host("esx-67-01"), "EnterMaintenanceMode_Task", ("timeout", 60));
            if (!lab.Inventory.Refusals.Has(Refusal.MaintenanceTimeout))
            {
                await lab.Inventory.DelayAsync(TimeSpan.FromSeconds(120), default);
                await lab.PowerOffAsync("web-01");
            }

            await entering;
        }),
        [Refusal.RebootOutsideMaintenance] = ("InvalidState", lab => lab.CallAsync(lab.Host("esx-none-01"), "RebootHost_Task", ("force", false))),
        [Refusal.RebootNotSupported] = ("NotSupported", async lab =>
        {
            lab.Host("esx-none-01").CanReboot = false;
            await lab.CallAsync(lab.Host("esx-none-01"), "RebootHost_Task", ("force", true));
        }),

        [Refusal.TemplateReconfigured] = ("NotSupported", lab => lab.ReconfigureAsync("tmpl-01", ("annotation", "x"))),
        [Refusal.StaleChangeVersion] = ("ConcurrentAccess", lab => lab.ReconfigureAsync("ml-01", ("changeVersion", "2001-01-01T00:00:00.000000Z"), ("annotation", "x"))),
        [Refusal.HardwareChangeWhileRunning] = ("InvalidPowerState", lab => lab.GiveAsync("web-02", 0, lab.StaticDevice(-1, "esx-80-02", Gpu))),
        [Refusal.HardwareChangeWhileSuspended] = ("InvalidPowerState", lab => lab.GiveAsync("susp-01", 0, lab.StaticDevice(-1, "esx-80-01", Gpu))),
        [Refusal.DuplicateDeviceKey] = ("InvalidDeviceSpec", lab => lab.GiveAsync("ml-01", 0, lab.StaticDevice(-1, "esx-80-01", Gpu), lab.StaticDevice(-1, "esx-80-01", SecondGpu))),
        [Refusal.UnknownDeviceKey] = ("DeviceNotFound", lab => lab.ReconfigureAsync("ml-01", ("deviceChange", SimulatorLab.Change("remove", SimulatorLab.Device(13999, null))))),
        [Refusal.TooManyPassthroughDevices] = ("TooManyDevices", lab => lab.GiveAsync("ml-67", 0, Enumerable.Range(1, 17).Select(n => lab.StaticDevice(-n, "esx-67-01", Gpu)).ToArray())),
        [Refusal.TooManyVgpus] = ("TooManyDevices", lab => lab.GiveAsync("ml-67", 0, SimulatorLab.VgpuDevice(-1, "grid_p100-16c"), SimulatorLab.VgpuDevice(-2, "grid_p100-16c"))),
        [Refusal.DynamicNeedsHardware17] = ("DeviceNotSupported", lab => lab.GiveAsync("ml-67", 0, SimulatorLab.DynamicDevice(-1, CardModel.P100Pcie16))),
        [Refusal.InvalidBacking] = ("InvalidDeviceBacking", lab => lab.GiveAsync("ml-01", 0, lab.StaticDevice(-1, "esx-80-01", "gpu0"))),
        [Refusal.PassthroughWithSnapshot] = ("GenericVmConfigFault", lab => lab.GiveAsync("snap-01", 0, lab.StaticDevice(-1, "esx-80-01", Gpu))),
        [Refusal.HotAddWhileRunning] = ("InvalidPowerState", lab => lab.ReconfigureAsync("web-01", ("cpuHotAddEnabled", true))),
        [Refusal.FirmwareWhileRunning] = ("InvalidPowerState", lab => lab.ReconfigureAsync("web-01", ("firmware", "bios"))),
        [Refusal.ReservationAboveMemory] = ("InvalidArgument", lab => lab.ReconfigureAsync("ml-01", ("memoryAllocation", SimulatorLab.Data(string.Empty, ("reservation", 65537))))),
        [Refusal.MissingPrivilege] = ("NoPermission", lab => lab.CallAsync(
            new SimulatedSession("limited", "limited") { Privileges = ["VirtualMachine.Config.AddRemoveDevice", "VirtualMachine.Config.Resource"] },
            lab.Vm("ml-01"),
            "ReconfigVM_Task",
            ("spec", SimulatorLab.Data(string.Empty, ("extraConfig", SimulatorLab.Option("a", "b")))))),

        [Refusal.AlreadyPoweredOn] = ("InvalidPowerState", lab => lab.PowerOnAsync("web-01")),
        [Refusal.TemplatePoweredOn] = ("NotSupported", lab => lab.PowerOnAsync("tmpl-01")),
        [Refusal.HostInMaintenance] = ("InvalidState", async lab =>
        {
            await EnterAsync(lab, "esx-80-01");
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.MemoryNotReserved] = ("GenericVmConfigFault", async lab =>
        {
            await lab.ActivateAsync("esx-80-01", Gpu);
            await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu));
            await lab.ReconfigureAsync("ml-01", ("memoryReservationLockedToMax", false), ("memoryAllocation", SimulatorLab.Data(string.Empty, ("reservation", 0))));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.NotEnoughHostMemory] = ("InsufficientMemoryResourcesFault", async lab =>
        {
            await lab.ReconfigureAsync("big-01", ("memoryReservationLockedToMax", true));
            await lab.ReconfigureAsync("ml-01", ("memoryMB", 300 * 1024), ("memoryReservationLockedToMax", true));
            await lab.PowerOnAsync("big-01");
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.DeviceMissing] = ("GenericVmConfigFault", async lab =>
        {
            await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", "0000:99:00.0"));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.DeviceNotActive] = ("GenericVmConfigFault", async lab =>
        {
            await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.HotPlugSlot] = ("GenericVmConfigFault", async lab =>
        {
            await lab.ActivateAsync("esx-80-01", Gpu);
            lab.Simulator.Orders.FirmwareHotPlug("esx-80-01", Gpu, true);
            await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.DeviceInUse] = ("GenericVmConfigFault", async lab =>
        {
            await RunningWithGpu(lab, "esx-80-01", "ml-01");
            await lab.GiveAsync("ml-02", 256, lab.StaticDevice(-1, "esx-80-01", Gpu));
            await lab.PowerOnAsync("ml-02");
        }),
        [Refusal.WrongIds] = ("GenericVmConfigFault", async lab =>
        {
            await lab.ActivateAsync("esx-80-01", Gpu);
            await lab.GiveAsync("ml-01", 256, lab.StaticDevice(-1, "esx-80-01", Gpu, systemId: lab.Host("esx-80-02").SystemId));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.NoFreeDynamicDevice] = ("InsufficientResourcesFault", async lab =>
        {
            await lab.GiveAsync("ml-01", 256, SimulatorLab.DynamicDevice(-1, CardModel.A100Pcie80));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.BiosWithLargeBar] = ("GenericVmConfigFault", async lab =>
        {
            await lab.ActivateAsync("esx-80-01", Gpu);
            await lab.GiveAsync("ml-bios", 256, lab.StaticDevice(-1, "esx-80-01", Gpu));
            await lab.PowerOnAsync("ml-bios");
        }),
        [Refusal.MmioTooSmall] = ("GenericVmConfigFault", async lab =>
        {
            await lab.ActivateAsync("esx-80-01", Gpu);
            await lab.GiveAsync("ml-01", 128, lab.StaticDevice(-1, "esx-80-01", Gpu));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.NoVgpuResources] = ("InsufficientGraphicsResourcesFault", async lab =>
        {
            await lab.GiveAsync("ml-01", 0, SimulatorLab.VgpuDevice(-1, "grid_a100d-40c"));
            await lab.PowerOnAsync("ml-01");
        }),
        [Refusal.NotPoweredOn] = ("InvalidPowerState", lab => lab.PowerOffAsync("ml-01")),
        [Refusal.GuestToolsMissing] = ("ToolsUnavailable", lab => lab.CallAsync(lab.Vm("web-02"), "ShutdownGuest")),
        [Refusal.SuspendWithPassthrough] = ("NotSupported", async lab =>
        {
            await RunningWithGpu(lab, "esx-80-01", "ml-01");
            await lab.CallAsync(lab.Vm("ml-01"), "SuspendVM_Task");
        }),
        [Refusal.SnapshotWithPassthrough] = ("SnapshotFault", async lab =>
        {
            await RunningWithGpu(lab, "esx-80-01", "ml-01");
            await lab.CallAsync(lab.Vm("ml-01"), "CreateSnapshot_Task", ("name", "s"), ("memory", false), ("quiesce", false));
        }),
        [Refusal.MigrationWithPassthrough] = ("DisallowedMigrationDeviceAttached", async lab =>
        {
            await RunningWithGpu(lab, "esx-80-01", "ml-01");
            await lab.CallAsync(lab.Vm("ml-01"), "RelocateVM_Task", ("spec", SimulatorLab.Data(string.Empty, ("host", lab.Host("esx-80-02").Reference))));
        }),
        [Refusal.TemplateFromRunningVm] = ("InvalidPowerState", lab => lab.CallAsync(lab.Vm("web-01"), "MarkAsTemplate")),
        [Refusal.DestroyRunningVm] = ("InvalidPowerState", lab => lab.CallAsync(lab.Vm("web-01"), "Destroy_Task")),
        [Refusal.UpgradeRunningVm] = ("InvalidPowerState", async lab =>
        {
            await lab.PowerOnAsync("ml-67");
            await lab.CallAsync(lab.Vm("ml-67"), "UpgradeVM_Task", ("version", "vmx-15"));
        }),
        [Refusal.AlreadyUpgraded] = ("AlreadyUpgraded", lab => lab.CallAsync(lab.Vm("ml-01"), "UpgradeVM_Task", ("version", "vmx-21"))),
        [Refusal.HardwareTooNew] = ("VirtualHardwareVersionNotSupported", lab => lab.CallAsync(lab.Vm("ml-90"), "RelocateVM_Task", ("spec", SimulatorLab.Data(string.Empty, ("host", lab.Host("esx-80-01").Reference))))),
        [Refusal.TaskInProgress] = ("TaskInProgress", async lab =>
        {
            MoRef clone = await lab.StartAsync(lab.Vm("ml-01"), "CloneVM_Task", ("folder", lab.Vm("ml-01").Parent!.Reference), ("name", "copy"), ("spec", SimulatorLab.Data(string.Empty, ("location", SimulatorLab.Data(string.Empty)), ("template", false), ("powerOn", false))));
            await lab.UntilAsync(() => lab.Vm("ml-01").RunningTask is not null);
            try
            {
                await lab.ReconfigureAsync("ml-01", ("annotation", "meanwhile"));
            }
            finally
            {
                lab.Simulator.Clock.Advance(TimeSpan.FromMinutes(1));
                await lab.WaitAsync(clone);
            }
        }),
        [Refusal.DuplicateName] = ("DuplicateName", lab => lab.CallAsync(lab.Vm("ml-01"), "Rename_Task", ("newName", "ml-02"))),
        [Refusal.UnknownSetting] = ("InvalidName", lab => lab.CallAsync(lab.Inventory.Settings!, "UpdateOptions", ("changedValue", SimulatorLab.Option("vgpu.hotmigrat.enabled", "true")))),
        [Refusal.SettingOfOtherType] = ("InvalidArgument", lab => lab.CallAsync(lab.Inventory.Settings!, "UpdateOptions", ("changedValue", SimulatorLab.Option("vgpu.hotmigrate.enabled", "true")))),
        [Refusal.UnknownService] = ("NotFound", lab => lab.CallAsync(lab.Host("esx-80-01").ServiceSystem, "StartService", ("id", "no-such-service"))),
    };

    static RefusalTests()
    {
        foreach (KeyValuePair<Refusal, (string Fault, Func<SimulatorLab, Task> Act)> more in HostSoftwareRefusals.Cases)
        {
            s_cases.Add(more.Key, more.Value);
        }
    }

    public static TheoryData<string> All => new(Enum.GetNames<Refusal>());

    [Fact]
    public void Every_refusal_has_its_case() =>
        Assert.Empty(Enum.GetValues<Refusal>().Except(s_cases.Keys).Except(VgpuRefusalCases.All.Keys));

    [Theory]
    [MemberData(nameof(All))]
    public async Task Refused_with_its_fault(string name)
    {
        (string expected, Func<SimulatorLab, Task> act) = Case(name);
        using SimulatorLab lab = Lab(name);
        Exception fault = await Assert.ThrowsAnyAsync<Exception>(() => act(lab));
        Assert.Equal(expected, HostSoftwareRefusals.NameOf(fault));
        Assert.NotEmpty(fault.Message);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Let_through_when_turned_off(string name)
    {
        using SimulatorLab lab = Lab(name);
        lab.Inventory.Refusals.TurnOff(Enum.Parse<Refusal>(name));
        await Case(name).Act(lab);
    }

    private static (string Fault, Func<SimulatorLab, Task> Act) Case(string name) =>
        s_cases.TryGetValue(Enum.Parse<Refusal>(name), out (string Fault, Func<SimulatorLab, Task> Act) found) ? found : VgpuRefusalCases.All[Enum.Parse<Refusal>(name)];

    // A clone takes 20 simulated seconds; for the task that comes between, the clock must not run away: there it runs in real time, and is put forward.
    private static SimulatorLab Lab(string name) => new(new SimulatorOptions
    {
        ClockSpeed = name == nameof(Refusal.TaskInProgress) ? 1 : 10_000,
        RefusesSharedDirectAfterVib = name == nameof(Refusal.SharedDirectAfterVib),
        Scenario = VgpuRefusalCases.All.ContainsKey(Enum.Parse<Refusal>(name)) ? "vgpu" : "default",
    });

    private static Task EnterAsync(SimulatorLab lab, string host) => lab.CallAsync(lab.Host(host), "EnterMaintenanceMode_Task", ("timeout", 0));

    private static async Task RunningWithGpu(SimulatorLab lab, string host, string vm)
    {
        await lab.ActivateAsync(host, Gpu);
        await lab.GiveAsync(vm, 256, lab.StaticDevice(-1, host, Gpu));
        await lab.PowerOnAsync(vm);
    }
}
