using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Guest;

namespace GpuVSphere.Simulator;

/// <summary>The state of the guest in a simulated VM, past every login.</summary>
public sealed class RawGuest
{
    private readonly VirtualMachine _vm;
    private readonly SimulatedInventory _inventory;

    internal RawGuest(VirtualMachine vm, SimulatedInventory inventory)
    {
        _vm = vm;
        _inventory = inventory;
    }

    /// <summary>Its address in the guests' network.</summary>
    public string Address => Read(guest => guest.Address);

    /// <summary>Whether it runs, and VMware Tools in it.</summary>
    public bool IsUp => Read(guest => guest.IsUp);

    /// <summary>How often it has booted.</summary>
    public int Boots => Read(guest => guest.Boots);

    /// <summary>The loaded kernel modules.</summary>
    public IReadOnlyList<string> Modules => Read(guest => guest.Modules.ToList());

    /// <summary>The installed packages.</summary>
    public IReadOnlyList<string> Packages => Read(guest => guest.Packages.Keys.OrderBy(name => name, StringComparer.Ordinal).ToList());

    /// <summary>What the running processes were started with.</summary>
    public IReadOnlyList<string> Processes => Read(guest => guest.Processes.Select(process => process.CommandLine).ToList());

    /// <summary>A file as text; null when it is not there.</summary>
    /// <param name="path">Its absolute path; of Windows such as <c>C:\Windows\x.ini</c>.</param>
    public string? ReadFile(string path) => Read(guest => guest.Files.Text(PathOf(guest, path)));

    /// <summary>The mode and the owner of a file, such as <c>0644 root</c>; null when it is not there.</summary>
    /// <param name="path">Its absolute path.</param>
    public string? ModeOf(string path) => Read(guest => guest.Files.Find(PathOf(guest, path)) is { } file ? file.ModeText + " " + file.Owner : null);

    /// <summary>The names in a folder.</summary>
    /// <param name="path">Its absolute path.</param>
    public IReadOnlyList<string> ListFiles(string path) => Read(guest => guest.Files.List(PathOf(guest, path)));

    private static string PathOf(SimulatedGuest guest, string path) => guest.Family == GuestFamily.Windows ? WindowsCommand.PathOf(path) : path;

    private T Read<T>(Func<SimulatedGuest, T> read)
    {
        lock (_inventory.Gate)
        {
            return read(_vm.Guest);
        }
    }
}
