using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Tour;

namespace GpuVSphere.Simulator.Tests.Tour;

public sealed class VgpuTourTests
{
    [Fact]
    public async Task It_ends_with_0_and_is_readable_at_100_columns()
    {
        (int code, string text) = await WalkAsync(_ => { });
        Assert.True(code == 0, text);
        Assert.DoesNotContain("   NO  ", text, StringComparison.Ordinal);
        Assert.Contains("refused by VIB-GRAPHICS", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("refused by VGPU-ROOM").Length - 1);
        Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd('\r').Length <= 100, line));
    }

    [Fact]
    public async Task Its_steps_go_on_where_the_first_walk_ends()
    {
        using var output = new StringWriter();
        using GpuSimulator simulator = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = 3000 });
        Assert.True(await GuidedTour.RunAsync(new Screen(output, false), simulator, default) == 0, output.ToString());
        string last = output.ToString().Split('\n').Last(line => line.Length > 0 && char.IsAsciiDigit(line[0]));
        Assert.StartsWith($"{GuidedTour.StepCount}. ", last, StringComparison.Ordinal);
        (_, string text) = await WalkAsync(_ => { });
        Assert.Contains($"\n{GuidedTour.StepCount + 1}. ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_too_long_goes_on_outside_of_quotes()
    {
        (_, string text) = await WalkAsync(_ => { });
        string[] lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith("PS> ", StringComparison.Ordinal) || line.StartsWith(">> ", StringComparison.Ordinal))];
        Assert.Contains(lines, line => line.StartsWith(">> ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Count(letter => letter == '\'') % 2 == 0, line));
        Assert.All(lines.Skip(1).Zip(lines), pair => Assert.Equal(pair.First.StartsWith(">> ", StringComparison.Ordinal), pair.Second.EndsWith(" `", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_GPU_that_stays_as_it_was_fails_the_tour()
    {
        (int code, string text) = await WalkAsync(simulator => simulator.Orders.NextReboot("new-80-01", RebootOutcome.DevicesStayInactive));
        Assert.Equal(1, code);
        Assert.Contains("NO  new-80-01", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n19. ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_lets_a_third_VM_start_fails_the_tour()
    {
        (int code, string text) = await WalkAsync(simulator => simulator.Inventory.Refusals.TurnOff(Refusal.NoVgpuResources));
        Assert.Equal(1, code);
        Assert.Contains("NO  desk-67c", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_installs_nothing_fails_the_tour()
    {
        (int code, string text) = await WalkAsync(simulator => simulator.Orders.BootbankFree("new-67-02", 10));
        Assert.Equal(1, code);
        Assert.Contains("NO  new-67-02", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n14. ", text, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Text)> WalkAsync(Action<GpuSimulator> order)
    {
        using GpuSimulator simulator = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = 3000, Scenario = "vgpu-setup" });
        order(simulator);
        using var output = new StringWriter();
        int code = await VgpuTour.RunAsync(new Screen(output, false), simulator, default);
        return (code, output.ToString());
    }
}
