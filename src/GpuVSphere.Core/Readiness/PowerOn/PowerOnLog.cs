using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Mmio;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>What a vmware.log, or a part of one, says of the last power-on in it.</summary>
internal sealed class PowerOnLog
{
    // A log repeats itself; the last lines are those of the last failure.
    private const int MostLines = 200;
    private const int LongestLine = 500;
    private const string Dictionary = "DICT ";
    private static readonly string[] s_keys = ["firmware", "displayName", "memSize", "sched.mem.min"];

    // "firmware = " is padded in the log by blanks before the key, so the key with what follows it is found in every release.
    private static readonly LineFilter s_filter = new(
    [
        .. PowerOnTexts.Telling, PowerOnTexts.LogBegins, "PCIPassthru:", "pciPassthru", "firmware = ", "displayName = ",
    ]);

    private readonly Dictionary<string, string> _keys = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<PowerOnLine> _lines = [];
    private VmwareLogParser _mmio = new();

    private PowerOnLog(string name) => Name = name;

    /// <summary>The log, as the user named it.</summary>
    public string Name { get; }

    /// <summary>The lines that tell of a failure, in their order.</summary>
    public IReadOnlyList<PowerOnLine> Lines => _lines;

    /// <summary>What it says of the devices' memory regions; null when nothing.</summary>
    public VmwareLog? Mmio { get; private set; }

    /// <summary>Whether the last power-on in it failed.</summary>
    public bool HasFailed => _lines.Count > 0;

    /// <summary>Whether it begins a power-on, so that all of that one is in it.</summary>
    public bool HasBegin { get; private set; }

    /// <summary>The VM's name, or null.</summary>
    public string? VmName => Key("displayName");

    /// <summary>bios or efi; null when the log does not print the VM's settings.</summary>
    public string? Firmware => Key("firmware")?.ToLowerInvariant();

    /// <summary>Reads a whole log.</summary>
    /// <param name="log">The bytes, read forward once and not closed.</param>
    /// <param name="name">What to call the log.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<PowerOnLog> ReadAsync(Stream log, string name, CancellationToken cancellationToken)
    {
        var read = new PowerOnLog(name);
        await LogLineScanner.ScanAsync(log, s_filter, read.Add, cancellationToken).ConfigureAwait(false);
        return read.Finish();
    }

    /// <summary>Reads lines, such as those that come down a pipeline.</summary>
    public static PowerOnLog Read(IEnumerable<string> lines, string name)
    {
        var read = new PowerOnLog(name);
        foreach (string line in lines.SelectMany(text => text.Split('\r', '\n')))
        {
            read.Add(line);
        }

        return read.Finish();
    }

    private string? Key(string name) => _keys.TryGetValue(name, out string? value) ? value : null;

    private void Add(string line)
    {
        if (line.IndexOf(PowerOnTexts.LogBegins, StringComparison.Ordinal) >= 0)
        {
            // Another power-on: what the one before said no longer holds.
            _lines.Clear();
            _keys.Clear();
            _mmio = new VmwareLogParser();
            HasBegin = true;
        }

        AddToMmio(line);
        int dictionary = line.IndexOf(Dictionary, StringComparison.Ordinal);
        if (dictionary >= 0)
        {
            AddKey(line.Substring(dictionary + Dictionary.Length));
        }
        else if (PowerOnTexts.Tells(line))
        {
            if (_lines.Count == MostLines)
            {
                _lines.RemoveAt(0);
            }

            string text = line.Trim();
            _lines.Add(new PowerOnLine(text.Length > LongestLine ? text.Substring(0, LongestLine) : text, Name));
        }
    }

    private void AddToMmio(string line)
    {
        try
        {
            _mmio.AddLine(line);
        }
        catch (GpuVSphereException)
        {
            // More regions than a host can have: what else the log says is read on.
            _mmio = new VmwareLogParser();
        }
    }

    private void AddKey(string text)
    {
        int equals = text.IndexOf('=');
        string key = equals < 0 ? string.Empty : text.Substring(0, equals).Trim();
        if (s_keys.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            _keys[key] = text.Substring(equals + 1).Trim().Trim('"');
        }
    }

    private PowerOnLog Finish()
    {
        try
        {
            Mmio = _mmio.Finish(Name);
        }
        catch (GpuVSphereException)
        {
            // It has no line that lists regions, or a damaged one: other lines may tell the cause.
        }

        return this;
    }
}
