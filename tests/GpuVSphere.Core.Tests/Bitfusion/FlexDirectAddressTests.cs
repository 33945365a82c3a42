using GpuVSphere.Bitfusion;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class FlexDirectAddressTests
{
    [Theory]
    [InlineData("10.0.0.5", "10.0.0.5", null)]
    [InlineData(" 10.0.0.5:56002 ", "10.0.0.5", 56002)]
    [InlineData("127.0.0.1", "127.0.0.1", null)]
    [InlineData("gpu-01", "gpu-01", null)]
    [InlineData("gpu-01.lab.example:56001", "gpu-01.lab.example", 56001)]
    [InlineData("gpu_01.lab", "gpu_01.lab", null)]
    [InlineData("2001:db8::5", "2001:db8::5", null)]
    [InlineData("[2001:db8::5]:56002", "2001:db8::5", 56002)]
    [InlineData("[::1]", "::1", null)]
    [InlineData("1gpu.example", "1gpu.example", null)]
    public void Addresses_of_every_form_are_read(string text, string host, int? port) =>
        Assert.Equal(new FlexDirectAddress(host, port), FlexDirectAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.300")]
    [InlineData("10.0.0")]
    [InlineData("10.1")]
    [InlineData("010.0.0.5")]
    [InlineData("56001")]
    [InlineData("gpu 01")]
    [InlineData("gpu-01,gpu-02")]
    [InlineData("gpu-01;reboot")]
    [InlineData("gpu-01\nevil")]
    [InlineData("-l")]
    [InlineData("$(reboot)")]
    [InlineData("http://gpu-01")]
    [InlineData("user@gpu-01")]
    [InlineData("gpu-01:")]
    [InlineData("gpu-01:0")]
    [InlineData("gpu-01:65536")]
    [InlineData("gpu-01:+1")]
    [InlineData("gpu..01")]
    [InlineData("-gpu")]
    [InlineData("2001:db8::5::1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[2001:db8::5")]
    [InlineData("[10.0.0.5]:1")]
    [InlineData("[2001:db8::5]56001")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void What_is_no_address_is_refused_with_what_is_wrong(string text)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => FlexDirectAddress.Parse(text));
        Assert.Equal("InvalidServerAddress", error.Id);
        Assert.Contains($"'{text}'", error.Message);
    }

    [Theory]
    [InlineData("GPU-01.lab", "gpu-01.LAB:56001", true)]
    [InlineData("gpu-01.lab.", "gpu-01.lab", true)]
    [InlineData("2001:db8:0::5", "[2001:DB8::5]:56001", true)]
    [InlineData("gpu-01", "gpu-01:56002", false)]
    [InlineData("10.0.0.5", "10.0.0.50", false)]
    public void Two_addresses_are_the_same_server_however_they_are_written(string one, string other, bool same) =>
        Assert.Equal(same, FlexDirectAddress.Parse(one).IsSameAs(FlexDirectAddress.Parse(other)));

    [Theory]
    [InlineData("gpu-01", "gpu-01", "gpu-01:56001")]
    [InlineData("[::1]", "::1", "[::1]:56001")]
    [InlineData("[::1]:5", "[::1]:5", "[::1]:5")]
    public void An_address_is_written_so_that_it_reads_the_same(string text, string plain, string withPort)
    {
        FlexDirectAddress address = FlexDirectAddress.Parse(text);
        Assert.Equal(plain, address.ToString());
        Assert.Equal(withPort, address.WithPort());
        Assert.True(FlexDirectAddress.Parse(address.WithPort()).IsSameAs(address));
    }
}
