using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>The vmware.log of a VM, in the form that its host's release writes (facts: vim25-gpu.md 5).</summary>
internal sealed class VmLog(VirtualMachine vm, SimulatedInventory inventory)
{
    /// <summary>As many older logs as ESXi keeps by default.</summary>
    private const int Kept = 6;

    private string Current => vm.DirectoryName + "/vmware.log";

    /// <summary>Puts the last log aside as vmware-N.log, with N counting on, and begins a new one.</summary>
    public void Begin()
    {
        if (vm.Datastore.Exists(Current))
        {
            List<int> numbers = Rotated();
            vm.Datastore.Move(Current, RotatedName(numbers.Count == 0 ? 1 : numbers.Max() + 1));
            numbers = Rotated();
            foreach (int old in numbers.OrderBy(n => n).Take(Math.Max(0, numbers.Count - Kept)))
            {
                vm.Datastore.Delete(RotatedName(old));
            }
        }

        EsxRelease release = vm.Host.Release;
        Write("Log for VMware ESX pid=2101234 version=" + release.Version + " build=build-" + release.Build + " option=Release");
        Write("The process is 64-bit.");
        Write("Host is " + vm.Host.Name);
        foreach (KeyValuePair<string, string> line in VmFiles.VmxLines(vm))
        {
            Write("DICT " + line.Key.PadLeft(26) + " = \"" + line.Value + "\"");
        }

        Write("PowerOn");
    }

    public void Bars(IEnumerable<PciFunction> functions)
    {
        long free32 = 0xc0000000;
        long free64 = 0x380000000000;
        foreach (PciFunction function in functions)
        {
            foreach (PciBar bar in function.Card.Bars)
            {
                long address = bar.Is64Bit ? free64 : free32;
                if (bar.Is64Bit)
                {
                    free64 += Math.Max(bar.Size, 0x2000000);
                }
                else
                {
                    free32 += Math.Max(bar.Size, 0x1000000);
                }

                Write(string.Format(
                    CultureInfo.InvariantCulture,
                    "PCIPassthru: Device {0} barIndex {1} type {2} realaddr 0x{3:x} size {4} flags {5}",
                    function.Id, bar.Index, bar.Is64Bit ? 3 : 2, address, bar.Size, bar.Is64Bit ? 12 : 0));
            }
        }
    }

    public void Failed(string module) => Write("Module '" + module + "' power on failed.");

    public void Write(string text) => vm.Datastore.Append(Current, vm.Host.Release.LogLine(inventory.Now, text) + "\n");

    private string RotatedName(int number) => vm.DirectoryName + "/vmware-" + number.ToString(CultureInfo.InvariantCulture) + ".log";

    private List<int> Rotated()
    {
        string prefix = vm.DirectoryName + "/vmware-";
        return vm.Datastore.FilesIn(vm.DirectoryName)
            .Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal) && f.Path.EndsWith(".log", StringComparison.Ordinal))
            .Select(f => int.TryParse(f.Path.Substring(prefix.Length, f.Path.Length - prefix.Length - 4), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)
            .Where(n => n > 0)
            .ToList();
    }
}
