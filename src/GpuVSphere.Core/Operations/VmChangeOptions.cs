using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Mmio;

namespace GpuVSphere.Operations;

/// <summary>How VMs are to be changed. It travels in an intent as text, so that a plan can be performed on another day.</summary>
public sealed record VmChangeOptions
{
    /// <summary>Whether a running VM may be shut down for the change; without it a running VM is refused.</summary>
    public bool PowerOff { get; init; }

    /// <summary>Whether a VM whose guest does not shut down in time, or cannot be asked, is powered off hard.</summary>
    public bool Force { get; init; }

    /// <summary>Whether the VM is powered on afterwards, and its state read back.</summary>
    public bool PowerOn { get; init; }

    /// <summary>Whether no guest is installed yet, so that the firmware may be switched from BIOS to EFI.</summary>
    public bool NoGuestInstalled { get; init; }

    /// <summary>The size to set instead of the computed one, in GB, a power of two from 1 to 1,048,576; null to compute it. An existing larger one stays.</summary>
    public int? MmioSizeGB { get; init; }

    /// <summary>Whether misspelt MMIO keys are removed.</summary>
    public bool RemoveMisspeltKeys { get; init; }

    /// <summary>How long a guest may take to shut down. 5 minutes unless told otherwise.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The ids of rules that do not block.</summary>
    public IReadOnlyList<string> SkipRules { get; init; } = [];

    /// <summary>How many VMs are changed at the same time, 1 to 64.</summary>
    public int MaxParallel { get; init; } = 8;

    internal IReadOnlyDictionary<string, string> ToText()
    {
        var text = new SortedDictionary<string, string>(StringComparer.Ordinal);
        AddFlag(text, nameof(PowerOff), PowerOff);
        AddFlag(text, nameof(Force), Force);
        AddFlag(text, nameof(PowerOn), PowerOn);
        AddFlag(text, nameof(NoGuestInstalled), NoGuestInstalled);
        AddFlag(text, nameof(RemoveMisspeltKeys), RemoveMisspeltKeys);
        if (MmioSizeGB is { } size)
        {
            text[nameof(MmioSizeGB)] = size.ToString(CultureInfo.InvariantCulture);
        }

        text[nameof(ShutdownTimeout)] = ShutdownTimeout.ToString("c", CultureInfo.InvariantCulture);
        text[nameof(MaxParallel)] = MaxParallel.ToString(CultureInfo.InvariantCulture);
        if (SkipRules.Count > 0)
        {
            text[nameof(SkipRules)] = string.Join(",", SkipRules);
        }

        return text;
    }

    internal static VmChangeOptions FromText(IReadOnlyDictionary<string, string> text)
    {
        var defaults = new VmChangeOptions();
        return new VmChangeOptions
        {
            PowerOff = text.ContainsKey(nameof(PowerOff)),
            Force = text.ContainsKey(nameof(Force)),
            PowerOn = text.ContainsKey(nameof(PowerOn)),
            NoGuestInstalled = text.ContainsKey(nameof(NoGuestInstalled)),
            RemoveMisspeltKeys = text.ContainsKey(nameof(RemoveMisspeltKeys)),
            MmioSizeGB = ReadNumber(text, nameof(MmioSizeGB)),
            ShutdownTimeout = text.TryGetValue(nameof(ShutdownTimeout), out string? timeout) && TimeSpan.TryParse(timeout, CultureInfo.InvariantCulture, out TimeSpan span)
                ? span
                : defaults.ShutdownTimeout,
            MaxParallel = Math.Min(64, Math.Max(1, ReadNumber(text, nameof(MaxParallel)) ?? defaults.MaxParallel)),
            SkipRules = text.TryGetValue(nameof(SkipRules), out string? rules) ? rules.Split([','], StringSplitOptions.RemoveEmptyEntries).ToList() : [],
        };
    }

    /// <summary>Refuses values that cannot be.</summary>
    /// <exception cref="GpuVSphereException">InvalidMmioSize: not a power of two within range. InvalidTimeout: negative.</exception>
    internal void Check()
    {
        if (MmioSizeGB is { } size && (size < 1 || size > 1 << 20 || MmioSizing.RoundUpToPowerOfTwo(size) != size))
        {
            throw new GpuVSphereException(
                "InvalidMmioSize",
                GpuErrorCategory.InvalidArgument,
                $"{size} GB cannot be the size of a VM's MMIO window: it is a power of two from 1 to 1048576.",
                size.ToString(CultureInfo.InvariantCulture),
                "Give 64, 128, 256 and so on; Get-MmioSize says what is needed.");
        }

        if (ShutdownTimeout < TimeSpan.Zero)
        {
            throw new GpuVSphereException(
                "InvalidTimeout", GpuErrorCategory.InvalidArgument, "The time for a guest to shut down cannot be negative.", null, "Give it in minutes, such as 5.");
        }
    }

    private static void AddFlag(SortedDictionary<string, string> text, string name, bool isSet)
    {
        if (isSet)
        {
            text[name] = "true";
        }
    }

    private static int? ReadNumber(IReadOnlyDictionary<string, string> text, string name) =>
        text.TryGetValue(name, out string? value) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
