using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Graphics types: what is configured, and what a restart puts in force.</summary>
public sealed class HostGraphicsTests
{
    private const string Gpu = "0000:3b:00.0";
    private const string SecondGpu = "0000:af:00.0";

    [Fact]
    public async Task The_hosts_default_reaches_the_devices_that_have_no_type_of_their_own()
    {
        using SimulatorLab lab = WithDriver("esx-80-02");
        await UpdateAsync(lab, "esx-80-02", "shared", "consolidation", (Gpu, "sharedDirect", null));
        await UpdateAsync(lab, "esx-80-02", "shared", "performance");
        RawHostGraphics graphics = lab.Raw.Host("esx-80-02").Graphics;
        Assert.Equal(("shared", "performance"), (graphics.DefaultType, graphics.Policy));
        Assert.Equal("sharedDirect", graphics.Device(Gpu).ConfiguredType);
        Assert.Equal("shared", graphics.Device(SecondGpu).ConfiguredType);
        Assert.Equal("sharedDirect", graphics.Device(SecondGpu).Type);
    }

    [Fact]
    public async Task Only_a_reboot_or_the_host_engine_puts_it_in_force_from_7_0_U1_on()
    {
        using SimulatorLab lab = WithDriver("esx-80-02");
        await UpdateAsync(lab, "esx-80-02", "shared", "consolidation");
        await RestartXorgAsync(lab, "esx-80-02");
        Assert.Equal("sharedDirect", lab.Raw.Host("esx-80-02").Device(Gpu).GraphicsType);
        Assert.Equal("performance", lab.Raw.Host("esx-80-02").Graphics.PolicyInForce);

        lab.Host("esx-80-02").Graphics.HostEngineRestarted();
        Assert.Equal("shared", lab.Raw.Host("esx-80-02").Device(Gpu).GraphicsType);
        Assert.Equal("consolidation", lab.Raw.Host("esx-80-02").Graphics.PolicyInForce);

        await UpdateAsync(lab, "esx-80-02", "sharedDirect", "performance");
        await RebootAsync(lab, "esx-80-02");
        Assert.Equal("sharedDirect", lab.Raw.Host("esx-80-02").Device(Gpu).GraphicsType);
    }

    [Fact]
    public async Task Xorg_puts_it_in_force_before_7_0_U1()
    {
        using SimulatorLab lab = WithDriver("esx-67-01");
        await UpdateAsync(lab, "esx-67-01", "shared", "performance");
        lab.Host("esx-67-01").Graphics.HostEngineRestarted();
        Assert.Equal("sharedDirect", lab.Raw.Host("esx-67-01").Device(Gpu).GraphicsType);
        await RestartXorgAsync(lab, "esx-67-01");
        Assert.Equal("shared", lab.Raw.Host("esx-67-01").Device(Gpu).GraphicsType);
    }

    [Fact]
    public async Task Without_a_driver_every_device_is_basic_and_has_no_memory()
    {
        using SimulatorLab lab = new();
        await UpdateAsync(lab, "esx-67-01", "sharedDirect", "performance");
        await RestartXorgAsync(lab, "esx-67-01");
        DataObject info = ((List<object>)lab.Host("esx-67-01").GraphicsManager.GetProperty("graphicsInfo")!).Cast<DataObject>().Single(i => (string?)i["pciId"] == Gpu);
        Assert.Equal(("basic", 0L), ((string)info["graphicsType"]!, (long)info["memorySizeInKB"]!));
        Assert.Equal("sharedDirect", lab.Raw.Host("esx-67-01").Graphics.Device(Gpu).ConfiguredType);
    }

    [Fact]
    public async Task The_mode_of_a_device_is_kept_when_it_is_not_named_and_absent_on_older_hosts()
    {
        using SimulatorLab lab = WithDriver("esx-80-02");
        await UpdateAsync(lab, "esx-80-02", "sharedDirect", "performance", (Gpu, "sharedDirect", "mixedSize"), ("AF:00.0", "sharedDirect", null));
        await UpdateAsync(lab, "esx-80-02", "sharedDirect", "performance", (Gpu, "sharedDirect", null));
        RawGraphicsDevice device = lab.Raw.Host("esx-80-02").Graphics.Device(Gpu);
        Assert.Equal(("mixedSize", "sameSize"), (device.ConfiguredMode, device.Mode));
        lab.Host("esx-80-02").Graphics.HostEngineRestarted();
        Assert.Equal("mixedSize", lab.Raw.Host("esx-80-02").Graphics.Device(Gpu).Mode);
        Assert.Equal("sameSize", lab.Raw.Host("esx-80-02").Graphics.Device(SecondGpu).Mode);

        lab.Simulator.Orders.InstallGpuDriver("esx-70-01");
        DataObject config = (DataObject)lab.Host("esx-70-01").GraphicsManager.GetProperty("graphicsConfig")!;
        Assert.All(config.Objects("deviceType"), device => Assert.Null(device["vgpuMode"]));
    }

    [Fact]
    public async Task One_bad_device_leaves_all_as_it_was()
    {
        using SimulatorLab lab = WithDriver("esx-80-02");
        await Assert.ThrowsAsync<SimulatedFault>(() => UpdateAsync(lab, "esx-80-02", "shared", "consolidation", (Gpu, "shared", null), ("0000:99:00.0", "shared", null)));
        RawHostGraphics graphics = lab.Raw.Host("esx-80-02").Graphics;
        Assert.Equal(("sharedDirect", "performance"), (graphics.DefaultType, graphics.Policy));
        Assert.Equal("sharedDirect", graphics.Device(Gpu).ConfiguredType);
    }

