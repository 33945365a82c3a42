using System.Collections.Generic;
using System.Globalization;

namespace GpuVSphere.Tour;

/// <summary>Compares the simulator's own state with what a step should have brought about, and keeps count of what differs.</summary>
internal sealed class StateCheck(Screen screen)
{
    /// <summary>What was wrong, over all steps.</summary>
    internal List<string> Differences { get; } = [];

    /// <summary>How many things were looked at.</summary>
    internal int Count { get; private set; }

    /// <summary>Compares one thing.</summary>
    internal void Equal<T>(string what, T expected, T actual)
    {
        Count++;
        if (EqualityComparer<T>.Default.Equals(expected, actual))
        {
            screen.Right($"{what}: {Text(actual)}");
            return;
        }

        string difference = $"{what}: {Text(actual)}, and should be {Text(expected)}";
        Differences.Add(difference);
        screen.Wrong(difference);
    }

    /// <summary>Looks at one thing that is right or wrong.</summary>
    internal void True(string what, bool isRight)
    {
        Count++;
        if (isRight)
        {
            screen.Right(what);
            return;
        }

        Differences.Add($"not so: {what}");
        screen.Wrong($"not so: {what}");
    }

    /// <summary>Looks at what GpuVSphere says of its own work: not counted as a fact, but a tour in which it is wrong has failed.</summary>
    internal void Claim(string what, bool isRight)
    {
        if (!isRight)
        {
            Differences.Add(what);
            screen.Wrong(what);
        }
    }

    private static string Text<T>(T value) => value switch
    {
        null => "nothing",
        bool flag => flag ? "yes" : "no",
        _ => string.Format(CultureInfo.InvariantCulture, "{0}", value),
    };
}
