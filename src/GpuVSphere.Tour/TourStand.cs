using System.Threading;
using GpuVSphere.Simulator;
using GpuVSphere.Vim;

namespace GpuVSphere.Tour;

/// <summary>What a walk stands on.</summary>
/// <param name="Output">Where it prints.</param>
/// <param name="Simulator">The simulator.</param>
/// <param name="Session">A session with it.</param>
/// <param name="StateDirectory">Where the journals go.</param>
/// <param name="StepsBefore">How many steps other walks took before it: the numbers go on from there.</param>
/// <param name="Stop">Ends it.</param>
internal sealed record TourStand(Screen Output, GpuSimulator Simulator, VimSession Session, string StateDirectory, int StepsBefore, CancellationToken Stop);
