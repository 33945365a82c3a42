using System;
using GpuVSphere.Bitfusion;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class FlexDirectRunRequestTests
{
    private static readonly FlexDirectProgram s_program = new("flexdirect", "/usr/bin/flexdirect");

    [Fact]
    public void The_guides_commands_come_out()
    {
        Assert.Equal("/usr/bin/flexdirect run -n 1 -m 2048 nvidia-smi", new FlexDirectRunRequest { Program = "nvidia-smi", GpuCount = 1, MemoryMB = 2048 }.CommandLine(s_program));
        Assert.Equal("/usr/bin/flexdirect local -p 0.5 -m 1024 nvidia-smi", new FlexDirectRunRequest { Program = "nvidia-smi", IsLocal = true, Partial = 0.5, MemoryMB = 1024 }.CommandLine(s_program));
        Assert.Equal("/usr/bin/bitfusion run -n 2 -p 0.25 nvidia-smi -L", new FlexDirectRunRequest { Program = "nvidia-smi", Arguments = ["-L"], GpuCount = 2, Partial = 0.25 }.CommandLine(new("bitfusion", "/usr/bin/bitfusion")));
        Assert.Equal("/usr/bin/flexdirect run -n 1 nvidia-smi", new FlexDirectRunRequest { Program = "nvidia-smi" }.CommandLine(s_program));
    }

    [Theory]
    [InlineData("$(reboot)")]
    [InlineData("`reboot`")]
    [InlineData("a; reboot")]
    [InlineData("a && reboot | cat > /etc/passwd")]
    [InlineData("it's")]
    [InlineData("\"quoted\" and \\ more")]
    [InlineData("two\nlines")]
    [InlineData("*")]
    [InlineData("~")]
    [InlineData("VAR=1")]
    [InlineData("#no comment")]
    [InlineData("")]
    public void Hostile_arguments_stay_one_word_each(string hostile)
    {
        string line = new FlexDirectRunRequest { Program = "/opt/my app/" + hostile + "x", Arguments = [hostile, "-n"] }.CommandLine(new("flexdirect", "/opt/" + hostile + "/flexdirect"));
        Assert.Equal(["/opt/" + hostile + "/flexdirect", "run", "-n", "1", "/opt/my app/" + hostile + "x", hostile, "-n"], PosixWords.Of(line));
    }

    [Fact]
    public void A_part_is_written_as_the_program_reads_it_in_every_culture() =>
        Assert.Contains(" -p 0.3333 ", new FlexDirectRunRequest { Program = "x", Partial = 1.0 / 3 }.CommandLine(s_program), StringComparison.Ordinal);

    public static TheoryData<FlexDirectRunRequest> Wrong =>
    [
        new FlexDirectRunRequest { Program = " " },
        new FlexDirectRunRequest { Program = "-m" },
        new FlexDirectRunRequest { Program = "x", Arguments = ["a\0b"] },
        new FlexDirectRunRequest { Program = "x", GpuCount = 0 },
        new FlexDirectRunRequest { Program = "x", MemoryMB = 0 },
        new FlexDirectRunRequest { Program = "x", Partial = 0 },
        new FlexDirectRunRequest { Program = "x", Partial = 1.5 },
        new FlexDirectRunRequest { Program = "x", Partial = double.NaN },
        new FlexDirectRunRequest { Program = "x", Partial = 0.5, MemoryMB = 1024 },
        new FlexDirectRunRequest { Program = "x", IsLocal = true, GpuCount = 1 },
        new FlexDirectRunRequest { Program = "x", TimeLimit = TimeSpan.Zero },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_run_is_refused(FlexDirectRunRequest request)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(request.Check);
        Assert.Equal("InvalidFlexDirectRun", error.Id);
        Assert.NotNull(error.NextStep);
    }

    [Fact]
    public void Local_takes_a_part_and_a_size() => new FlexDirectRunRequest { Program = "x", IsLocal = true, Partial = 0.5, MemoryMB = 1024 }.Check();
}
