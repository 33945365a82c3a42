using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Vgpu;

/// <summary>What was read of a host's schedulers.</summary>
internal sealed record SchedulerState
{
    // set-scheduler-state is in NVIDIA's user guide from vGPU 17 on; which release had it first is not documented.
    private const int FirstLiveBranch = 550;

    public required SchedulerParameters Parameters { get; init; }

    /// <summary>The driver that runs; null when it could not be told.</summary>
    public DriverVersion? Driver { get; init; }

    /// <summary>What is in force by GPU, as far as the host told it; null for a GPU that has no scheduler, as in MIG mode.</summary>
    public IReadOnlyDictionary<PciAddress, SchedulerSetting?> InForce { get; init; } = new Dictionary<PciAddress, SchedulerSetting?>();

    /// <summary>Whether the host's shell answered.</summary>
    public bool HasShell { get; init; }

    /// <summary>Why what is in force could not be read; null when it was, or when it was not asked for.</summary>
    public GpuVSphereException? Trouble { get; init; }

    /// <summary>When the host booted; null when it does not say.</summary>
    public DateTimeOffset? BootTime { get; init; }

    /// <summary>Whether the driver can be told while it runs.</summary>
    public bool CanSetLive => HasShell && Driver is { Branch: >= FirstLiveBranch };

    public static bool IsLiveDriver(DriverVersion? driver) => driver is null or { Branch: >= FirstLiveBranch };

    public static string ConfiguredProperty(PciAddress address) => $"scheduler of {address}";

    public static string InForceProperty(PciAddress address) => $"scheduler of {address} in force";

    public const string ParametersProperty = "parameters of the module nvidia";

    /// <summary>What is configured for a GPU, in words, with the value where one is set.</summary>
    public string Configured(PciAddress address) => Words(Parameters.ValueOf(address));

    public string Words(uint? value)
    {
        string words = SchedulerValue.Decode(value, Driver)?.ToString() ?? "unknown policy";
        return value is { } set ? $"{words} ({SchedulerValue.Text(set)})" : words;
    }

    /// <summary>The present values of everything a plan may name.</summary>
    public IReadOnlyDictionary<string, string?> Values(IEnumerable<PciAddress> gpus)
    {
        Dictionary<string, string?> values = new(StringComparer.Ordinal) { [ParametersProperty] = LineOrNull(Parameters) };
        foreach (PciAddress address in gpus)
        {
            values[ConfiguredProperty(address)] = Configured(address);
            values[InForceProperty(address)] = InForce.TryGetValue(address, out SchedulerSetting? setting) ? setting?.ToString() : null;
        }

        return values;
    }

    public static string? LineOrNull(SchedulerParameters parameters) => parameters.Line is { Length: > 0 } line ? line : null;

    /// <summary>The GPUs as objects.</summary>
    public IReadOnlyList<VgpuScheduler> Gpus(GpuHost host) => [.. host.Devices.Where(device => !device.IsActive).OrderBy(device => device.Address).Select(device =>
    {
        uint? value = Parameters.ValueOf(device.Address);
        SchedulerSetting? configured = SchedulerValue.Decode(value, Driver);
        bool isTold = InForce.TryGetValue(device.Address, out SchedulerSetting? current);
        return new VgpuScheduler
        {
            HostId = host.Id,
            HostName = host.Name,
            ServerName = host.ServerName,
            Address = device.Address,
            Name = device.Model ?? device.Name,
            Policy = configured?.Policy,
            TimeSliceMs = configured?.TimeSliceMs,
            RegistryValue = value is { } set ? SchedulerValue.Text(set) : null,
            IsOwn = Parameters.ValueOfAlone(device.Address) is not null,
            CurrentPolicy = current?.Policy,
            CurrentTimeSliceMs = current?.TimeSliceMs,
            DriverVersion = Driver?.ToString(),
            IsRebootPending = isTold ? current is not null && !SchedulerValue.MayBe(value, current, Driver) : null,
        };
    })];
}
