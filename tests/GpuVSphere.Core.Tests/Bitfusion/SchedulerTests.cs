using System;
using System.Linq;
using GpuVSphere.Bitfusion;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class SchedulerTests
{
    private static readonly FlexDirectProgram s_program = new("flexdirect", "/usr/bin/flexdirect");

    [Fact]
    public void Nothing_asked_is_nothing_said() => Assert.Equal("nohup /usr/bin/flexdirect resource_scheduler > /var/log/flexdirect-scheduler.log 2>&1 < /dev/null &", new SchedulerUnit(s_program, new()).Background);

    [Fact]
    public void Every_wish_is_an_option_of_the_program() =>
        Assert.Equal(
            ["-d", "0,2", "-l", "10.0.0.5", "-s", "56002", "-p", "55001"],
            new SchedulerWish { Devices = [0, 2], ListenAddress = "10.0.0.5", Port = 56002, ServerPort = 55001 }.Arguments);

    public static TheoryData<SchedulerWish> Wrong =>
    [
        new SchedulerWish { GpuCount = 0 },
        new SchedulerWish { GpuCount = 1, Devices = [0] },
        new SchedulerWish { Devices = [-1] },
        new SchedulerWish { Devices = [1, 1] },
        new SchedulerWish { Port = 0 },
        new SchedulerWish { ServerPort = 65536 },
        new SchedulerWish { ServerPort = 56001 },
        new SchedulerWish { Port = 7, ServerPort = 7 },
        new SchedulerWish { ListenAddress = "gpu-01" },
        new SchedulerWish { ListenAddress = "10.0.0.5:56001" },
        new SchedulerWish { ListenAddress = "10.0.0" },
        new SchedulerWish { ListenAddress = "0.0.0.0 $(reboot)" },
        new SchedulerWish { ListenAddress = "fe80::1%eth0" },
        new SchedulerWish { ListenAddress = "[::1]" },
        new SchedulerWish { ListenAddress = "" },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wish_that_no_scheduler_can_fulfil_is_refused(SchedulerWish wish) => Assert.Equal("InvalidFlexDirectScheduler", Assert.Throws<GpuVSphereException>(wish.Check).Id);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("10.0.0.5")]
    [InlineData("2001:db8::5")]
    public void Every_address_of_a_machine_may_be_listened_at(string address) => new SchedulerWish { ListenAddress = address, Devices = [0, 3], Port = 56002, ServerPort = 55001 }.Check();

    [Fact]
    public void A_scheduler_is_found_among_processes_whoever_started_it()
    {
        SchedulerProcess[] found = [.. SchedulerProcess.Read("""
                1 /sbin/init splash
             1200 /bin/sh -c exec /usr/bin/flexdirect resource_scheduler > /var/log/flexdirect-scheduler.log 2>&1
             1201 /usr/bin/flexdirect resource_scheduler -n 2 -s 56002
             1300 flexdirect resource_scheduler
             1301 bitfusion resource_scheduler -s=56003
             1302 flexdirect run -n 1 resource_scheduler
             1303 vi /var/log/flexdirect resource_scheduler
             1304 {/usr/bin/flexdi} /usr/bin/flexdirect resource_scheduler -s 56004
             1305 {my flexdirect} vi resource_scheduler
             1306 {broken
             junk
            """)];
        Assert.Equal(["1201 56002 -n 2 -s 56002", "1300 56001 ", "1301 56003 -s=56003", "1304 56004 -s 56004"], found.Select(process => $"{process.Id} {process.Port} {process.Text}"));
    }

    [Fact]
    public void A_scheduler_that_runs_as_wished_is_left_alone()
    {
        SchedulerProcess plain = new(1, []);
        SchedulerReport said = new() { GpuCount = 2, Text = "x" };
        Assert.True(plain.Is(new(), null));
        Assert.True(plain.Is(new() { Port = 56001, ListenAddress = "0.0.0.0" }, null));
        Assert.True(plain.Is(new() { GpuCount = 2 }, said));
        Assert.False(plain.Is(new() { GpuCount = 1 }, said));
        Assert.False(plain.Is(new() { GpuCount = 2 }, null));
        Assert.False(plain.Is(new() { Port = 56002 }, null));
        Assert.False(plain.Is(new() { ListenAddress = "10.0.0.5" }, null));
        Assert.False(plain.Is(new() { ServerPort = 55001 }, null));
        Assert.False(plain.Is(new() { Devices = [0] }, null));

        SchedulerProcess chosen = new(1, ["-d", "0,1", "-l", "10.0.0.5", "-s", "56002"]);
        Assert.True(chosen.Is(new() { Port = 56002 }, null));
        Assert.True(chosen.Is(new() { Port = 56002, Devices = [0, 1], ListenAddress = "10.0.0.5" }, null));
        Assert.False(chosen.Is(new() { Port = 56002, Devices = [1] }, null));
    }

    [Fact]
    public void Each_port_has_a_service_and_a_log_of_its_own()
    {
        SchedulerUnit usual = new(s_program, new() { Port = 56001 });
        SchedulerUnit second = new(s_program, new() { Port = 56002 });
        Assert.Equal("/etc/systemd/system/flexdirect-scheduler.service", usual.Path);
        Assert.Equal("/etc/systemd/system/flexdirect-scheduler-56002.service", second.Path);
        Assert.NotEqual(usual.Log, second.Log);
    }

    [Fact]
    public void A_service_reads_its_command_line_as_it_was_meant()
    {
        string text = new SchedulerUnit(new("flexdirect", "/opt/it's 100% $HOME \"fd\"\\/flexdirect"), new() { GpuCount = 2 }).Text;
        string line = text.Split('\n').Single(each => each.StartsWith("ExecStart=", StringComparison.Ordinal));
        const string Prefix = "ExecStart=/bin/sh -c \"";
        Assert.StartsWith(Prefix, line, StringComparison.Ordinal);
        Assert.EndsWith("\"", line, StringComparison.Ordinal);

        // As systemd takes it apart: percent signs and dollars doubled, backslashes within double quotes.
        string shell = line[Prefix.Length..^1].Replace("%%", "%", StringComparison.Ordinal).Replace("$$", "$", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        Assert.Equal(["exec", "/opt/it's 100% $HOME \"fd\"\\/flexdirect", "resource_scheduler", "-n", "2"], PosixWords.Of(shell[..shell.IndexOf(" > /var/log", StringComparison.Ordinal)]));
        Assert.True(SchedulerUnit.IsOurs(text));
        Assert.False(SchedulerUnit.IsOurs("[Unit]\nDescription=somebody's own"));
        Assert.False(SchedulerUnit.IsOurs(null));
    }
}
