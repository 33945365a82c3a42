using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Smi;

namespace GpuVSphere.Vgpu;

/// <summary>From what is wanted of a host's GPUs and what nvidia-smi says of them, to what is to be changed. Pure.</summary>
internal sealed class GpuModePlanner
{
    private readonly GpuMode _mode;
    private readonly HostProposal _proposal;
    private readonly IReadOnlyList<NvidiaSmiGpu> _gpus;
    private readonly ILookup<int, MigProfile> _profiles;

    private GpuModePlanner(GpuMode mode, HostProposal proposal, IReadOnlyList<NvidiaSmiGpu> gpus, ILookup<int, MigProfile> profiles)
    {
        _mode = mode;
        _proposal = proposal;
        _gpus = gpus;
        _profiles = profiles;
    }

    private PlanTarget Target => _proposal.Target;

    private GpuHost Host => _proposal.Host;

    /// <summary>Plans one host.</summary>
    public static HostProposal Plan(
        GpuMode mode,
        HostSubject subject,
        HostChangeOptions options,
        IReadOnlyList<GpuModeWish> wishes,
        IReadOnlyList<NvidiaSmiGpu> gpus,
        ILookup<int, MigProfile> profiles,
        OperationContext context)
    {
        HostProposal proposal = new(subject, options);
        new GpuModePlanner(mode, proposal, gpus, profiles).Plan(wishes, context);
        return proposal;
    }

    private void Plan(IReadOnlyList<GpuModeWish> wanted, OperationContext context)
    {
        if (!Host.IsConnected)
        {
            Check(_mode.DisableAction, [], mayReboot: false);
            _proposal.Change = new GpuModeChange(_mode, Target, Host, context);
            return;
        }

        List<(GpuDevice Device, NvidiaSmiGpu Gpu, GpuModeWish Wish)> wishes = [];
        foreach (GpuModeWish wish in wanted)
        {
            if (Find(wish) is (GpuDevice device, NvidiaSmiGpu gpu))
            {
                wishes.Add((device, gpu, Allowed(device, gpu, wish)));
            }
        }

        // What is configured is switched; what is in force says whether a reboot is needed for it.
        List<(GpuDevice Device, NvidiaSmiGpu Gpu, GpuModeWish Wish)> switching = [.. wishes.Where(one => one.Wish.Enabled is { } enabled && _mode.Pending(one.Gpu) != enabled)];
        List<(GpuDevice Device, NvidiaSmiGpu Gpu, GpuModeWish Wish)> arriving = [.. wishes.Where(one => one.Wish.Enabled is { } enabled && _mode.Current(one.Gpu) != enabled)];
        List<GpuDevice> waiting = [.. arriving.Except(switching).Select(one => one.Device)];
        List<(GpuDevice Device, NvidiaSmiGpu Gpu, GpuModeWish Wish)> parting = [.. wishes.Where(one => one.Wish.Instances is { } instances && Text(one.Gpu) != GpuModeWish.InstancesText(instances))];

        bool isRebooted = arriving.Count > 0 && _proposal.Options.Reboot;
        Check(_mode.EnableAction, [.. switching.Where(one => one.Wish.Enabled == true).Select(one => one.Device)], isRebooted);
        Check(_mode.DisableAction, [.. switching.Where(one => one.Wish.Enabled == false).Select(one => one.Device)], isRebooted);
        Check(ReadinessAction.SetMig, [.. parting.Select(one => one.Device)], isRebooted);
        foreach ((GpuDevice device, NvidiaSmiGpu gpu, GpuModeWish wish) in parting)
        {
            CheckInstances(device, gpu, wish);
        }

        foreach ((GpuDevice device, NvidiaSmiGpu gpu, GpuModeWish wish) in switching)
        {
            _proposal.Row(null, _mode.Configured(device.Address), GpuMode.Text(_mode.Pending(gpu)), GpuMode.Text(wish.Enabled));
            if (wish.Enabled == false && gpu.MigInstances.Count > 0 && _mode == GpuMode.Mig)
            {
                _proposal.Tell($"the GPU instances of {device.Address} ({Text(gpu)}) are gone with MIG mode");
            }
        }

        foreach ((GpuDevice device, NvidiaSmiGpu gpu, GpuModeWish wish) in parting)
        {
            _proposal.Row(null, GpuModeWish.InstancesOf(device.Address), Text(gpu), GpuModeWish.InstancesText(wish.Instances!));
            _proposal.Tell($"the GPU instances of {device.Address} last until the next reboot of the host");
        }

        if (isRebooted)
        {
            _proposal.AddReboot();
            foreach ((GpuDevice device, NvidiaSmiGpu gpu, GpuModeWish wish) in arriving)
            {
                _proposal.Row(
                    HostProposal.RebootBarrier,
                    _mode.InForce(device.Address),
                    GpuMode.Text(_mode.Current(gpu)),
                    GpuMode.Text(wish.Enabled),
                    ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot);
            }
        }
        else if (switching.Any(arriving.Contains))
        {
            _proposal.Tell(_mode.AlwaysNeedsReboot
                ? "is configured and not rebooted: add -Reboot to bring the change into force, or reboot the host yourself"
                : "may wait for a reboot, as the GPU's generation has it: what is pending is said then, and -Reboot brings it into force");
        }

        _proposal.Change = new GpuModeChange(_mode, Target, Host, context)
        {
            Wishes = [.. wishes.Select(one => one.Wish)],
            Switched = [.. switching.Select(one => one.Wish)],
            Parted = [.. parting.Select(one => one.Wish)],
            NeedsReboot = arriving.Count > 0,
            Pending = waiting.Count > 0 && !_proposal.Options.Reboot
                ? $"{_mode.Name} is configured and waits for a reboot of {Target.Name}: {string.Join(", ", waiting.Select(device => device.Address))}. Reboot it, or run the command again with -Reboot."
                : null,
            Fields =
            [
                .. switching.Select(one => new JournalField(one.Device.Address.ToString(), GpuMode.Text(_mode.Pending(one.Gpu)), GpuMode.Text(one.Wish.Enabled))),
                .. parting.Select(one => new JournalField(GpuModeWish.InstancesPrefix + one.Device.Address, Text(one.Gpu), GpuModeWish.InstancesText(one.Wish.Instances!))),
            ],
        };
    }

