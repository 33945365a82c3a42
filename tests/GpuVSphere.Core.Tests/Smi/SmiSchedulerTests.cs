using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;

namespace GpuVSphere.Core.Tests.Smi;

public sealed class SmiSchedulerTests
{
    // NVIDIA Virtual GPU Software User Guide R550, 8.3.
    private const string Guide = """
        2020-10-05T02:58:08.928Z cpu79:2100753)NVRM: GPU at 0000:3d:00.0 has software scheduler DISABLED with policy BEST_EFFORT.
        2020-10-05T02:58:09.818Z cpu79:2100753)NVRM: GPU at 0000:5e:00.0 has software scheduler ENABLED with policy EQUAL_SHARE.
        NVRM: Software scheduler timeslice set to 1 ms.
        2020-10-05T02:58:12.115Z cpu79:2100753)NVRM: GPU at 0000:88:00.0 has software scheduler ENABLED with policy FIXED_SHARE.
        NVRM: Software scheduler timeslice set to 1 ms.
        """;

    [Fact]
    public void The_lines_of_the_guide_are_read()
    {
        Assert.Equal(["0000:3d:00.0 BEST_EFFORT", "0000:5e:00.0 EQUAL_SHARE 1", "0000:88:00.0 FIXED_SHARE 1"], Lines(SmiScheduler.ReadLog(Guide)));
    }

    [SkippableFact]
    public void The_real_lines_are_read() => Assert.Equal(
        ["0000:3d:00.0 BEST_EFFORT", "0000:5e:00.0 EQUAL_SHARE 1", "0000:88:00.0 FIXED_SHARE 1"],
        Lines(SmiScheduler.ReadLog(File.ReadAllText(Samples.Require("esxi-dmesg-nvrm-scheduler.txt")))));

    [Fact]
    public void The_last_boot_counts_and_a_slice_belongs_to_the_gpu_before_it()
    {
        const string More = "\n[ 8.1] NVRM: GPU at 0000:5e:00.0 has software scheduler DISABLED with policy NONE.\nNVRM: GPU at 0000:3d:00.0 has software scheduler ENABLED with policy EQUAL_SHARE.\r\nNVRM: Software scheduler timeslice set to 24 ms.\r\n";
        Assert.Equal(["0000:3d:00.0 EQUAL_SHARE 24", "0000:5e:00.0 NONE", "0000:88:00.0 FIXED_SHARE 1"], Lines(SmiScheduler.ReadLog(Guide + More)));
        Assert.Empty(SmiScheduler.ReadLog("NVRM: Software scheduler timeslice set to 24 ms.\n"));
    }

    [Theory]
    [InlineData("GPU 00000000:3B:00.0\n    vGPU scheduling policy : Equal Share\n    Time Slice(ns) : 2000000\n", "0000:3b:00.0 EQUAL_SHARE 2")]
    [InlineData("GPU 00000000:3B:00.0\n  Scheduler Policy: FIXED_SHARE\n  Timeslice (ns): 24000000\n  ARR Mode: Enabled\n", "0000:3b:00.0 FIXED_SHARE 24")]
    [InlineData("GPU 00000000:3B:00.0\n  policy : best effort\n  Time slice : 3 ms\n", "0000:3b:00.0 BEST_EFFORT 3")]
    [InlineData("GPU 00000000:3B:00.0\n  Policy : Equal Share Scheduler\n  Time slice : 3000 us\n", "0000:3b:00.0 EQUAL_SHARE 3")]
    [InlineData("GPU 00000000:3B:00.0\n  Policy : Equal Share\n  Time slice : N/A\n", "0000:3b:00.0 EQUAL_SHARE")]
    [InlineData("GPU 00000000:3B:00.0\n  vGPU scheduling policy : N/A\n", null)]
    [InlineData("GPU 00000000:3B:00.0\n  Something : else\n", null)]
    [InlineData("Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n", null)]
    [InlineData("No supported devices in vGPU mode\n", null)]
    [InlineData("", null)]
    public void What_nvidia_smi_answers_is_read_as_far_as_it_is_understood(string text, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Lines(SmiScheduler.ReadState(text)));

    private static IEnumerable<string> Lines(IReadOnlyDictionary<PciAddress, (string Policy, double? SliceMs)> read) =>
        read.OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value.Policy} {one.Value.SliceMs}".TrimEnd());
}
