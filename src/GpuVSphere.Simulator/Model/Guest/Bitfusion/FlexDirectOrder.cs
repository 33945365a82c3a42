using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest.Bitfusion;

/// <summary>What a program is to be run with.</summary>
/// <param name="Count">How many GPUs.</param>
/// <param name="MemoryMB">How much memory of each; null for a part.</param>
/// <param name="Part">Which part of each.</param>
/// <param name="Words">The program and its arguments.</param>
internal sealed record FlexDirectOrder(int Count, int? MemoryMB, double Part, IReadOnlyList<string> Words);
