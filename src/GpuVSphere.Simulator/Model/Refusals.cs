using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model;

/// <summary>The refusals that are in force: all, unless some were turned off.</summary>
internal sealed class Refusals
{
    private readonly HashSet<Refusal> _off = [];

    public bool Has(Refusal refusal) => !_off.Contains(refusal);

    public void TurnOff(Refusal refusal) => _off.Add(refusal);
}
