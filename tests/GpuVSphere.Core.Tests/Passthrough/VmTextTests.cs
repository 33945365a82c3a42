using System;
using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using GpuVSphere.Core.Tests.Readiness;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;

namespace GpuVSphere.Core.Tests.Passthrough;

/// <summary>What travels in an intent as text comes back as it was.</summary>
public sealed class VmTextTests
{
    private static VmGpuSelector Again(VmGpuSelector selector) => VmGpuSelector.Parse(selector.ToString(), selector.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void A_dynamic_selector_survives()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(ushort[], bool, NonWhiteSpaceString, byte)>(), values =>
        {
            (ushort[] ids, bool hasLabel, NonWhiteSpaceString label, byte count) = values;
            List<PciIdMatch> allowed =
            [
                new PciIdMatch(0x10DE, 0x20B5),
                .. ids.Select(id => id % 2 == 0 ? new PciIdMatch(id, 7) : new PciIdMatch(id, 7, 8, id)),
            ];
            VmGpuSelector selector = VmGpuSelector.Of(new DynamicGpuRequest(allowed, hasLabel ? label.Get : null), count + 1);

            VmGpuSelector read = Again(selector);

            return read.Count == count + 1 && read.Dynamic!.Label == selector.Dynamic!.Label && read.Dynamic.AllowedDevices.SequenceEqual(allowed);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_other_selectors_survive()
    {
        Assert.True(Again(VmGpuSelector.All).IsAll);
        Assert.Equal(13007, Again(VmGpuSelector.OfKey(13007)).Key);
        Assert.Equal("0000:3b:00.0", Again(VmGpuSelector.Of(new PciAddress(0, 0x3b, 0, 0))).Device!.Address.ToString());
        Assert.Equal("training", Again(VmGpuSelector.Of(DeviceSelector.Parse("training"))).Device!.Label);

        GpuDevice device = Samples.Gpu() with { HostName = "esx of the lab 01" };
        VmGpuSelector onHost = Again(VmGpuSelector.Of(device));
        Assert.Equal(device.HostId, onHost.OnHost!.HostId);
        Assert.Equal(device.HostName, onHost.OnHost.HostName);
        Assert.Equal(device.Address, onHost.Device!.Address);
        Assert.Equal(device.DeviceId, onHost.OnHost.DeviceId);
    }

    [Theory]
    [InlineData("dynamic zz", "1")]
    [InlineData("dynamic 10de", "1")]
    [InlineData("dynamic 10de:20b5", "many")]
    [InlineData("key x", "1")]
    [InlineData("something", "1")]
    public void What_is_no_selector_is_refused(string text, string count)
    {
        Assert.Equal("MalformedSelector", Assert.Throws<GpuVSphereException>(() => VmGpuSelector.Parse(text, count)).Id);
    }

    [Fact]
    public void Options_survive()
    {
        var options = new VmChangeOptions
        {
            PowerOff = true,
            Force = true,
            PowerOn = true,
            NoGuestInstalled = true,
            RemoveMisspeltKeys = true,
            MmioSizeGB = 2048,
            ShutdownTimeout = TimeSpan.FromSeconds(90),
            MaxParallel = 3,
            SkipRules = ["VM-SNAPSHOT", "VM-FIRMWARE"],
        };

        VmChangeOptions read = VmChangeOptions.FromText(options.ToText());

        Assert.Equal(options with { SkipRules = [] }, read with { SkipRules = [] });
        Assert.Equal(options.SkipRules, read.SkipRules);
        Assert.Equal(new VmChangeOptions() with { SkipRules = [] }, VmChangeOptions.FromText(new Dictionary<string, string>()) with { SkipRules = [] });
    }
}
