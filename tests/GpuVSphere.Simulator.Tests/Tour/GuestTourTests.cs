using System;
using System.IO;
using System.Threading.Tasks;
using GpuVSphere.Tour;

namespace GpuVSphere.Simulator.Tests.Tour;

public sealed class GuestTourTests
{
    [Fact]
    public async Task It_ends_with_a_licence_and_a_client_that_uses_a_remote_GPU()
    {
        (int code, string text) = await WalkAsync(_ => { });
        Assert.True(code == 0, text);
        Assert.DoesNotContain("   NO  ", text, StringComparison.Ordinal);
        Assert.Contains("ok  gridls.sim has given licences to: 1", text, StringComparison.Ordinal);
        Assert.Contains("GRID P100-8Q", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd('\r').Length <= 100, line));
    }

    [Fact]
    public async Task A_licence_server_that_does_not_answer_fails_it()
    {
        (int code, string text) = await WalkAsync(simulator => simulator.Licensing.Reachable("gridls.sim", false));
        Assert.Equal(1, code);
        Assert.Contains("   NO  ", text, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Text)> WalkAsync(Action<GpuSimulator> prepare)
    {
        using var output = new StringWriter();
        using GpuSimulator simulator = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = GuestTour.ClockSpeed, Scenario = "guests" });
        prepare(simulator);
        int code = await GuestTour.RunAsync(new Screen(output, false), simulator, default);
        return (code, output.ToString());
    }
}
