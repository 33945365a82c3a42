using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>How far a change of hosts may go, and how long it may take. The default reboots nothing and powers nothing off.</summary>
public sealed record HostChangeOptions
{
    /// <summary>Whether a host is put into maintenance mode and rebooted when the change needs it. Without it the change is staged.</summary>
    public bool Reboot { get; init; }

    /// <summary>Whether running VMs that cannot be moved are shut down through their guest, and started again afterwards.</summary>
    public bool PowerOff { get; init; }

    /// <summary>Whether a VM that cannot be shut down through its guest, or not in time, is powered off hard.</summary>
    public bool Force { get; init; }

    /// <summary>What vSAN does with the host's data.</summary>
    public VsanDecommissionMode VsanMode { get; init; } = VsanDecommissionMode.EnsureObjectAccessibility;

    /// <summary>How long a host may take to come back after its reboot: 30 minutes, since a server with many GPUs boots slowly.</summary>
    public TimeSpan RebootTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long entering maintenance mode may take, moving VMs away included: 30 minutes.</summary>
    public TimeSpan MaintenanceTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long the guests may take to shut down: 10 minutes.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many hosts of one cluster may be down at a time: 1 or more.</summary>
    public int MaxDownPerCluster { get; init; } = 1;

    /// <summary>Rules that the user overrides, by id.</summary>
    public IReadOnlyList<string> SkipRules { get; init; } = [];

    /// <summary>Writes the options as the text that an intent holds. What is as by default is left out.</summary>
    public IReadOnlyDictionary<string, string> ToOptions()
    {
        HostChangeOptions usual = new();
        Dictionary<string, string> options = new(StringComparer.Ordinal);
        Add("reboot", Reboot, usual.Reboot, "true");
        Add("powerOff", PowerOff, usual.PowerOff, "true");
        Add("force", Force, usual.Force, "true");
        Add("vsanMode", VsanMode, usual.VsanMode, VsanMode.ToString());
        Add("rebootTimeout", RebootTimeout, usual.RebootTimeout, Text(RebootTimeout));
        Add("maintenanceTimeout", MaintenanceTimeout, usual.MaintenanceTimeout, Text(MaintenanceTimeout));
        Add("shutdownTimeout", ShutdownTimeout, usual.ShutdownTimeout, Text(ShutdownTimeout));
        Add("maxDownPerCluster", MaxDownPerCluster, usual.MaxDownPerCluster, MaxDownPerCluster.ToString(CultureInfo.InvariantCulture));
        Add("skipRules", SkipRules.Count > 0, false, string.Join(",", SkipRules));
        return options;

        void Add<T>(string name, T value, T byDefault, string text)
        {
            if (!EqualityComparer<T>.Default.Equals(value, byDefault))
            {
                options[name] = text;
            }
        }
    }

    /// <summary>The names that the options have as text.</summary>
    internal static IReadOnlyCollection<string> Names { get; } =
        ["reboot", "powerOff", "force", "vsanMode", "rebootTimeout", "maintenanceTimeout", "shutdownTimeout", "maxDownPerCluster", "skipRules"];

    /// <summary>Reads the options of an intent. Names that are not known here are left to others.</summary>
    /// <param name="options">The intent's options.</param>
    /// <exception cref="GpuVSphereException">OptionInvalid: a value cannot be read, or is out of range.</exception>
    public static HostChangeOptions FromOptions(IReadOnlyDictionary<string, string> options)
    {
        HostChangeOptions usual = new();
        HostChangeOptions read = new()
        {
            Reboot = Flag("reboot"),
            PowerOff = Flag("powerOff"),
            Force = Flag("force"),
            VsanMode = !options.TryGetValue("vsanMode", out string? mode) ? usual.VsanMode
                : Enum.TryParse(mode, true, out VsanDecommissionMode vsanMode) && Enum.IsDefined(typeof(VsanDecommissionMode), vsanMode) ? vsanMode
                : throw Invalid("vsanMode", mode, "NoAction, EnsureObjectAccessibility or EvacuateAllData"),
            RebootTimeout = Time("rebootTimeout", usual.RebootTimeout),
            MaintenanceTimeout = Time("maintenanceTimeout", usual.MaintenanceTimeout),
            ShutdownTimeout = Time("shutdownTimeout", usual.ShutdownTimeout),
            MaxDownPerCluster = !options.TryGetValue("maxDownPerCluster", out string? down) ? usual.MaxDownPerCluster
                : int.TryParse(down, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
                : throw Invalid("maxDownPerCluster", down, "a whole number"),
            SkipRules = !options.TryGetValue("skipRules", out string? rules) ? []
                : rules.Split(',').Select(rule => rule.Trim()).Where(rule => rule.Length > 0).ToArray(),
        };
        read.Validate();
        return read;

        bool Flag(string name) => options.TryGetValue(name, out string? text)
            && (bool.TryParse(text, out bool value) ? value : throw Invalid(name, text, "true or false"));

        TimeSpan Time(string name, TimeSpan byDefault) => !options.TryGetValue(name, out string? text) ? byDefault
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value) ? value
            : throw Invalid(name, text, "a time such as 00:30:00");
    }

    /// <summary>Refuses options that cannot be meant.</summary>
    /// <exception cref="GpuVSphereException">OptionInvalid: a time-out of zero or less, or fewer than one host down per cluster.</exception>
    public void Validate()
    {
        Positive("rebootTimeout", RebootTimeout);
        Positive("maintenanceTimeout", MaintenanceTimeout);
        Positive("shutdownTimeout", ShutdownTimeout);
        if (MaxDownPerCluster < 1)
        {
            throw Invalid("maxDownPerCluster", MaxDownPerCluster.ToString(CultureInfo.InvariantCulture), "1 or more");
        }

        static void Positive(string name, TimeSpan value)
        {
            if (value <= TimeSpan.Zero)
            {
                throw Invalid(name, Text(value), "a time above zero");
            }
        }
    }

    private static string Text(TimeSpan time) => time.ToString("c", CultureInfo.InvariantCulture);

    private static GpuVSphereException Invalid(string name, string value, string expected) => new(
        "OptionInvalid",
        GpuErrorCategory.InvalidArgument,
        $"The option {name} is '{value}'; {expected} is expected.",
        name,
        $"Give {name} as {expected}.");
}
