using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Vgpu;

/// <summary>From what is wanted of a host's schedulers and what was read of them, to what is to be changed. Pure.</summary>
internal sealed class SchedulerPlanner
{
    // What esxcli asks for here is not documented; it is what other settings of a host need.
    private const string ParametersPrivilege = "Host.Config.Settings";

    private static readonly string[] s_names = [SchedulerParameters.ForAll, SchedulerParameters.ForDevices];

    private readonly HostProposal _proposal;
    private readonly SchedulerState _state;

    private SchedulerPlanner(HostProposal proposal, SchedulerState state)
    {
        _proposal = proposal;
        _state = state;
    }

    private PlanTarget Target => _proposal.Target;

    private GpuHost Host => _proposal.Host;

    /// <summary>Plans one host.</summary>
    /// <param name="subject">The host.</param>
    /// <param name="options">How far the change may go.</param>
    /// <param name="wish">What is wanted.</param>
    /// <param name="state">What was read; null when the host could not be asked, which is then refused.</param>
    /// <param name="context">What the change works with.</param>
    public static HostProposal Plan(HostSubject subject, HostChangeOptions options, SchedulerWish wish, SchedulerState? state, OperationContext context)
    {
        HostProposal proposal = new(subject, options);
        if (state is null)
        {
            Check(proposal, [], null, isRebooted: false);
            if (subject.Host is { IsConnected: true, Devices.Count: > 0 })
            {
                proposal.Refuse(
                    "DEVICE-VISIBLE",
                    "GpuInPassthrough",
                    GpuErrorCategory.InvalidState,
                    $"Every GPU of {subject.Target.Name} is in passthrough: no vGPU runs there, and NVIDIA's driver does not see them.",
                    $"Disable-GpuPassthrough -VMHost {Typed.Name(subject.Target.Name)} -All -Reboot, then set the scheduler.");
            }
        }
        else
        {
            new SchedulerPlanner(proposal, state).Plan(wish, context);
        }

        return proposal;
    }

    private void Plan(SchedulerWish wish, OperationContext context)
    {
        List<(GpuDevice Device, SchedulerSetting Wanted)> wanted = [.. Meant(wish)];
        SchedulerParameters next = Next(wish, wanted, out bool isRestored);
        if (isRestored)
        {
            // What the parameters made of a GPU before is what it is to have again.
            wanted =
            [
                .. Host.Devices
                    .Where(device => !device.IsActive && next.ValueOf(device.Address) != _state.Parameters.ValueOf(device.Address))
                    .Select(device => (device, SchedulerValue.Decode(next.ValueOf(device.Address), _state.Driver) ?? SchedulerSetting.BestEffort)),
            ];
        }

        string[] written = [.. s_names.Where(name => next.Raw(name) != _state.Parameters.Raw(name))];
        (GpuDevice Device, SchedulerSetting Wanted)[] arriving = [.. wanted.Where(one => Arrives(one.Device, one.Wanted, next))];
        Dictionary<PciAddress, string> obstacles = arriving.ToDictionary(one => one.Device.Address, one => Obstacle(one.Device) ?? string.Empty);
        bool needsReboot = obstacles.Values.Any(why => why.Length > 0);
        bool isRebooted = needsReboot && _proposal.Options.Reboot;
        SchedulerTarget[] targets = [.. wanted.Select(one => new SchedulerTarget(
            one.Device, one.Wanted, !isRebooted && obstacles.TryGetValue(one.Device.Address, out string? why) && why.Length == 0))];

        CheckWish(wanted, wish, written.Length > 0 || arriving.Length > 0, isRebooted);
        if (written.Length > 0 && next.Unsayable.ToArray() is { Length: > 0 } unsayable)
        {
            _proposal.Refuse(
                "SCHEDULER-PARAMETERS",
                "ModuleParametersNotKept",
                GpuErrorCategory.InvalidData,
                $"The parameter {string.Join(", ", unsayable)} of the module nvidia on {Target.Name} has a blank in its value, and would be lost when the scheduler is set beside it.",
                "Set all parameters by hand on the host, with esxcli system module parameters set -m nvidia -p.");
        }

        if (written.Length > 0)
        {
            WarnOfTheUnread(wanted.Any(one => one.Wanted.TimeSliceMs is not null));
        }

        AddRows(next, written, targets, arriving, obstacles, isRebooted);
        _proposal.Change = new SchedulerChange(Target, Host, context)
        {
            Line = written.Length == 0 ? null : next.Line.Length > 0 ? next.Line : written[0] + "=",
            Wanted = next,
            UsesShell = wish.UsesShell,
            Targets = targets,
            NeedsReboot = needsReboot,
            Pending = written.Length == 0 && needsReboot && !isRebooted
                ? $"The vGPU scheduler is configured and waits for a reboot of {Target.Name}: {Describe(obstacles)}. Reboot it, or run the command again with -Reboot."
                : null,
            Fields = [.. written.Select(name => new JournalField(SchedulerWish.ParameterPrefix + name, _state.Parameters.Raw(name), next.Raw(name)))],
        };
    }

