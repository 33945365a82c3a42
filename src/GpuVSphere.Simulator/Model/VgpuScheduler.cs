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

    /// <summary>The branch of vGPU 15.0, the first whose schedulers are strict unless told otherwise (NVIDIA AI Enterprise user guide, scheduling policies).</summary>
    private const int FirstStrictBranch = 525;

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
                    return FromRegistry(host, own);
                }
            }
        }

        string? all = line.Split([' '], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(each => each.StartsWith("NVreg_RegistryDwords=", StringComparison.Ordinal));
        return all is not null && Value(all.Substring("NVreg_RegistryDwords=".Length)) is { } value ? FromRegistry(host, value) : BestEffort;
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
    /// What the value of the registry key RmPVMRL means: bit 0 a scheduler other than best effort, bits 4 to 7 which one (0 equal share, 1 fixed share), the
    /// byte at 0x00TT0000 the time slice in milliseconds, 30 at most; strict round-robin takes bits 12 to 21 for its frequency instead, 63 to 960 Hz.
    /// </summary>
    private static VgpuScheduler FromRegistry(HostSystem host, uint value)
    {
        if ((value & 1) == 0 || (value >> 4 & 0xf) > 1)
        {
            return BestEffort;
        }

        bool isStrict = host.Inventory.Options.HasStrictRoundRobin && (value & 2) == 0 && GpuDriver.Of(host) is { Branch: >= FirstStrictBranch };
        long hertz = value >> 12 & 0x3ff;
        long slice = !isStrict ? Math.Min(value >> 16 & 0xff, 30) * 1_000_000L
            : hertz == 0 ? 0
            : 1_000_000_000L / Math.Max(63, Math.Min(960, hertz));
        return new VgpuScheduler((value >> 4 & 0xf) == 1 ? 3 : 2, slice);
    }
}
