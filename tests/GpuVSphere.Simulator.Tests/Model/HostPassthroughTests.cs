using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Passthrough on the host: enabled, active, and what lies between.</summary>
public sealed class HostPassthroughTests
{
    private const string Gpu = "0000:3b:00.0";

    [Fact]
    public async Task Enabled_waits_for_a_reboot_where_the_host_cannot_rebind()
    {
        using SimulatorLab lab = new(SimulatorLab.LongReboot);
        await lab.ConfigureAsync("esx-80-01", (Gpu, true));
        RawDevice device = lab.Raw.Host("esx-80-01").Device(Gpu);
        Assert.True(device.IsEnabled);
        Assert.False(device.IsActive);
        Assert.True(lab.Raw.Host("esx-80-01").IsRebootRequired);
        Assert.Equal("basic", device.GraphicsType);

        await lab.CallAsync(lab.Host("esx-80-01"), "EnterMaintenanceMode_Task", ("timeout", 0));
        await lab.CallAsync(lab.Host("esx-80-01"), "RebootHost_Task", ("force", false));
        Assert.Equal("notResponding", lab.Raw.Host("esx-80-01").ConnectionState);
        Assert.False(device.IsActive);
        await lab.EndRebootAsync("esx-80-01");

        Assert.True(device.IsActive);
        Assert.Equal("direct", device.GraphicsType);
        Assert.Equal(2, lab.Raw.Host("esx-80-01").BootCount);
        Assert.True(lab.Raw.Host("esx-80-01").BootTime > lab.Simulator.Options.StartTime);
        Assert.False(lab.Raw.Host("esx-80-01").IsRebootRequired);
        Assert.True(lab.Raw.Host("esx-80-01").IsInMaintenance);
        Assert.False(lab.Raw.Host("esx-80-01").Device("0000:af:00.0").IsActive);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_host_that_can_rebind_does_so_unless_told_not_to(bool? applyNow, bool isActive)
    {
        using SimulatorLab lab = new();
        await lab.CallAsync(lab.Host("esx-70-01").PassthruSystem, "UpdatePassthruConfig", ("config", SimulatorLab.Data(string.Empty, ("id", Gpu.ToUpperInvariant()), ("passthruEnabled", true), ("applyNow", applyNow))));
        Assert.True(lab.Raw.Host("esx-70-01").Device(Gpu).IsEnabled);
        Assert.Equal(isActive, lab.Raw.Host("esx-70-01").Device(Gpu).IsActive);
        Assert.Equal(!isActive, lab.Raw.Host("esx-70-01").IsRebootRequired);
    }

    [Fact]
    public async Task A_card_of_two_functions_is_switched_as_one()
    {
        using SimulatorLab lab = new();
        await lab.ConfigureAsync("esx-90-01", ("0000:86:00.0", true));
        Assert.True(lab.Raw.Host("esx-90-01").Device("0000:86:00.1").IsActive);
        Assert.False(lab.Raw.Host("esx-90-01").Device(Gpu).IsActive);
        await lab.ConfigureAsync("esx-90-01", ("0000:86:00.1", false));
        Assert.False(lab.Raw.Host("esx-90-01").Device("0000:86:00.0").IsActive);
    }

    [Fact]
    public async Task One_bad_device_leaves_all_as_they_were()
    {
        using SimulatorLab lab = new();
        await Assert.ThrowsAsync<SimulatedFault>(() => lab.ConfigureAsync("esx-80-01", (Gpu, true), ("0000:03:00.0", true)));
        Assert.False(lab.Raw.Host("esx-80-01").Device(Gpu).IsEnabled);
    }

    [Fact]
    public async Task A_label_is_kept_changed_and_removed()
    {
        using SimulatorLab lab = new();
        await Label("training");
        Assert.Equal("training", lab.Raw.Host("esx-80-01").Device(Gpu).Label);
        await lab.ConfigureAsync("esx-80-01", (Gpu, true));
        Assert.Equal("training", lab.Raw.Host("esx-80-01").Device(Gpu).Label);
        await Label(string.Empty);
        Assert.Null(lab.Raw.Host("esx-80-01").Device(Gpu).Label);

        Task Label(string label) => lab.CallAsync(lab.Host("esx-80-01").PassthruSystem, "UpdatePassthruConfig", ("config", SimulatorLab.Data(string.Empty, ("id", Gpu), ("passthruEnabled", false), ("hardwareLabel", label))));
    }

    [Fact]
    public async Task The_config_target_lists_active_devices_with_the_system_they_are_in()
    {
        using SimulatorLab lab = new();
        HostSystem host = lab.Host("esx-90-01");
        Assert.Empty(Passthrough(await Target()));
        await lab.ConfigureAsync("esx-90-01", (Gpu, true));
        DataObject target = await Target();
        DataObject only = Assert.Single(Passthrough(target));
        Assert.Equal(host.SystemId, only["systemId"]);
        Assert.Equal(Gpu, ((DataObject)only["pciDevice"]!)["id"]);
        DataObject dynamic = Assert.Single(((List<object>)target["dynamicPassthrough"]!).Cast<DataObject>());
        Assert.Equal((0x10de, 0x2331), ((int)dynamic["vendorId"]!, (int)dynamic["deviceId"]!));

        async Task<DataObject> Target() => (DataObject)(await lab.CallAsync(host.Compute.Browser, "QueryConfigTarget", ("host", host.Reference)))!;
        static List<DataObject> Passthrough(DataObject target) => ((List<object>)target["pciPassthrough"]!).Cast<DataObject>().ToList();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 5)]
    public async Task Whether_the_config_target_lists_capable_devices_is_a_switch(bool onlyActive, int count)
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, ConfigTargetListsOnlyActive = onlyActive });
        await lab.ConfigureAsync("esx-70-01", (Gpu, true));
        HostSystem host = lab.Host("esx-70-01");
        DataObject target = (DataObject)(await lab.CallAsync(host.Compute.Browser, "QueryConfigTarget", ("host", host.Reference)))!;
        Assert.Equal(count, ((List<object>)target["pciPassthrough"]!).Count);
    }

    [Fact]
    public async Task The_dependent_devices_and_labels_of_6_7_are_absent_fields()
    {
        using SimulatorLab lab = new();
        await lab.ActivateAsync("esx-90-01", Gpu);
        DataObject info = HostWire.PassthruInfo(lab.Host("esx-67-01")).Cast<DataObject>().Single(i => (string)i["id"]! == Gpu);
        Assert.Null(info["hardwareLabel"]);
        Assert.Equal(Gpu, info["dependentDevice"]);
        DataObject capability = HostWire.Capability(lab.Host("esx-67-01"));
        Assert.Null(capability["deviceRebindWithoutRebootSupported"]);
        Assert.Null(capability["assignableHardwareSupported"]);
        Assert.Equal(false, HostWire.Capability(lab.Host("esx-80-01"))["deviceRebindWithoutRebootSupported"]);
    }
}
