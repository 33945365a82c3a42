using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Tour;

namespace GpuVSphere.Simulator.Tests.Tour;

public sealed class GuidedTourTests
{
    [Fact]
    public async Task The_tour_ends_with_0_and_is_readable_at_100_columns()
    {
        (int code, string text) = await WalkAsync(_ => { });
        Assert.True(code == 0, text);
        Assert.DoesNotContain("   NO  ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
        Assert.Contains("PS> Add-VmGpuPassthrough -VM ml-01", text, StringComparison.Ordinal);
        Assert.Contains("VM-FIRMWARE", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd('\r').Length <= 100, line));
    }

    [Fact]
    public async Task A_device_that_does_not_become_active_fails_the_tour()
    {
        (int code, string text) = await WalkAsync(simulator => simulator.Orders.DeviceIgnoresNextReboot("esx-80-01", "0000:3b:00.0"));
        Assert.Equal(1, code);
        Assert.Contains("NO  esx-80-01 0000:3b:00.0 enabled, active: yes, no, and should be yes, yes", text, StringComparison.Ordinal);
        Assert.DoesNotContain("4. ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reconfigure_call_that_does_nothing_fails_the_tour()
    {
        (int code, string text) = await WalkAsync(simulator => simulator.Faults.Add(new FaultRule { Method = "ReconfigVM_Task", Fault = "ConcurrentAccess" }));
        Assert.Equal(1, code);
        Assert.Contains("NO  pciPassthru.64bitMMIOSizeGB: nothing, and should be 512", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_fails_fails_the_tour()
    {
        (int code, string text) = await WalkAsync(simulator => simulator.Faults.Add(new FaultRule { Method = "RetrievePropertiesEx", HttpStatus = 503 }));
        Assert.Equal(1, code);
        Assert.Contains("   NO  ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tour_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        using GpuSimulator simulator = Start();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GuidedTour.RunAsync(new Screen(TextWriter.Null, false), simulator, stop.Token));
    }

    private static async Task<(int Code, string Text)> WalkAsync(Action<GpuSimulator> order)
    {
        using GpuSimulator simulator = Start();
        order(simulator);
        using var output = new StringWriter();
        int code = await GuidedTour.RunAsync(new Screen(output, false), simulator, default);
        return (code, output.ToString());
    }

    private static GpuSimulator Start() => GpuSimulator.Start(new SimulatorOptions { ClockSpeed = 3000 });
}
