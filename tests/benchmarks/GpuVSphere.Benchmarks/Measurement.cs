using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Benchmarks;

/// <summary>The same thing measured in every round.</summary>
internal sealed class Measurement
{
    private readonly List<double> _seconds = [];

    /// <summary>The median, in seconds.</summary>
    public double Seconds => _seconds.Order().ElementAt(_seconds.Count / 2);

    /// <summary>Adds a round.</summary>
    public void Add(TimeSpan time) => _seconds.Add(time.TotalSeconds);
}
