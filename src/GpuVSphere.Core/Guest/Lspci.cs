using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Guest;

/// <summary>Reads <c>lspci -D -nn -vv</c>, and what is left of it without the segment, the ids or the indentation.</summary>
internal static class Lspci
{
    /// <summary>What is asked: NVIDIA's devices with ids, regions and drivers. Without root's rights lspci leaves capabilities away, not these.</summary>
    public const string Command = "lspci -D -nn -vv -d 10de:";

    private const RegexOptions Plain = RegexOptions.CultureInvariant;

    // Display controllers: VGA 0300, 3D 0302, other 0380. A GPU's sound, USB and serial functions, and bridges, are none.
    private static readonly Regex s_device = new(
        @"^(?<address>([0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) (?<class>[^:\[]+?)(?: \[(?<code>[0-9a-f]{4})\])?: (?<name>.+)$", Plain | RegexOptions.IgnoreCase);

    private static readonly Regex s_ids = new(@"\[(?<vendor>[0-9a-f]{4}):(?<device>[0-9a-f]{4})\]", Plain | RegexOptions.IgnoreCase);

    private static readonly Regex s_region = new(@"^Region (?<index>[0-5]): (?:\[virtual\] )?Memory at (?<at>\S+)", Plain);

    private static readonly Regex s_size = new(@"\[size=(?<size>[0-9]+[KMGT]?)\]", Plain);

    /// <summary>The GPUs in the text, in its order.</summary>
    public static IReadOnlyList<GuestGpuDevice> Read(string text)
    {
        List<GuestGpuDevice> gpus = [];
        bool isGpu = false;
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
        {
            if (s_device.Match(line) is { Success: true } device)
            {
                isGpu = IsDisplay(device.Groups["class"].Value, device.Groups["code"].Value) && IsNvidia(device.Groups["name"].Value);
                if (isGpu)
                {
                    gpus.Add(Of(device));
                }
            }
            else if (isGpu)
            {
                gpus[gpus.Count - 1] = With(gpus[gpus.Count - 1], line);
            }
        }

        return gpus;
    }

    private static GuestGpuDevice Of(Match device)
    {
        string name = device.Groups["name"].Value;
        Match ids = s_ids.Match(name);
        string address = device.Groups["address"].Value.ToLowerInvariant();
        return new GuestGpuDevice
        {
            Address = address.IndexOf(':') == address.LastIndexOf(':') ? "0000:" + address : address,
            Name = NameOf(name, ids.Success ? ids.Index : name.Length),
            DeviceId = ids.Success ? ushort.Parse(ids.Groups["device"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : null,
            IsGone = name.IndexOf("(rev ff)", StringComparison.OrdinalIgnoreCase) >= 0,
        };
    }

    private static GuestGpuDevice With(GuestGpuDevice gpu, string line)
    {
        if (s_region.Match(line) is { Success: true } region)
        {
            // What has no address is written <unassigned>, <ignored> or <invalid-...>, by the version of lspci.
            string at = region.Groups["at"].Value;
            bool isAssigned = at[0] != '<' && at.Any(digit => digit != '0') && line.IndexOf("[virtual]", StringComparison.Ordinal) < 0;
            var bar = new GuestPciBar(
                int.Parse(region.Groups["index"].Value, CultureInfo.InvariantCulture),
                isAssigned,
                isAssigned ? at : null,
                s_size.Match(line) is { Success: true } size ? size.Groups["size"].Value : null);
            return gpu with { Bars = [.. gpu.Bars, bar] };
        }

        const string DriverWords = "Kernel driver in use:";
        return line.StartsWith(DriverWords, StringComparison.Ordinal) ? gpu with { Driver = line.Substring(DriverWords.Length).Trim() }
            : line.IndexOf("Unknown header type 7f", StringComparison.Ordinal) >= 0 ? gpu with { IsGone = true }
            : gpu;
    }

    private static bool IsDisplay(string words, string code) => code.Length > 0
        ? code.StartsWith("03", StringComparison.Ordinal)
        : words is "VGA compatible controller" or "3D controller" or "Display controller";

    private static bool IsNvidia(string name) => name.IndexOf("NVIDIA", StringComparison.OrdinalIgnoreCase) >= 0 || name.IndexOf("[10de:", StringComparison.OrdinalIgnoreCase) >= 0;

    // "NVIDIA Corporation GP100GL [Tesla P100 PCIe 16GB] [10de:15f8] (rev a1)": people know it by what stands in brackets.
    private static string NameOf(string text, int end)
    {
        string name = text.Substring(0, end).Trim();
        int revision = name.IndexOf(" (rev ", StringComparison.Ordinal);
        name = revision < 0 ? name : name.Substring(0, revision);
        int open = name.LastIndexOf('[');
        int close = name.LastIndexOf(']');
        const string Vendor = "NVIDIA Corporation ";
        return open >= 0 && close > open + 1 ? name.Substring(open + 1, close - open - 1)
            : name.StartsWith(Vendor, StringComparison.Ordinal) ? "NVIDIA " + name.Substring(Vendor.Length)
            : name;
    }
}
