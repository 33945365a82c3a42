using System;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Simulator.Model.Software;

namespace GpuVSphere.Simulator.Model;

/// <summary>How the vGPUs of a GPU share its time (facts: vim25-gpu.md 8; samples/esxi-dmesg-nvrm-scheduler.txt).</summary>
/// <param name="Policy">1 best effort, 2 equal share, 3 fixed share.</param>
/// <param name="TimesliceNs">The time slice in nanoseconds; 0 is the driver's own choice.</param>
internal sealed record VgpuScheduler(int Policy, long TimesliceNs)
{
    public static VgpuScheduler BestEffort { get; } = new(1, 0);

    private static readonly Regex s_key = new(@"(?:^|[;""\s=])RmPVMRL=(0x[0-9a-fA-F]+|\d+)", RegexOptions.CultureInvariant);

    private static readonly Regex s_device = new(@"pci=(?<address>[0-9a-fA-F:.]+)(?<keys>(?:;(?!pci=)[^;""\s]+)*)", RegexOptions.CultureInvariant);

    /// <summary>Whether each vGPU has its part whether the others work or not.</summary>
    public bool IsFixedShare => Policy == 3;

    /// <summary>The kernel log's name for it.</summary>
    public string Name => Policy switch { 2 => "EQUAL_SHARE", 3 => "FIXED_SHARE", _ => "BEST_EFFORT" };

    /// <summary>
    /// What the module's parameters in force make of a GPU: NVreg_RegistryDwordsPerDevice for the one at an address before NVreg_RegistryDwords for all.
    /// </summary>
    public static VgpuScheduler AtBoot(HostSystem host, PciFunction function)
    {
        string line = host.Software.ModuleParametersInForce.TryGetValue(HostSoftware.NvidiaModule, out string? set) ? set : string.Empty;
        foreach (string word in line.Split([' '], StringSplitOptions.RemoveEmptyEntries).Where(each => each.StartsWith("NVreg_RegistryDwordsPerDevice=", StringComparison.Ordinal)))
        {
            foreach (Match device in s_device.Matches(word))
            {
                if (PciId.TryParse(device.Groups["address"].Value, out PciId id) && id == function.Id && Value(device.Groups["keys"].Value) is { } own)
                {
                    return FromRegistry(own);
                }
            }
        }

        string? all = line.Split([' '], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(each => each.StartsWith("NVreg_RegistryDwords=", StringComparison.Ordinal));
        return all is not null && Value(all.Substring("NVreg_RegistryDwords=".Length)) is { } value ? FromRegistry(value) : BestEffort;
    }

    private static uint? Value(string keys)
    {
        Match found = s_key.Match(keys);
        if (!found.Success)
        {
            return null;
        }

        string text = found.Groups[1].Value;
        return text.StartsWith("0x", StringComparison.Ordinal)
            ? uint.Parse(text.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// What the value of the registry key RmPVMRL means: the low byte 0x00 best effort, 0x01 equal share, 0x11 fixed share; the byte at 0x00TT0000
    /// is the time slice in milliseconds.
    /// </summary>
    public static VgpuScheduler FromRegistry(uint value)
    {
        long slice = (value >> 16 & 0xff) * 1_000_000L;
        return (value & 0xff) switch
        {
            0x01 => new VgpuScheduler(2, slice),
            0x11 => new VgpuScheduler(3, slice),
            _ => BestEffort,
        };
    }
}
