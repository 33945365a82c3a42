using System;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;

namespace GpuVSphere.Vgpu;

/// <summary>A mode of a GPU that nvidia-smi switches: what is configured may wait for a reboot to be in force. There are two, ECC and MIG.</summary>
internal sealed class GpuMode
{
    private readonly Func<NvidiaSmiGpu, bool?> _current;
    private readonly Func<NvidiaSmiGpu, bool?> _pending;
    private readonly string _option;

    private GpuMode(string intentKind, string name, string errorName, string option, Func<NvidiaSmiGpu, bool?> current, Func<NvidiaSmiGpu, bool?> pending)
    {
        IntentKind = intentKind;
        Name = name;
        ErrorName = errorName;
        _option = option;
        _current = current;
        _pending = pending;
    }

    /// <summary>ECC: error-correcting memory.</summary>
    public static GpuMode Ecc { get; } = new("GpuEcc", "ECC", "Ecc", "-e", gpu => gpu.EccCurrent, gpu => gpu.EccPending)
    {
        EnableAction = ReadinessAction.EnableEcc,
        DisableAction = ReadinessAction.DisableEcc,
        AlwaysNeedsReboot = true,
    };

    /// <summary>MIG: a GPU parted into instances.</summary>
    public static GpuMode Mig { get; } = new("GpuMig", "MIG mode", "Mig", "-mig", gpu => gpu.MigCurrent, gpu => gpu.MigPending)
    {
        EnableAction = ReadinessAction.SetMig,
        DisableAction = ReadinessAction.SetMig,
    };

    /// <summary>The kind of the intents.</summary>
    public string IntentKind { get; }

    /// <summary>The name in texts.</summary>
    public string Name { get; }

    /// <summary>The name in ids of errors and rules.</summary>
    public string ErrorName { get; }

    /// <summary>For which rules switching it on asks.</summary>
    public ReadinessAction EnableAction { get; private init; }

    /// <summary>For which rules switching it off asks.</summary>
    public ReadinessAction DisableAction { get; private init; }

    /// <summary>Whether it never takes effect without a reboot; else the host shows it.</summary>
    public bool AlwaysNeedsReboot { get; private init; }

    public bool? Current(NvidiaSmiGpu gpu) => _current(gpu);

    public bool? Pending(NvidiaSmiGpu gpu) => _pending(gpu);

    /// <summary>The command that switches a GPU.</summary>
    public string Command(PciAddress address, bool enabled) => $"nvidia-smi -i {address} {_option} {(enabled ? "1" : "0")}";

    /// <summary>The property of a plan for what is configured.</summary>
    public string Configured(PciAddress address) => $"{Name} of {address}";

    /// <summary>The property of a plan for what is in force.</summary>
    public string InForce(PciAddress address) => $"{Name} of {address} in force";

    /// <summary>A state as plans, intents and the journal write it; null for a GPU without the mode.</summary>
    public static string? Text(bool? enabled) => enabled switch { true => "enabled", false => "disabled", _ => null };
}
