using System;
using System.Collections.Generic;
using System.Threading;

namespace GpuVSphere.Simulator.Posix;

/// <summary>What a running shell knows.</summary>
internal sealed class ShScope
{
    public Dictionary<string, string> Variables { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>The names of the variables that programs get.</summary>
    public HashSet<string> Exported { get; private set; } = new(StringComparer.Ordinal);

    /// <summary><c>$0</c> and what follows.</summary>
    public IReadOnlyList<string> Arguments { get; set; } = ["sh"];

    public string Directory { get; set; } = "/";

    public int Umask { get; set; } = 0x12; // 0022

    public int Status { get; set; }

    /// <summary>The pid of the last command that was put beside, or null.</summary>
    public long? Background { get; set; }

    public long Pid { get; set; }

    /// <summary>What the system keeps of this shell's process.</summary>
    public object? Process { get; set; }

    public CancellationToken Token { get; set; }

    /// <summary>Whether this shell is there for one program alone, which takes its process.</summary>
    public bool IsForOne { get; set; }

    /// <summary>A shell of its own that knows the same.</summary>
    public ShScope Copy()
    {
        ShScope copy = (ShScope)MemberwiseClone();
        copy.Variables = new Dictionary<string, string>(Variables, StringComparer.Ordinal);
        copy.Exported = new HashSet<string>(Exported, StringComparer.Ordinal);
        return copy;
    }

    /// <summary>What a program that is started from here finds in its environment.</summary>
    public Dictionary<string, string> Environment()
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal);
        foreach (string name in Exported)
        {
            if (Variables.TryGetValue(name, out string? value))
            {
                environment[name] = value;
            }
        }

        return environment;
    }
}