    private static string? Text(NvidiaSmiGpu gpu) => GpuModeWish.InstancesText(gpu.MigInstances.Select(instance => instance.Profile));

    private (GpuDevice Device, NvidiaSmiGpu Gpu)? Find(GpuModeWish wish)
    {
        if (_proposal.FindVisible(wish.Address, $"and not visible to the host: its {_mode.Name} is set in the guest that has it") is not { } device)
        {
            return null;
        }

        if (_gpus.FirstOrDefault(gpu => gpu.Address == wish.Address) is not { } gpu)
        {
            _proposal.Refuse(
                "DEVICE-VISIBLE",
                "GpuNotInDriver",
                GpuErrorCategory.InvalidState,
                $"NVIDIA's driver on {Target.Name} does not show {device.Address} ({device.Model ?? device.Name}).",
                $"Get-NvidiaSmi -VMHost {Typed.Name(Target.Name)} shows what it has; look for NVRM in the host's /var/log/vmkernel.log.");
            return null;
        }

        if (_mode.Pending(gpu) is null || _mode.Current(gpu) is null)
        {
            _proposal.Refuse(
                _mode == GpuMode.Ecc ? "ECC-CAPABLE" : "MIG-CAPABLE",
                _mode.ErrorName + "NotSupported",
                GpuErrorCategory.NotSupported,
                $"{device.Address} ({device.Model ?? gpu.Name}) on {Target.Name} has no {_mode.Name}{(_mode == GpuMode.Mig ? ": it came with A30 and A100" : string.Empty)}.",
                $"Get-Gpu{_mode.ErrorName} -VMHost {Typed.Name(Target.Name)} shows which GPUs have it.");
            return null;
        }

        return (device, gpu);
    }

    // An undo leaves alone what somebody changed since.
    private GpuModeWish Allowed(GpuDevice device, NvidiaSmiGpu gpu, GpuModeWish wish)
    {
        IReadOnlyDictionary<string, string> wanted = _proposal.Subject.Intent.Wanted;
        if (wish.Enabled is not null && !IntentConditions.Allows(wanted, device.Address.ToString(), GpuMode.Text(_mode.Pending(gpu))))
        {
            _proposal.NoteChangedSince($"{device.Address} on {Target.Name}", $"its {_mode.Name} is {GpuMode.Text(_mode.Pending(gpu))}");
            wish = wish with { Enabled = null };
        }

        if (wish.Instances is not null && !IntentConditions.Allows(wanted, GpuModeWish.InstancesPrefix + device.Address, Text(gpu)))
        {
            _proposal.NoteChangedSince($"{device.Address} on {Target.Name}", $"its GPU instances are {Text(gpu) ?? "none"}");
            wish = wish with { Instances = null };
        }

        return wish;
    }