    /// <summary>The GPUs that are meant and can have a scheduler.</summary>
    private IEnumerable<(GpuDevice Device, SchedulerSetting Wanted)> Meant(SchedulerWish wish)
    {
        if (wish.All is { } all)
        {
            return Host.Devices.Where(device => !device.IsActive).OrderBy(device => device.Address).Select(device => (device, all));
        }

        List<(GpuDevice Device, SchedulerSetting Wanted)> meant = [];
        foreach (KeyValuePair<PciAddress, SchedulerSetting> one in wish.Some.OrderBy(one => one.Key))
        {
            if (_proposal.FindVisible(one.Key, "and no vGPU runs on it") is { } device)
            {
                meant.Add((device, one.Value));
            }
        }

        return meant;
    }

    /// <summary>The parameters as they are to be. What means the wanted already is left as it is written.</summary>
    private SchedulerParameters Next(SchedulerWish wish, IReadOnlyList<(GpuDevice Device, SchedulerSetting Wanted)> wanted, out bool isRestored)
    {
        SchedulerParameters next = _state.Parameters;
        isRestored = wish.Parameters.Count > 0;
        if (wish.All is { } all)
        {
            bool isSo = SchedulerValue.Means(next.ValueOfAll, all, _state.Driver)
                && Host.Devices.All(device => next.ValueOfAlone(device.Address) is not { } alone || SchedulerValue.Means(alone, all, _state.Driver));
            next = isSo ? next : next.WithAll(Value(all));
        }

        foreach ((GpuDevice device, SchedulerSetting setting) in wish.All is null ? wanted : [])
        {
            if (!SchedulerValue.Means(next.ValueOf(device.Address), setting, _state.Driver))
            {
                // What is set for all is enough where it means the same; best effort against it must be said.
                bool isEnough = SchedulerValue.Means(next.ValueOfAll, setting, _state.Driver);
                next = next.WithAlone(device.Address, isEnough ? null : SchedulerValue.Encode(setting, _state.Driver));
            }
        }

        foreach (KeyValuePair<string, string> parameter in wish.Parameters)
        {
            // An undo leaves alone what somebody changed since.
            if (IntentConditions.Allows(_proposal.Subject.Intent.Wanted, SchedulerWish.ParameterPrefix + parameter.Key, _state.Parameters.Raw(parameter.Key)))
            {
                next = next.With(parameter.Key, parameter.Value);
            }
            else
            {
                _proposal.NoteChangedSince($"{parameter.Key} on {Target.Name}", $"it is {_state.Parameters.Raw(parameter.Key) ?? "not set"}");
            }
        }

        return next;

        // NVIDIA's guide restores the default by unsetting the key.
        uint? Value(SchedulerSetting setting) => setting.Policy == VgpuSchedulerPolicy.BestEffort ? null : SchedulerValue.Encode(setting, _state.Driver);
    }

    // Where the host did not tell what is in force, a change of what is configured has to arrive. In MIG mode there is nothing to arrive at.
    private bool Arrives(GpuDevice device, SchedulerSetting wanted, SchedulerParameters next) => _state.InForce.TryGetValue(device.Address, out SchedulerSetting? current)
        ? current is not null && !wanted.IsMetBy(current)
        : device.VgpuMode != "multiInstanceGpu" && next.ValueOf(device.Address) != _state.Parameters.ValueOf(device.Address);

    /// <summary>Why a GPU's scheduler cannot be set live; null when it can.</summary>
    private string? Obstacle(GpuDevice device)
    {
        string[] running = [.. device.Assignments.Where(assignment => assignment.Kind == VmGpuKind.Vgpu && assignment.IsRunning).Select(assignment => assignment.VmName).Distinct()];
        return !_state.HasShell ? "the host's shell was not used"
            : !_state.CanSetLive ? $"driver {_state.Driver?.ToString() ?? "of unknown version"} takes it at boot only"
            : running.Length > 0 ? "vGPUs run for " + string.Join(", ", running)
            : device.GraphicsType is not (null or "sharedDirect") ? "the GPU is not in vGPU mode"
            : null;
    }

