using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;

namespace GpuVSphere.Mmio;

/// <summary>
/// Finds the memory regions of passthrough devices in a vmware.log. It takes lines one by one, so that a log of several GB costs no more memory
/// than a short one, and does not care how ESXi of any version begins its lines.
/// </summary>
public sealed class VmwareLogParser
{
    private const string Passthru = "PCIPassthru:";
    private const string LogBegins = "Log for VMware ESX";
    private const string PowerOnFailed = "power on failed";
    private const string PagesNeeded = "total number of pages needed";
    private const string Dictionary = "DICT";
    private const string KeyPrefix = "pciPassthru.";

    // A host has fewer regions than this in all; a text with more is no vmware.log, and would cost memory.
    private const int MostRegions = 16 * 1024;

    // The texts of which one is in every line that matters.
    private static readonly string[] s_texts = [Passthru, KeyPrefix, PowerOnFailed, LogBegins];
    private static readonly LineFilter s_filter = new(s_texts);

    private Attempt _attempt = new();
    private Attempt? _last;
    private Dictionary<string, string> _keys = new(StringComparer.OrdinalIgnoreCase);
    private int _attempts;
    private bool _hasStartedSince;
    private bool _hasDamaged;
    private bool _isFinished;

    /// <summary>Reads a whole log. The encoding is found out by itself: UTF-8, UTF-16 with or without a byte order mark, or any that keeps ASCII.</summary>
    /// <param name="log">The bytes, read forward once and not closed.</param>
    /// <param name="name">What to call the log in messages.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">NoPciLinesInLog, InvalidBarSize or NotAVmwareLog.</exception>
    public static async Task<VmwareLog> ReadAsync(Stream log, string name, CancellationToken cancellationToken)
    {
        var parser = new VmwareLogParser();
        await LogLineScanner.ScanAsync(log, s_filter, parser.AddOne, cancellationToken).ConfigureAwait(false);
        return parser.Finish(name);
    }

    /// <summary>Reads a whole log that is text already.</summary>
    /// <param name="log">The text, read forward once and not closed.</param>
    /// <param name="name">What to call the log in messages.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">NoPciLinesInLog, InvalidBarSize or NotAVmwareLog.</exception>
    public static async Task<VmwareLog> ReadAsync(TextReader log, string name, CancellationToken cancellationToken)
    {
        var parser = new VmwareLogParser();
        await LogLineScanner.ScanAsync(log, parser.AddOne, cancellationToken).ConfigureAwait(false);
        return parser.Finish(name);
    }

    /// <summary>Reads lines, such as those that come down a pipeline.</summary>
    /// <param name="lines">The lines; one that holds several is taken apart.</param>
    /// <param name="name">What to call the log in messages.</param>
    /// <exception cref="GpuVSphereException">NoPciLinesInLog, InvalidBarSize or NotAVmwareLog.</exception>
    public static VmwareLog Read(IEnumerable<string> lines, string name)
    {
        var parser = new VmwareLogParser();
        foreach (string line in lines)
        {
            parser.AddLine(line);
        }

        return parser.Finish(name);
    }

    /// <summary>Takes the next line of the log.</summary>
    /// <param name="line">A line; when it holds line breaks it is taken apart. Null counts as empty.</param>
    /// <exception cref="GpuVSphereException">NotAVmwareLog: more regions are listed than a host can have.</exception>
    public void AddLine(string? line)
    {
        if (_isFinished)
        {
            throw new InvalidOperationException("The log is finished.");
        }

        string text = line ?? string.Empty;
        if (text.IndexOfAny(['\r', '\n']) < 0)
        {
            AddOne(text);
            return;
        }

        foreach (string one in text.Split('\r', '\n'))
        {
            AddOne(one);
        }
    }

