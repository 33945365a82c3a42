using System;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class SchedulerControlTests
{
    private const string Line = "Running resource scheduler on 0.0.0.0:56001 using 1 GPUs (0) with 16160 MiB of memory each\n";
    private const string Log = "/var/log/flexdirect-scheduler.log";
    private const string UnitPath = "/etc/systemd/system/flexdirect-scheduler.service";

    private static readonly SchedulerUnit s_unit = new(new("flexdirect", "/usr/bin/flexdirect"), new());

    private readonly InstantClock _clock = new();
    private string _processes = string.Empty;

    [Fact]
    public async Task A_service_is_written_enabled_and_started_and_waited_for()
    {
        FakeGuest guest = Guest();
        guest.WithFile(Log, "an old line\n").On("systemctl daemon-reload && systemctl enable flexdirect-scheduler && systemctl restart flexdirect-scheduler", _ => Begin(guest, Line));
        (SchedulerProcess process, SchedulerReport? report) = await Control(guest).StartAsync(s_unit, asService: true, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal((7, 56001, 16160), (process.Id, report!.Port, report.MemoryMB));
        Assert.True(SchedulerUnit.IsOurs(Encoding.UTF8.GetString(guest.Files[UnitPath].Content)));
        Assert.Equal("0644", guest.Files[UnitPath].Mode);
    }

    [Fact]
    public async Task Without_systemd_it_runs_in_the_background()
    {
        FakeGuest guest = Guest();
        guest.On(s_unit.Background, _ => Begin(guest, Line));
        Assert.NotNull((await Control(guest).StartAsync(s_unit, asService: false, TimeSpan.FromSeconds(30), CancellationToken.None)).Report);
        Assert.False(guest.Files.ContainsKey(UnitPath));
    }

    [Fact]
    public async Task One_that_runs_and_keeps_silent_is_not_called_failed()
    {
        FakeGuest guest = Guest();
        guest.On(s_unit.Background, _ => Begin(guest, "something else\n"));
        (SchedulerProcess process, SchedulerReport? report) = await Control(guest).StartAsync(s_unit, asService: false, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(7, process.Id);
        Assert.Null(report);
        Assert.Equal(TimeSpan.FromSeconds(30), TimeSpan.FromTicks(_clock.Delays.Sum(delay => delay.Ticks)));
    }

    [Theory]
    [InlineData("Error: Flexdirect is not licensed.\n", "Initialize-FlexDirect")]
    [InlineData("Error: listen tcp 0.0.0.0:56001: bind: address already in use\n", "-Port")]
    [InlineData("Error: what nobody knows\n", "Test-FlexDirectHealth")]
    public async Task One_that_ends_at_once_is_explained_and_its_service_taken_away(string says, string next)
    {
        FakeGuest guest = Guest();
        guest.On("systemctl daemon-reload && systemctl enable flexdirect-scheduler && systemctl restart flexdirect-scheduler", _ =>
        {
            guest.WithFile(Log, says);
            return new ShellResult(0, string.Empty, string.Empty);
        });
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => Control(guest).StartAsync(s_unit, asService: true, TimeSpan.FromSeconds(30), CancellationToken.None));
        Assert.Equal("FlexDirectSchedulerFailed", error.Id);
        Assert.Contains(says.Trim(), error.Message, StringComparison.Ordinal);
        Assert.Contains(next, error.NextStep, StringComparison.Ordinal);
        Assert.Contains("systemctl disable --now flexdirect-scheduler", guest.Ran);
        Assert.False(guest.Files.ContainsKey(UnitPath));
    }

    [Fact]
    public async Task Our_service_is_stopped_with_its_file_and_a_foreign_one_of_that_name_is_left()
    {
        FakeGuest guest = Guest().WithFile(UnitPath, s_unit.Text);
        Run("7 /usr/bin/flexdirect resource_scheduler");
        guest.On("systemctl disable --now flexdirect-scheduler", _ => Run(string.Empty));
        await Control(guest).StopAsync(56001, null, asService: true, CancellationToken.None);
        Assert.False(guest.Files.ContainsKey(UnitPath));

        guest.WithFile(UnitPath, "[Unit]\nDescription=somebody's own\n").On("kill -TERM 7", _ => Run(string.Empty));
        Run("7 /usr/bin/flexdirect resource_scheduler");
        await Control(guest).StopAsync(56001, null, asService: true, CancellationToken.None);
        Assert.True(guest.Files.ContainsKey(UnitPath));
    }

    [Fact]
    public async Task One_that_does_not_end_is_killed_and_one_that_comes_back_is_told()
    {
        FakeGuest guest = Guest().On("kill -TERM 7");
        Run("7 flexdirect resource_scheduler");
        guest.On("kill -KILL 7", _ => Run(string.Empty));
        await Control(guest).StopAsync(56001, null, asService: false, CancellationToken.None);
        Assert.Equal(["kill -TERM 7", "kill -KILL 7"], guest.Ran.Where(line => line.StartsWith("kill", StringComparison.Ordinal)));

        guest.On("kill -TERM 8", _ => Run("9 flexdirect resource_scheduler")).On(command => command.CommandLine is "kill -TERM 9" or "kill -KILL 9", (_, _) => Task.FromResult(new ShellResult(0, string.Empty, string.Empty)));
        Run("8 flexdirect resource_scheduler");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => Control(guest).StopAsync(56001, new SchedulerProcess(8, []), asService: false, CancellationToken.None));
        Assert.Equal("FlexDirectSchedulerStays", error.Id);
        Assert.Contains("started again", error.Message, StringComparison.Ordinal);
    }

    private SchedulerControl Control(FakeGuest guest) => new(new FlexDirectGuest(guest, "gpu-01"), "gpu-01", _clock);

    private FakeGuest Guest() => new FakeGuest().On(FlexDirectGuest.ProcessesQuestion, _ => new ShellResult(0, "  PID COMMAND\n" + _processes, string.Empty))
        .On("systemctl daemon-reload").On("systemctl disable --now flexdirect-scheduler");

    private ShellResult Begin(FakeGuest guest, string log)
    {
        guest.WithFile(Log, log);
        return Run("7 /usr/bin/flexdirect resource_scheduler");
    }

    private ShellResult Run(string processes)
    {
        _processes = processes + "\n";
        return new ShellResult(0, string.Empty, string.Empty);
    }
}