    private void AddRows(
        SchedulerParameters next,
        string[] written,
        IReadOnlyList<SchedulerTarget> targets,
        (GpuDevice Device, SchedulerSetting Wanted)[] arriving,
        Dictionary<PciAddress, string> obstacles,
        bool isRebooted)
    {
        foreach (GpuDevice device in Host.Devices.Where(device => !device.IsActive).OrderBy(device => device.Address))
        {
            _proposal.Row(null, SchedulerState.ConfiguredProperty(device.Address), _state.Configured(device.Address), _state.Words(next.ValueOf(device.Address)));
        }

        if (written.Length > 0)
        {
            _proposal.Row(null, SchedulerState.ParametersProperty, SchedulerState.LineOrNull(_state.Parameters), SchedulerState.LineOrNull(next));
        }

        foreach (SchedulerTarget target in targets.Where(target => target.IsLive))
        {
            _proposal.Row(null, SchedulerState.InForceProperty(target.Device.Address), _state.InForce.TryGetValue(target.Device.Address, out SchedulerSetting? now) ? now?.ToString() : null, target.Wanted.ToString());
        }

        if (isRebooted)
        {
            _proposal.AddReboot();
            foreach ((GpuDevice device, SchedulerSetting wanted) in arriving)
            {
                _proposal.Row(
                    HostProposal.RebootBarrier,
                    SchedulerState.InForceProperty(device.Address),
                    _state.InForce.TryGetValue(device.Address, out SchedulerSetting? now) ? now?.ToString() : null,
                    wanted.ToString(),
                    ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot);
            }
        }
        else if (written.Length > 0 && obstacles.Values.Any(why => why.Length > 0))
        {
            _proposal.Tell($"waits for a reboot: {Describe(obstacles)}. Add -Reboot to bring it into force, or reboot the host yourself");
        }
    }

    private static string Describe(Dictionary<PciAddress, string> obstacles) => string.Join("; ", obstacles
        .Where(one => one.Value.Length > 0)
        .GroupBy(one => one.Value, one => one.Key.ToString())
        .Select(same => $"{string.Join(", ", same)} ({same.Key})"));

    private void WarnOfTheUnread(bool hasSlice)
    {
        if (Host.Privileges is { } privileges && !privileges.Contains(ParametersPrivilege))
        {
            _proposal.Findings.Add(new Finding(
                "PRIVILEGE-HOST",
                FindingSeverity.Warning,
                Target,
                $"The account lacks {ParametersPrivilege} on {Target.Name}, which the parameters of a module may need.",
                $"Ask for a role with {ParametersPrivilege} if the host refuses."));
        }

        if (_state.Driver is null && hasSlice)
        {
            _proposal.Findings.Add(new Finding(
                "SCHEDULER-DRIVER",
                FindingSeverity.Warning,
                Target,
                $"The version of NVIDIA's driver on {Target.Name} could not be read; from vGPU 15 on it takes a time slice in another form than before, and the older form is written."));
        }

        if (_state.Trouble is { } trouble)
        {
            _proposal.Findings.Add(new Finding(
                "SCHEDULER-IN-FORCE",
                FindingSeverity.Warning,
                Target,
                $"What is in force on {Target.Name} could not be read, so nothing is set live: {trouble.Message}",
                trouble.NextStep));
        }
    }

    private void CheckWish(List<(GpuDevice Device, SchedulerSetting Wanted)> wanted, SchedulerWish wish, bool changes, bool isRebooted)
    {
        if (changes)
        {
            Check(
                _proposal,
                [.. wanted.Where(one => one.Wanted.Policy != VgpuSchedulerPolicy.BestEffort).Select(one => one.Device)],
                new SchedulerQuestion { IsFixedShare = wanted.Any(one => one.Wanted.Policy == VgpuSchedulerPolicy.FixedShare), NamesDevices = wish.Some.Count > 0 },
                isRebooted);
        }
    }

    private static void Check(HostProposal proposal, IReadOnlyList<GpuDevice> devices, SchedulerQuestion? question, bool isRebooted) => proposal.Check(new ReadinessSubject
    {
        Action = ReadinessAction.SetScheduler,
        Target = proposal.Target,
        Host = proposal.Host,
        Devices = devices,
        Scheduler = question,
        OtherVms = proposal.Subject.Vms,
        RequiredPrivileges = proposal.Host.IsConnected && isRebooted ? ["Host.Config.Maintenance"] : [],
        RebootedBy = proposal.Subject.RebootedBy,
    });
}