    /// <summary>Ends the log and gives what it says.</summary>
    /// <param name="name">What to call the log in messages.</param>
    /// <exception cref="GpuVSphereException">
    /// NoPciLinesInLog: nothing in it tells of passthrough devices. InvalidBarSize: the last power-on lists a region of a size that cannot be.
    /// </exception>
    public VmwareLog Finish(string name)
    {
        _isFinished = true;
        Close();
        Attempt attempt = _last ?? throw new GpuVSphereException(
            "NoPciLinesInLog",
            GpuErrorCategory.InvalidData,
            $"{name} has no {(_hasDamaged ? "undamaged " : string.Empty)}line that lists the memory regions of a passthrough device ('PCIPassthru: Device ... barIndex ...').",
            name,
            "Take the vmware.log of a power-on that was tried with the GPU attached, or let it be tried: Get-MmioSize -VM <name> -Probe. "
                + "Or ask the catalogue: Get-MmioSize -Model <name> -Count <n>.");
        Region? absurd = attempt.Regions.FirstOrDefault(region => region.SizeBytes > MmioSizing.LargestBarBytes);
        if (absurd is not null)
        {
            throw new GpuVSphereException(
                "InvalidBarSize",
                GpuErrorCategory.InvalidData,
                $"{name} gives BAR{absurd.Index.ToString(CultureInfo.InvariantCulture)} of {absurd.Address} a size of {absurd.SizeText} bytes, which cannot be (at most 16 TB).",
                absurd.Address.ToString(),
                "The log is damaged. Power the VM on once more with the GPU attached and read the new log, or ask the catalogue: Get-MmioSize -Model <name>.");
        }

        return new VmwareLog
        {
            Name = name,
            Devices =
            [
                .. attempt.Regions.GroupBy(region => region.Address).OrderBy(group => group.Key).Select(group => new VmwareLogDevice(
                    group.Key,
                    [.. group.Where(region => region.SizeBytes > 0).OrderBy(region => region.Index).Select(region => new VmwareLogBar(region.Index, region.Type, region.SizeBytes))]))
                    .Where(device => device.Bars.Count > 0),
            ],
            PagesNeeded = attempt.Pages,
            PageLimit = attempt.Limit,
            HasFailed = attempt.HasFailed,
            Settings = MmioKeys.Read(attempt.Keys),
            PowerOns = _attempts,
            HasLaterStartWithoutDevices = _hasStartedSince,
            DamagedLines = attempt.Damaged,
        };
    }

    private void AddOne(string line)
    {
        int passthru = line.IndexOf(Passthru, StringComparison.Ordinal);
        if (passthru >= 0)
        {
            AddPassthru(line.Substring(passthru + Passthru.Length));
        }
        else if (line.IndexOf(PowerOnFailed, StringComparison.Ordinal) >= 0)
        {
            _attempt.HasFailed |= _attempt.HasContent;
            _attempt.IsOver |= _attempt.HasContent;
        }
        else if (line.IndexOf(LogBegins, StringComparison.Ordinal) >= 0)
        {
            Close();
            _keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            _hasStartedSince = _last is not null;
        }
        else if (line.IndexOf(Dictionary, StringComparison.Ordinal) is >= 0 and int dictionary)
        {
            AddKey(line.Substring(dictionary + Dictionary.Length));
        }
    }

    private void AddPassthru(string text)
    {
        if (text.IndexOf(PagesNeeded, StringComparison.OrdinalIgnoreCase) >= 0)
        {
            AddPages(text);
            return;
        }

        string[] words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3 || words[0] != "Device" || words[2] != "barIndex")
        {
            return;
        }

