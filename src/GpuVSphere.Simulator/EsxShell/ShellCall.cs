using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>A program that runs in the shell of a host.</summary>
internal sealed class ShellCall(HostSystem host, SimulatedInventory inventory, IReadOnlyList<string> words, string input)
{
    public HostSystem Host { get; } = host;

    public SimulatedInventory Inventory { get; } = inventory;

    /// <summary>The name it was called by.</summary>
    public string Program => words[0];

    /// <summary>What stands behind the name.</summary>
    public IReadOnlyList<string> Arguments { get; } = words.Skip(1).ToList();

    public string Input { get; } = input;

    public static ShellResult Says(string text, int status = 0) => new(status, text.Length == 0 || text.EndsWith("\n", System.StringComparison.Ordinal) ? text : text + "\n", string.Empty);

    public static ShellResult Fails(string text, int status = 1) => new(status, string.Empty, text + "\n");
}