    private void CheckInstances(GpuDevice device, NvidiaSmiGpu gpu, GpuModeWish wish)
    {
        if (gpu.MigCurrent != true)
        {
            _proposal.Refuse(
                "MIG-IN-FORCE",
                "MigNotInForce",
                GpuErrorCategory.InvalidState,
                $"{device.Address} on {Target.Name} is not in MIG mode{(gpu.MigPending == true ? " yet: that waits for a reboot" : string.Empty)}, and only a GPU that is can be parted.",
                $"Set-GpuMig -VMHost {Typed.Name(Target.Name)} -Device {device.Address} -Enabled $true -Reboot, then ask for the instances.");
            return;
        }

        MigProfile[] profiles = [.. _profiles[gpu.Index]];
        int findings = _proposal.Findings.Count;
        foreach (IGrouping<string, string> asked in wish.Instances!.GroupBy(profile => profile).Where(_ => profiles.Length > 0))
        {
            MigProfile? profile = profiles.FirstOrDefault(profile => string.Equals(profile.Name, asked.Key, System.StringComparison.OrdinalIgnoreCase));
            if (profile is null)
            {
                _proposal.Refuse(
                    "MIG-PROFILE",
                    "MigProfileNotFound",
                    GpuErrorCategory.ObjectNotFound,
                    $"{device.Address} ({device.Model ?? gpu.Name}) on {Target.Name} has no instance profile '{asked.Key}'.",
                    "It has " + string.Join(", ", profiles.Select(known => known.Name)) + ".");
            }
            else if (asked.Count() > profile.Total)
            {
                _proposal.Refuse(
                    "MIG-PROFILE",
                    "MigProfileTooMany",
                    GpuErrorCategory.InvalidArgument,
                    $"{device.Address} on {Target.Name} takes {profile.Total} instances of {profile.Name}, and {asked.Count()} are asked for.",
                    $"Get-GpuMig -VMHost {Typed.Name(Target.Name)} shows how many fit.");
            }
        }

        if (_proposal.Findings.Count == findings && profiles.Length > 0)
        {
            CheckTogether(device, wish.Instances!, profiles);
        }
    }

    // Each kind alone may fit, and all of them not: they share the compute and memory slices of the profile that is the whole GPU.
    private void CheckTogether(GpuDevice device, IReadOnlyList<string> wanted, MigProfile[] profiles)
    {
        int slices = profiles.Max(profile => GpuModeWish.SlicesOf(profile.Name)), asked = wanted.Sum(GpuModeWish.SlicesOf);
        double memory = profiles.Max(profile => profile.MemoryGB);
        double askedMemory = wanted.Sum(name => profiles.First(profile => string.Equals(profile.Name, name, System.StringComparison.OrdinalIgnoreCase)).MemoryGB);
        // nvidia-smi rounds the memory; a slice too much is some GB.
        if (asked > slices || askedMemory > memory + 0.5)
        {
            _proposal.Refuse(
                "MIG-PROFILE",
                "MigProfileTooMany",
                GpuErrorCategory.InvalidArgument,
                System.FormattableString.Invariant($"{string.Join(", ", wanted)} together take {asked} compute slices and {askedMemory:0.##} GB, and {device.Address} on {Target.Name} has {slices} and {memory:0.##} GB."),
                $"Ask for fewer or smaller ones; Get-GpuMig -VMHost {Typed.Name(Target.Name)} shows the profiles.");
        }
    }

    private void Check(ReadinessAction action, IReadOnlyList<GpuDevice> devices, bool mayReboot)
    {
        if (devices.Count == 0 && Host.IsConnected)
        {
            return;
        }

        _proposal.Check(new ReadinessSubject
        {
            Action = action,
            Target = Target,
            Host = Host,
            Devices = devices,
            OtherVms = _proposal.Subject.Vms,
            RequiredPrivileges = Host.IsConnected && mayReboot ? ["Host.Config.Maintenance"] : [],
            RebootedBy = _proposal.Subject.RebootedBy,
            HostDriver = DriverVersion.TryParse(_gpus.Select(gpu => gpu.DriverVersion).FirstOrDefault(version => version is not null)),
        });
    }
}