        // "flags" comes last: without it the line was cut, and the size may have been cut too.
        if (PciAddress.TryParse(words[1], out PciAddress address)
            && After(words, "barIndex") is { } index && index is >= 0 and <= 6
            && SizeAfter(words) is { } size
            && Array.IndexOf(words, "flags") >= 0)
        {
            AddRegion(new Region(address, (int)index, (int)(After(words, "type") ?? 0), size.Bytes, size.Text));
        }
        else
        {
            Begin(_attempt.IsOver);
            _attempt.Damaged++;
            _hasDamaged = true;
        }
    }

    private void AddRegion(Region region)
    {
        // The same region for a second time is a second power-on, where a log was filtered so far that nothing else tells them apart.
        Begin(_attempt.IsOver || _attempt.Has(region));
        if (_attempt.Regions.Count >= MostRegions)
        {
            throw new GpuVSphereException(
                "NotAVmwareLog",
                GpuErrorCategory.InvalidData,
                $"The log lists more than {MostRegions.ToString("#,0", CultureInfo.InvariantCulture)} memory regions for one power-on; no host has as many.",
                nextStep: "Give the vmware.log of one VM, as it lies in the VM's folder.");
        }

        _attempt.Add(region);
    }

    private void AddPages(string text)
    {
        long? pages = NumberIn(text, PagesNeeded);
        Begin(_attempt.IsOver);
        if (pages is null or < 1)
        {
            _attempt.Damaged++;
            _hasDamaged = true;
            return;
        }

        _attempt.Pages = pages;
        _attempt.Limit = NumberIn(text, "limit");
        _attempt.HasFailed = true;
        _attempt.IsOver = true;
    }

    private void AddKey(string text)
    {
        int equals = text.IndexOf('=');
        if (equals < 0)
        {
            return;
        }

        string key = text.Substring(0, equals).Trim();
        if (key.StartsWith(KeyPrefix, StringComparison.OrdinalIgnoreCase) && _keys.Count < 256)
        {
            _keys[key] = text.Substring(equals + 1).Trim().Trim('"');
        }
    }

    /// <summary>Makes sure that there is a power-on to add to: a new one when the one before is over.</summary>
    private void Begin(bool isNew)
    {
        if (isNew)
        {
            Close();
        }

        if (!_attempt.HasContent)
        {
            _attempt.Keys = _keys;
            _hasStartedSince = false;
        }
    }

    private void Close()
    {
        if (_attempt.HasContent)
        {
            _last = _attempt;
            _attempts++;
        }

        _attempt = new Attempt();
    }

    private static long? After(string[] words, string name)
    {
        int index = Array.IndexOf(words, name);
        return index >= 0 && index + 1 < words.Length && long.TryParse(words[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? Math.Min(value, int.MaxValue)
            : null;
    }

    /// <summary>The number after "size": one that is too large for 64 bits is kept as the largest there is, so that it is refused and not lost.</summary>
    private static (long Bytes, string Text)? SizeAfter(string[] words)
    {
        int index = Array.IndexOf(words, "size");
        if (index < 0 || index + 1 >= words.Length)
        {
            return null;
        }

        string text = words[index + 1];
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(text.Substring(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hexadecimal) && hexadecimal >= 0
                ? (hexadecimal, text)
                : (long.MaxValue, text);
        }

        return text.Length == 0 || !text.All(character => character is >= '0' and <= '9') ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? (bytes, text)
            : (long.MaxValue, text);
    }

    /// <summary>The number after a text, with or without a bracket before it.</summary>
    private static long? NumberIn(string text, string after)
    {
        int index = text.IndexOf(after, StringComparison.OrdinalIgnoreCase) + after.Length;
        while (index < text.Length && text[index] is ' ' or '(' or ':')
        {
            index++;
        }

        int end = index;
        while (end < text.Length && text[end] is >= '0' and <= '9')
        {
            end++;
        }

        return long.TryParse(text.Substring(index, end - index), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
    }

    private sealed record Region(PciAddress Address, int Index, int Type, long SizeBytes, string SizeText);

    /// <summary>One power-on.</summary>
    private sealed class Attempt
    {
        private readonly HashSet<(PciAddress, int)> _seen = [];

        public List<Region> Regions { get; } = [];

        public Dictionary<string, string> Keys { get; set; } = [];

        public long? Pages { get; set; }

        public long? Limit { get; set; }

        public bool HasFailed { get; set; }

        public bool IsOver { get; set; }

        public int Damaged { get; set; }

        public bool HasContent => Regions.Count > 0 || Pages is not null;

        public bool Has(Region region) => _seen.Contains((region.Address, region.Index));

        public void Add(Region region)
        {
            _seen.Add((region.Address, region.Index));
            Regions.Add(region);
        }
    }
}
