using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class SchedulerParametersTests
{
    private static readonly PciAddress s_a = new(0, 0x3b, 0, 0);
    private static readonly PciAddress s_b = new(0, 0xaf, 0, 0);

    [Theory]
    [InlineData("", "NVreg_RegistryDwords=RmPVMRL=0x01")]
    [InlineData("NVreg_EnableMSI=1", "NVreg_EnableMSI=1 NVreg_RegistryDwords=RmPVMRL=0x01")]
    [InlineData("NVreg_RegistryDwords=RmPVMRL=0x11 NVreg_EnableMSI=1", "NVreg_RegistryDwords=RmPVMRL=0x01 NVreg_EnableMSI=1")]
    [InlineData("NVreg_RegistryDwords=A=1;RmPVMRL=0x11;B=0x2", "NVreg_RegistryDwords=A=1;RmPVMRL=0x01;B=0x2")]
    [InlineData("NVreg_RegistryDwords=A=1;XRmPVMRL=0x11", "NVreg_RegistryDwords=A=1;XRmPVMRL=0x11;RmPVMRL=0x01")]
    [InlineData("NVreg_RegistryDwords=rmpvmrl=1;RmPVMRL=0x11", "NVreg_RegistryDwords=RmPVMRL=0x01")]
    [InlineData("NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;RmPVMRL=0x11", "NVreg_RegistryDwords=RmPVMRL=0x01")]
    [InlineData("NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;K=5;RmPVMRL=0x11;pci=3b:00;RmPVMRL=0x11", "NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;K=5 NVreg_RegistryDwords=RmPVMRL=0x01")]
    public void All_gpus_get_a_value_and_the_rest_is_kept(string line, string expected)
    {
        SchedulerParameters next = Of(line).WithAll(1);

        Assert.Equal(expected, next.Line);
        Assert.All([s_a, s_b], address => Assert.Equal(1u, next.ValueOf(address)));
    }

    [Theory]
    [InlineData("NVreg_RegistryDwords=RmPVMRL=0x01", "")]
    [InlineData("NVreg_RegistryDwords=A=1;RmPVMRL=0x01 NVreg_EnableMSI=1", "NVreg_RegistryDwords=A=1 NVreg_EnableMSI=1")]
    [InlineData("NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;RmPVMRL=0x11;pci=0000:3b:00.0;K=1", "NVreg_RegistryDwordsPerDevice=pci=0000:3b:00.0;K=1")]
    [InlineData("", "")]
    public void The_default_takes_the_key_away(string line, string expected)
    {
        SchedulerParameters next = Of(line).WithAll(null);

        Assert.Equal(expected, next.Line);
        Assert.Null(next.ValueOf(s_b));
    }

    [Theory]
    [InlineData("", "NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;RmPVMRL=0x11")]
    [InlineData("NVreg_RegistryDwords=RmPVMRL=0x01", "NVreg_RegistryDwords=RmPVMRL=0x01 NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;RmPVMRL=0x11")]
    [InlineData("NVreg_RegistryDwordsPerDevice=pci=0000:3b:00.0;RmPVMRL=0x01", "NVreg_RegistryDwordsPerDevice=pci=0000:3b:00.0;RmPVMRL=0x01;pci=0000:af:00.0;RmPVMRL=0x11")]
    [InlineData("NVreg_RegistryDwordsPerDevice=pci=00000000:AF:00;K=5;RmPVMRL=0x01", "NVreg_RegistryDwordsPerDevice=pci=00000000:AF:00;K=5;RmPVMRL=0x11")]
    [InlineData("NVreg_RegistryDwordsPerDevice=pci=af:00;RmPVMRL=0x01;pci=0000:af:00.0;K=5", "NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;K=5;RmPVMRL=0x11")]
    [InlineData("NVreg_RegistryDwordsPerDevice=stray;pci=0000:3b:00.0;RmPVMRL=0x01", "NVreg_RegistryDwordsPerDevice=stray;pci=0000:3b:00.0;RmPVMRL=0x01;pci=0000:af:00.0;RmPVMRL=0x11")]
    public void One_gpu_gets_a_value_of_its_own(string line, string expected)
    {
        uint? other = Of(line).ValueOf(s_a);
        SchedulerParameters next = Of(line).WithAlone(s_b, 0x11);

        Assert.Equal(expected, next.Line);
        Assert.Equal((other, 0x11u), (next.ValueOf(s_a), next.ValueOf(s_b)));
        Assert.Equal(next.ValueOfAll, next.WithAlone(s_b, null).ValueOf(s_b));
    }

    [Fact]
    public void The_own_value_goes_before_that_of_all_and_one_that_is_no_number_counts_for_nothing()
    {
        SchedulerParameters parameters = Of("NVreg_RegistryDwords=RmPVMRL=0x01 NVreg_RegistryDwordsPerDevice=pci=0000:af:00.0;RmPVMRL=0x11");
        Assert.Equal((1u, 0x11u), (parameters.ValueOf(s_a), parameters.ValueOf(s_b)));
        Assert.Null(parameters.ValueOfAlone(s_a));
        Assert.Null(Of("NVreg_RegistryDwords=RmPVMRL=many").ValueOfAll);
    }

    [Fact]
    public void A_value_with_a_blank_is_named_and_one_that_is_not_set_is_left_out()
    {
        SchedulerParameters parameters = SchedulerParameters.Of([new("NVreg_A", "1 2"), new("NVreg_B", string.Empty), new("NVreg_C", "3")]);
        Assert.Equal(["NVreg_A"], parameters.Unsayable);
        Assert.Null(parameters.Raw("NVreg_B"));
        Assert.Equal("NVreg_A=1 2 NVreg_C=3", parameters.Line);
    }

    internal static SchedulerParameters Of(string line) => SchedulerParameters.Of(line.Split(' ', System.StringSplitOptions.RemoveEmptyEntries).Select(word =>
        new KeyValuePair<string, string>(word.Split('=')[0], word.Substring(word.IndexOf('=') + 1))));
}
