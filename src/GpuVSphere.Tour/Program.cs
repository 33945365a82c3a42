using System;
using System.Threading;
using GpuVSphere.Simulator;
using GpuVSphere.Tour;

// Colours only where somebody looks, and not where NO_COLOR asks for none.
bool hasColor = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
var screen = new Screen(Console.Out, hasColor);

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

try
{
    // Ten simulated minutes pass in a second: a server with GPUs takes several to boot.
    using GpuSimulator simulator = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = 600 });
    int passthrough = await GuidedTour.RunAsync(screen, simulator, stop.Token).ConfigureAwait(false);
    screen.Space();
    using GpuSimulator setup = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = 600, Scenario = "vgpu-setup" });
    int vgpu = await VgpuTour.RunAsync(screen, setup, stop.Token).ConfigureAwait(false);
    screen.Space();
    using GpuSimulator guests = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = GuestTour.ClockSpeed, Scenario = "guests" });
    int inGuests = await GuestTour.RunAsync(screen, guests, stop.Token).ConfigureAwait(false);
    return Math.Max(Math.Max(passthrough, vgpu), inGuests);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    screen.Heed("The tour was stopped. Nothing outside this process was changed.");
    return 130;
}
