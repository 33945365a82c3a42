using GpuVSphere.Core.Tests.Readiness;
using GpuVSphere.Inventory;

namespace GpuVSphere.Core.Tests.Inventory;

public sealed class DeviceSelectorTests
{
    private static readonly GpuHost s_host = Samples.Host(
        Samples.Gpu() with { Label = "training" },
        Samples.Gpu() with { Address = new PciAddress(0, 0xaf, 0, 0), Label = "inference", Model = "A100 PCIe 80GB" }) with
    {
        Functions = [new PciFunction { Address = new PciAddress(0, 0x05, 0, 1), Name = "Ethernet Controller X710", VendorId = 0x8086, ClassId = 0x0200 }],
    };

    [Theory]
    [InlineData("0000:3b:00.0")]
    [InlineData("3B:00.0")]
    [InlineData("00000000:3B:00.0")]
    [InlineData(" training ")]
    [InlineData("TRAINING")]
    public void An_address_or_a_label_finds_the_device(string text)
    {
        Assert.Equal("0000:3b:00.0", Assert.Single(DeviceSelector.Parse(text).Resolve(s_host)).Address.ToString());
    }

    [Theory]
    [InlineData("0000:3b:00")]
    [InlineData("0000:3g:00.0")]
    [InlineData("0000:3b:20.0")]
    [InlineData("0000:3b:00.8")]
    [InlineData("0000:100:00.0")]
    [InlineData(":3b:00.0")]
    [InlineData("3b.00.0")]
    [InlineData("")]
    [InlineData(null)]
    public void A_malformed_address_is_refused(string? text)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => DeviceSelector.Parse(text));

        Assert.Equal("MalformedPciAddress", error.Id);
        Assert.Contains("0000:3b:00.0", error.NextStep);
    }

    [Fact]
    public void An_address_that_is_not_there_is_answered_with_the_gpus_of_the_host()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => DeviceSelector.Parse("0000:86:00.0").Resolve(s_host));

        Assert.Equal("DeviceNotFound", error.Id);
        Assert.Contains("0000:86:00.0", error.Message);
        Assert.Contains("0000:3b:00.0", error.NextStep);
        Assert.Contains("0000:af:00.0", error.NextStep);
        Assert.Contains("label inference", error.NextStep);
    }

    [Fact]
    public void An_unknown_label_is_answered_with_the_gpus_of_the_host()
    {
        Assert.Equal("DeviceNotFound", Assert.Throws<GpuVSphereException>(() => DeviceSelector.Parse("render").Resolve(s_host)).Id);
    }

    [Fact]
    public void What_is_no_gpu_is_named()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => DeviceSelector.Parse("05:00.1").Resolve(s_host));

        Assert.Equal("NotAGpu", error.Id);
        Assert.Contains("Ethernet Controller X710", error.Message);
        Assert.Contains("0x8086", error.Message);
        Assert.Contains("0000:3b:00.0", error.NextStep);
    }

    [Fact]
    public void A_host_that_does_not_answer_is_said_to_be_the_reason()
    {
        GpuHost down = Samples.Host() with { ConnectionState = "notResponding" };

        Assert.Contains("notResponding", Assert.Throws<GpuVSphereException>(() => DeviceSelector.Parse("3b:00.0").Resolve(down)).NextStep);
    }
}