    [Theory]
    [InlineData("direct", "performance", "sharedDirect", null, "InvalidArgument")]
    [InlineData("shared", "spread", "sharedDirect", null, "InvalidArgument")]
    [InlineData("shared", "performance", "SharedPassthru", null, "InvalidArgument")]
    [InlineData("shared", "performance", "shared", "multiInstanceGpu", "InvalidArgument")]
    [InlineData(null, "performance", "shared", null, "InvalidRequest")]
    [InlineData("shared", null, "shared", null, "InvalidRequest")]
    [InlineData("shared", "performance", null, null, "InvalidRequest")]
    public async Task Values_out_of_the_lists_are_refused(string? type, string? policy, string? deviceType, string? mode, string fault)
    {
        using SimulatorLab lab = WithDriver("esx-80-02");
        SimulatedFault refused = await Assert.ThrowsAsync<SimulatedFault>(() => UpdateAsync(lab, "esx-80-02", type, policy, (Gpu, deviceType, mode)));
        Assert.Equal(fault, refused.Detail.TypeName);
    }

    [Theory]
    [InlineData("8.0.2.0", true)]
    [InlineData("8.0.3.0", false)]
    public async Task An_older_API_version_does_not_know_the_mode(string version, bool isRefused)
    {
        using SimulatorLab lab = WithDriver("esx-80-02");
        HostGraphicsManager manager = lab.Host("esx-80-02").GraphicsManager;
        MethodCall call = new("UpdateGraphicsConfig", SimulatorLab.Data(string.Empty, ("config", Config("sharedDirect", "performance", (Gpu, "sharedDirect", "mixedSize")))), lab.Admin, version)
        {
            Self = manager.Reference,
            Version = WireVersion.Parse(version),
        };
        Task<object?> update = lab.Simulator.World.InvokeAsync(call, CancellationToken.None);
        if (isRefused)
        {
            Assert.Equal("InvalidRequest", (await Assert.ThrowsAsync<SimulatedFault>(() => update)).Detail.TypeName);
        }
        else
        {
            await update;
        }
    }

    [Fact]
    public async Task Changing_it_takes_the_privilege_for_settings()
    {
        using SimulatorLab lab = new();
        HostGraphicsManager manager = lab.Host("esx-80-02").GraphicsManager;
        SimulatedFault refused = await Assert.ThrowsAsync<SimulatedFault>(() => lab.CallAsync(
            new SimulatedSession("limited", "limited") { Privileges = ["Host.Config.PciPassthru"] }, manager, "UpdateGraphicsConfig", ("config", Config("sharedDirect", "performance"))));
        Assert.Equal("NoPermission", refused.Detail.TypeName);
        await lab.CallAsync(new SimulatedSession("settings", "settings") { Privileges = ["Host.Config.Settings"] }, manager, "UpdateGraphicsConfig", ("config", Config("sharedDirect", "performance")));
        Assert.Equal("sharedDirect", lab.Raw.Host("esx-80-02").Graphics.DefaultType);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whether_a_device_can_be_switched_after_the_VIB_is_a_switch(bool refuses)
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, RefusesSharedDirectAfterVib = refuses });
        lab.Simulator.Orders.InstallGpuDriver("esx-67-01");
        await UpdateAsync(lab, "esx-67-01", "shared", "performance");
        Task update = UpdateAsync(lab, "esx-67-01", "shared", "performance", (Gpu, "sharedDirect", null));
        if (refuses)
        {
            Assert.Equal("NotSupported", (await Assert.ThrowsAsync<SimulatedFault>(() => update)).Detail.TypeName);
        }
        else
        {
            await update;
        }

        // The host's default can be switched in both cases: such a host can be mended.
        await UpdateAsync(lab, "esx-67-01", "sharedDirect", "performance");
        await RestartXorgAsync(lab, "esx-67-01");
        Assert.Equal("sharedDirect", lab.Raw.Host("esx-67-01").Device(Gpu).GraphicsType);
    }

    private static SimulatorLab WithDriver(string host)
    {
        SimulatorLab lab = new();
        lab.Simulator.Orders.InstallGpuDriver(host);
        return lab;
    }

    internal static Task UpdateAsync(SimulatorLab lab, string host, string? type, string? policy, params (string Id, string? Type, string? Mode)[] devices) =>
        lab.CallAsync(lab.Host(host).GraphicsManager, "UpdateGraphicsConfig", ("config", Config(type, policy, devices)));

    private static DataObject Config(string? type, string? policy, params (string Id, string? Type, string? Mode)[] devices) => SimulatorLab.Data(
        string.Empty,
        ("hostDefaultGraphicsType", type),
        ("sharedPassthruAssignmentPolicy", policy),
        ("deviceType", devices.Select(device => (object)SimulatorLab.Data(string.Empty, ("deviceId", device.Id), ("graphicsType", device.Type), ("vgpuMode", device.Mode))).ToList()));

    private static Task RestartXorgAsync(SimulatorLab lab, string host) => lab.CallAsync(lab.Host(host).ServiceSystem, "RestartService", ("id", "xorg"));

    private static async Task RebootAsync(SimulatorLab lab, string host)
    {
        int boots = lab.Host(host).BootCount;
        await lab.CallAsync(lab.Host(host), "RebootHost_Task", ("force", true));
        await lab.UntilAsync(() => lab.Host(host).BootCount > boots && lab.Host(host).IsAvailable);
    }
}
