using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Vgpu;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class GraphicsPlannerTests
{
    private const string A = "0000:3b:00.0";
    private const string B = "0000:af:00.0";

    private static readonly VimObjectId s_id = new("uuid", new ManagedObjectReference("HostSystem", "host-1"));
    private static readonly HostChangeOptions s_staged = new();
    private static readonly HostChangeOptions s_reboot = new() { Reboot = true };

    /// <summary>Until 7.0 U1 a restart of xorg does it; from then on the host engine or a reboot, which is said.</summary>
    [Theory]
    [InlineData("6.5.0", true)]
    [InlineData("6.7.0", true)]
    [InlineData("7.0.0", true)]
    [InlineData("7.0.1", false)]
    [InlineData("7.0.3", false)]
    [InlineData("8.0.3", false)]
    [InlineData("9.0.0", false)]
    public void What_brings_a_type_into_force_goes_by_the_version(string esxi, bool xorg)
    {
        HostProposal plan = Plan(esxi, s_staged, active: "shared");

        GraphicsChange change = Assert.IsType<GraphicsChange>(plan.Change);
        Assert.Equal((xorg, !xorg), (change.RestartsXorg, change.NeedsReboot));
        string told = string.Join(" ", plan.Consequences.Select(consequence => consequence.Text));
        Assert.Equal(xorg, told.Contains("xorg", StringComparison.Ordinal));
        Assert.Equal(!xorg, told.Contains("nv-hostengine", StringComparison.Ordinal));

        // With -Reboot it is the reboot, in every version, and only behind it something is in force.
        HostProposal rebooted = Plan(esxi, s_reboot, active: "shared");
        change = Assert.IsType<GraphicsChange>(rebooted.Change);
        Assert.Equal((false, true), (change.RestartsXorg, change.NeedsReboot));
        Assert.Contains(rebooted.Stages.Single(stage => stage.Barrier == HostProposal.RebootBarrier).Changes, row => row is { After: "sharedDirect" } && row.Property.EndsWith("in force", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("6.7.0")]
    [InlineData("8.0.3")]
    public void Without_a_driver_nothing_waits_and_no_reboot_is_needed(string esxi)
    {
        HostProposal plan = Plan(esxi, s_staged, active: "basic");

        GraphicsChange change = Assert.IsType<GraphicsChange>(plan.Change);
        Assert.Equal((false, false), (change.RestartsXorg, change.NeedsReboot));
        Assert.Equal([$"default graphics type: shared > sharedDirect", $"graphics type of {A}: shared > sharedDirect", $"graphics type of {B}: shared > sharedDirect"], Rows(plan));
        Assert.Contains(plan.Consequences, told => told.Text.Contains("when it is installed", StringComparison.Ordinal));
    }

    [Fact]
    public void All_devices_are_in_the_one_configuration_also_those_that_stay_as_they_are()
    {
        HostSubject subject = Subject("8.0.3", "shared", GraphicsIntents.Wanted([Address(B)], GraphicsType.SharedDirect, null, VgpuMode.MixedSize));
        HostGraphics graphics = Graphics("shared", "sameSize");
        GraphicsPlanner planner = new(new HostProposal(subject, s_staged), new GraphicsState(subject.Host, graphics));
        planner.Plan(false);

        GraphicsConfig sent = Assert.IsType<GraphicsConfig>(planner.Config);
        Assert.Equal(("shared", "performance"), (sent.DefaultType, sent.AssignmentPolicy));
        Assert.Equal([new GraphicsDeviceType(A, "shared", "sameSize"), new GraphicsDeviceType(B, "sharedDirect", "mixedSize")], sent.Devices);
        Assert.Equal([Address(B)], planner.Switched);
    }

    [Fact]
    public void What_is_configured_and_in_force_is_an_empty_plan_and_what_waits_is_said()
    {
        HostProposal there = Plan("8.0.3", s_reboot, active: "sharedDirect", configured: "sharedDirect");
        Assert.Empty(Rows(there));
        Assert.False(there.Change!.HasSomethingToApply);
        Assert.False(there.Change.NeedsReboot);

        HostProposal waiting = Plan("8.0.3", s_staged, active: "shared", configured: "sharedDirect");
        Assert.False(waiting.Change!.HasSomethingToApply);
        Assert.Contains(A, waiting.Change.Pending, StringComparison.Ordinal);
        Assert.Contains("nv-hostengine -t and then nv-hostengine -d", waiting.Change.Pending, StringComparison.Ordinal);

        // Before 7.0 U1 the same command restarts xorg, and need not send anything.
        GraphicsChange again = Assert.IsType<GraphicsChange>(Plan("6.7.0", s_staged, active: "shared", configured: "sharedDirect").Change);
        Assert.True(again is { RestartsXorg: true, HasSomethingToApply: true, Pending: null });
    }

    [Fact]
    public void A_host_that_does_not_tell_its_graphics_is_refused()
    {
        HostSubject subject = Subject("6.0.0", "basic", GraphicsIntents.Wanted(null, GraphicsType.SharedDirect, null, null));
        Finding refused = Assert.Single(GraphicsOperation.Plan(subject, s_staged, new HostGraphics { Host = s_id.Reference }).Findings, finding => finding.Blocks);
        Assert.Equal("GraphicsNotSupported", refused.ErrorId);
        Assert.Contains("vSphere 6.5", refused.Message, StringComparison.Ordinal);
    }

    private static HostProposal Plan(string esxi, HostChangeOptions options, string active, string configured = "shared") =>
        GraphicsOperation.Plan(Subject(esxi, active, GraphicsIntents.Wanted(null, GraphicsType.SharedDirect, null, null)), options, Graphics(active, null, configured));

    private static IEnumerable<string> Rows(HostProposal plan) => plan.Stages
        .SelectMany(stage => stage.Changes.Where(row => row.Property != HostRebootPlan.RunningVms).Select(row => $"{row.Property}: {row.Before} > {row.After}"));

    private static PciAddress Address(string text) => PciAddress.TryParse(text, out PciAddress address) ? address : throw new ArgumentException(text);

    private static HostSubject Subject(string esxi, string active, IReadOnlyDictionary<string, string> wanted) => new()
    {
        Intent = new IntentTarget(new PlanTarget(s_id, "esx-01", "vc"), wanted),
        Host = new GpuHost
        {
            Id = s_id,
            Name = "esx-01",
            ServerName = "vc",
            Version = esxi,
            ConnectionState = "connected",
            Privileges = ["Host.Config.Maintenance", "Host.Config.Settings", "Host.Config.NetService"],
            Devices = [Gpu(A, active), Gpu(B, active)],
        },
        Vms = [],
    };

    private static GpuDevice Gpu(string address, string active) => new()
    {
        HostId = s_id,
        HostName = "esx-01",
        ServerName = "vc",
        Address = Address(address),
        Name = "A40",
        VendorId = 0x10DE,
        DeviceId = 0x2235,
        SubVendorId = 0x10DE,
        SubDeviceId = 0x145A,
        IsCapable = true,
        GraphicsType = active,
    };

    private static HostGraphics Graphics(string active, string? mode, string configured = "shared") => new()
    {
        Host = s_id.Reference,
        Manager = new ManagedObjectReference("HostGraphicsManager", "graphics-1"),
        ServiceSystem = new ManagedObjectReference("HostServiceSystem", "service-1"),
        Config = new GraphicsConfig(configured, "performance", [new GraphicsDeviceType(A, configured, mode), new GraphicsDeviceType(B, configured, mode)]),
        Devices = [new GraphicsInfo(A, "A40", active, mode, 0, []), new GraphicsInfo(B, "A40", active, mode, 0, [])],
    };
}
