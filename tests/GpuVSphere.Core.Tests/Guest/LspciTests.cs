using System.IO;
using System.Linq;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Guest;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class LspciTests
{
    // Written by hand after lspci 3.7 in an Ubuntu guest with a Tesla P100 and an A16 with its sound function.
    private const string Verbose = """
        0000:02:01.0 3D controller [0302]: NVIDIA Corporation GP100GL [Tesla P100 PCIe 16GB] [10de:15f8] (rev a1)
        	Subsystem: NVIDIA Corporation GP100GL [Tesla P100 PCIe 16GB] [10de:118f]
        	Control: I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+
        	Region 0: Memory at fc000000 (32-bit, non-prefetchable) [size=16M]
        	Region 1: Memory at e0000000000 (64-bit, prefetchable) [size=16G]
        	Region 3: Memory at e0400000000 (64-bit, prefetchable) [size=32M]
        	Capabilities: <access denied>
        	Kernel driver in use: nvidia
        	Kernel modules: nvidiafb, nouveau, nvidia_drm, nvidia

        0000:02:02.0 VGA compatible controller [0300]: NVIDIA Corporation GA107GL [A2 / A16] [10de:25b6] (rev a1) (prog-if 00 [VGA controller])
        	Region 0: Memory at fb000000 (32-bit, non-prefetchable) [size=16M]
        	Region 1: Memory at <unassigned> (64-bit, prefetchable)
        	Kernel modules: nouveau

        0000:02:02.1 Audio device [0403]: NVIDIA Corporation Device [10de:2291] (rev a1)
        	Region 0: Memory at fd0fc000 (32-bit, non-prefetchable) [size=16K]
        	Kernel driver in use: snd_hda_intel
        """;

    [Fact]
    public void Gpus_are_told_with_regions_and_drivers_and_their_sound_is_left_out()
    {
        GuestGpuDevice[] gpus = [.. Lspci.Read(Verbose)];

        Assert.Equal(["Tesla P100 PCIe 16GB", "A2 / A16"], gpus.Select(gpu => gpu.Name));
        Assert.Equal(("0000:02:01.0", (ushort?)0x15F8, "nvidia"), (gpus[0].Address, gpus[0].DeviceId, gpus[0].Driver));
        Assert.Equal([(0, "16M"), (1, "16G"), (3, "32M")], gpus[0].Bars.Select(bar => (bar.Index, bar.Size)));
        Assert.Empty(gpus[0].Unassigned);
        Assert.Null(gpus[1].Driver);
        Assert.Equal(1, Assert.Single(gpus[1].Unassigned).Index);
    }

    [Fact]
    public void Without_segment_and_ids_as_the_guide_has_it_the_gpu_is_still_seen()
    {
        GuestGpuDevice gpu = Assert.Single(Lspci.Read("02:01.0 3D controller: NVIDIA Corporation GP100GL [Tesla P100 PCIe 16GB] (rev a1)\n"));

        Assert.Equal(("0000:02:01.0", "Tesla P100 PCIe 16GB"), (gpu.Address, gpu.Name));
        Assert.Empty(gpu.Bars);
    }

    [Theory]
    [InlineData("0000:02:01.0 3D controller [0302]: NVIDIA Corporation GP100GL [Tesla P100 PCIe 16GB] [10de:15f8] (rev ff)")]
    [InlineData("0000:02:01.0 3D controller [0302]: NVIDIA Corporation GP100GL [Tesla P100 PCIe 16GB] [10de:15f8] (rev a1)\n\t!!! Unknown header type 7f")]
    public void A_gpu_that_fell_off_the_bus_is_known(string text) => Assert.True(Assert.Single(Lspci.Read(text)).IsGone);

    [Theory]
    [InlineData("Region 1: Memory at <ignored> (64-bit, prefetchable) [disabled]")]
    [InlineData("Region 1: Memory at 00000000 (64-bit, prefetchable) [size=256M]")]
    [InlineData("Region 1: [virtual] Memory at 80000000 (64-bit, prefetchable) [virtual] [size=256M]")]
    public void Other_words_for_no_address_are_understood(string region)
    {
        GuestGpuDevice gpu = Assert.Single(Lspci.Read("00:05.0 3D controller [0302]: NVIDIA Corporation GP102GL [Tesla P40] [10de:1b38]\n\t" + region));

        Assert.Equal(1, Assert.Single(gpu.Unassigned).Index);
    }

    [Fact]
    public void Other_vendors_and_nothing_at_all_are_no_gpus()
    {
        Assert.Empty(Lspci.Read("00:0f.0 VGA compatible controller [0300]: VMware SVGA II Adapter [15ad:0405]\n"));
        Assert.Empty(Lspci.Read(string.Empty));
    }

    [SkippableFact]
    public void The_real_guest_whose_BAR1_had_no_room_is_read()
    {
        string text = File.ReadAllText(Samples.Require("guest-lspci-bar1-unassigned-p40.txt"));

        GuestGpuDevice gpu = Assert.Single(Lspci.Read("05:00.0 3D controller: NVIDIA Corporation GP102GL [Tesla P40] (rev a1)\n" + text));
        KernelLog log = KernelLog.Read(text);

        Assert.Equal([0, 1, 3], gpu.Bars.Select(bar => bar.Index));
        Assert.Equal(1, Assert.Single(gpu.Unassigned).Index);
        Assert.Equal("BAR1 is 0M @ 0x0 (PCI:0000:05:00.0)", log.UnassignedBar);
        Assert.Contains("RmInitAdapter failed", log.InitFailed);
    }
}
