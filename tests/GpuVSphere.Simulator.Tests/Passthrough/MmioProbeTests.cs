using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Mmio;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using static GpuVSphere.Simulator.Tests.Passthrough.VmLab;

namespace GpuVSphere.Simulator.Tests.Passthrough;

public sealed class MmioProbeTests
{
    private static Task<MmioReport> ProbeAsync(VmLab lab, string vm, CancellationToken cancellationToken = default, params string[] devices) =>
        MmioProbe.RunAsync(lab.Session, lab.Target(vm), devices.Select(Device).ToList(), new VmChangeOptions(), ChangeFeedback.None, cancellationToken);

    [Fact]
    public async Task The_bars_are_read_from_a_failing_power_on_and_everything_is_put_back()
    {
        using VmLab lab = await StartAsync();
        lab.Configure("ml-01", config => config.ReservationMB = 2048);
        string before = lab.State("ml-01");

        MmioReport report = await ProbeAsync(lab, "ml-01", default, A100First, A100Second);

        Assert.Equal(512, report.SizeGB);
        Assert.Equal(2, report.Devices.Count);
        Assert.Equal(before, lab.State("ml-01"));
        Assert.Contains(lab.Raw.Vm("ml-01").Files, file => file == "vmware.log");
    }

    [Fact]
    public async Task A_vm_that_has_its_gpu_and_keys_is_probed_with_what_it_has()
    {
        using VmLab lab = await StartAsync();
        await DoneAsync(lab.Add("ml-01", null, A100First));
        string before = lab.State("ml-01");

        MmioReport report = await ProbeAsync(lab, "ml-01");

        Assert.Equal(256, report.SizeGB);
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task A_small_gpu_powers_on_and_is_powered_off_again()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-70");

        MmioReport report = await ProbeAsync(lab, "ml-70", default, "0000:86:00.0");

        Assert.Null(report.SizeGB);
        Assert.Equal(before, lab.State("ml-70"));
    }

    [Fact]
    public async Task A_failure_of_another_kind_is_no_answer_and_everything_is_put_back()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-01");
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "PowerOnVM_Task", Fault = "InsufficientResourcesFault", FaultMessage = "No licence." });

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => ProbeAsync(lab, "ml-01", default, A100First));

        Assert.Equal("ProbeFailed", error.Id);
        Assert.Contains("No licence.", error.Message);
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task A_cancellation_puts_everything_back()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-01");
        using var stop = new CancellationTokenSource();
        FaultRule slow = lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "PowerOnVM_Task", Delay = TimeSpan.FromHours(3) });

        Task<MmioReport> probe = ProbeAsync(lab, "ml-01", stop.Token, A100First);
        await lab.Simulated.UntilAsync(() => lab.Raw.Vm("ml-01").PciDevices.Count == 1 && slow.Applied > 0);
        stop.Cancel();
        lab.Simulated.Simulator.Clock.Advance(slow.Delay);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Fact]
    public async Task What_could_not_be_put_back_is_said_and_can_be_put_back_later()
    {
        using VmLab lab = await StartAsync();
        string before = lab.State("ml-01");
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = "ReconfigVM_Task", After = 1, Times = 1, Fault = "TaskInProgress" });

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => ProbeAsync(lab, "ml-01", default, A100First));
        Assert.Equal("ProbeNotPutBack", error.Id);
        Assert.Contains("Remove-VmGpuPassthrough", error.NextStep);
        Assert.NotEqual(before, lab.State("ml-01"));

        await DoneAsync(lab.Remove("ml-01"));
        Assert.Equal(before, lab.State("ml-01"));
    }

    [Theory]
    [InlineData("web-01", "VM-POWERED-OFF")]
    [InlineData("snap-01", "VM-SNAPSHOT")]
    [InlineData("tmpl-01", "VM-TEMPLATE")]
    public async Task A_vm_in_the_wrong_state_is_not_probed(string vm, string rule)
    {
        using VmLab lab = await StartAsync();
        string before = lab.State(vm);

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => ProbeAsync(lab, vm, default, A100First));

        Assert.Equal("BlockedByRule", error.Id);
        Assert.Contains(rule, error.Message);
        Assert.Equal(before, lab.State(vm));
    }

    [Fact]
    public async Task Without_a_gpu_there_is_nothing_to_probe()
    {
        using VmLab lab = await StartAsync();

        Assert.Equal("NoGpuToProbe", (await Assert.ThrowsAsync<GpuVSphereException>(() => ProbeAsync(lab, "ml-01"))).Id);
    }

    [Theory]
    [InlineData("CreatePropertyCollector", false)]
    [InlineData("ReconfigVM_Task", true)]
    public async Task A_connection_that_is_cut_while_the_gpus_are_attached_leaves_nothing_behind(string method, bool afterWork)
    {
        // Slow enough for the reconfiguration to be under way still when the putting back begins.
        using VmLab lab = await StartAsync(new SimulatorOptions { ClockSpeed = 5, TaskRetention = TimeSpan.FromDays(10) });
        string before = lab.State("ml-01");
        lab.Simulated.Simulator.Faults.Add(new FaultRule { Method = method, Times = 1, DropConnection = true, AfterWork = afterWork });

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => ProbeAsync(lab, "ml-01", default, A100First));

        Assert.Equal(GpuErrorCategory.ConnectionFailed, error.Category);
        await lab.Simulated.Simulator.Clock.DelayAsync(TimeSpan.FromSeconds(3), CancellationToken.None);
        Assert.Equal(before, lab.State("ml-01"));
    }
}
