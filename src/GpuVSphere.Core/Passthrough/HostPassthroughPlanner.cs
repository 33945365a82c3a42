using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Passthrough;

/// <summary>From what is wanted of a host and what it is, to what is to be changed. Pure.</summary>
internal sealed class HostPassthroughPlanner
{
    public const string RebootBarrier = "reboot";

    private const string ConfigurePrivilege = "Host.Config.PciPassthru";
    private const string MaintenancePrivilege = "Host.Config.Maintenance";
    private static readonly string[] s_powerPrivileges = ["VirtualMachine.Interact.PowerOff", "VirtualMachine.Interact.PowerOn"];

    private readonly HostChangeOptions _options;
    private readonly PlanBuilder _builder = new();
    private readonly List<Finding> _findings = [];
    private readonly List<PlanConsequence> _consequences = [];
    private readonly List<HostPassthroughChange> _changes = [];

    public HostPassthroughPlanner(HostChangeOptions options) => _options = options;

    public IReadOnlyList<ChangeStage> Stages => _builder.Build();

    public IReadOnlyList<Finding> Findings => _findings;

    public IReadOnlyList<PlanConsequence> Consequences => _consequences;

    /// <summary>What is to be done on each host, in the order they were added.</summary>
    public IReadOnlyList<HostPassthroughChange> Changes => _changes;

    /// <summary>Plans one host.</summary>
    public void Add(HostPassthroughSubject subject)
    {
        PlanTarget target = subject.Intent.Target;
        GpuHost host = subject.Host;
        if (!host.IsConnected)
        {
            Check(subject, ReadinessAction.DisablePassthrough, []);
            _changes.Add(new HostPassthroughChange(target, host));
            return;
        }

        List<(GpuDevice Device, HostPassthroughWish Wish)> wishes = [];
        foreach (HostPassthroughWish wish in HostPassthroughWish.Read(subject.Intent))
        {
            if (host.Devices.FirstOrDefault(device => device.Address == wish.Address) is { } device)
            {
                wishes.Add((device, Allowed(subject.Intent, device, wish)));
            }
            else
            {
                bool isThere = HostPassthroughState.Functions(host).Any(function => function.Address == wish.Address);
                _findings.Add(new Finding(
                    "DEVICE-FOUND",
                    FindingSeverity.Block,
                    target,
                    isThere ? $"{wish.Address} on {target.Name} is not an NVIDIA GPU." : $"There is no device {wish.Address} on {target.Name}.",
                    $"Get-GpuDevice -VMHost {target.Name} shows its GPUs.")
                {
                    ErrorId = isThere ? "DeviceNotGpu" : "DeviceNotFound",
                    ErrorCategory = isThere ? GpuErrorCategory.InvalidArgument : GpuErrorCategory.ObjectNotFound,
                });
            }
        }

        List<GpuDevice> enabling = [.. wishes.Where(wish => wish.Wish.Enabled == true && !wish.Device.IsEnabled).Select(wish => wish.Device)];
        List<GpuDevice> disabling = [.. wishes.Where(wish => wish.Wish.Enabled == false && wish.Device.IsEnabled).Select(wish => wish.Device)];
        List<GpuDevice> waiting = [.. wishes
            .Where(wish => wish.Wish.Enabled is { } wanted && wish.Device.IsEnabled == wanted && wish.Device.IsActive != wanted)
            .Select(wish => wish.Device)];
        List<(GpuDevice Device, string? Label)> labelling = [.. wishes
            .Where(wish => wish.Wish.Label is { } label && label != (wish.Device.Label ?? string.Empty))
            .Select(wish => (wish.Device, wish.Wish.Label!.Length > 0 ? wish.Wish.Label : null))];

        Check(subject, ReadinessAction.EnablePassthrough, [.. enabling, .. waiting.Where(device => device.IsEnabled)]);
        Check(subject, ReadinessAction.DisablePassthrough, disabling);
        Check(subject, ReadinessAction.SetLabel, [.. labelling.Select(label => label.Device)]);
        CheckGroups(target, host, wishes.Select(wish => wish.Wish));
        if (labelling.Count > 0 && !host.CanSetHardwareLabel)
        {
            _findings.Add(new Finding(
                "HOST-LABEL",
                FindingSeverity.Block,
                target,
                $"{target.Name} (ESXi {host.Version}) has no hardware labels; they came with vSphere 7.0 U2.",
                "Upgrade the host, or choose devices by their PCI ids.")
            {
                ErrorId = "LabelNotSupported",
                ErrorCategory = GpuErrorCategory.NotSupported,
            });
        }

        // What counts is what is in force: a device that is enabled again before the reboot that would have taken it away needs none.
        List<GpuDevice> switched = [.. enabling.Where(device => !device.IsActive), .. disabling.Where(device => device.IsActive)];

        // A device that waits for a reboot can be rebound instead, unless the reboot was asked for: then rebinding has been tried.
        List<GpuDevice> rebound = host.CanRebindWithoutReboot && !_options.Reboot ? waiting : [];
        waiting = [.. waiting.Except(rebound)];
        bool needsReboot = waiting.Count > 0 || (switched.Count > 0 && !host.CanRebindWithoutReboot);
        bool isRebooted = needsReboot && _options.Reboot;
        List<GpuDevice> atOnce = host.CanRebindWithoutReboot && !isRebooted ? [.. switched, .. rebound] : [];
        List<GpuDevice> afterReboot = [.. switched.Except(atOnce), .. isRebooted ? waiting : []];

        foreach (GpuDevice device in enabling.Concat(disabling).OrderBy(device => device.Address))
        {
            _builder.Change(
                null,
                target,
                HostPassthroughState.Configured(device.Address),
                HostPassthroughState.ConfiguredText(device.IsEnabled),
                HostPassthroughState.ConfiguredText(!device.IsEnabled));
            AddFollowers(target, host, device, wishes.Select(wish => wish.Wish));
        }

        foreach ((GpuDevice device, string? label) in labelling)
        {
            _builder.Change(null, target, HostPassthroughState.Label(device.Address), string.IsNullOrEmpty(device.Label) ? null : device.Label, label);
        }

        if (isRebooted)
        {
            HostRebootPlan.AddTo(_builder, _findings, _consequences, target, host, subject.VmsInTheWay, _options, subject.CanComeBack, subject.OwnsMaintenance);
            CheckPowerPrivileges(target, subject.VmsInTheWay, host.InMaintenanceMode);
        }

        foreach (GpuDevice device in atOnce.OrderBy(device => device.Address))
        {
            AddActive(null, target, device, ChangeNeeds.None);
        }

        foreach (GpuDevice device in afterReboot.OrderBy(device => device.Address))
        {
            AddActive(RebootBarrier, target, device, ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot);
        }

        if (needsReboot && !_options.Reboot && switched.Count > 0)
        {
            _consequences.Add(new PlanConsequence(target, "is configured and not rebooted: add -Reboot to bring the change into force, or reboot the host yourself"));
        }

        _changes.Add(new HostPassthroughChange(target, host)
        {
            Wishes = [.. wishes.Select(wish => wish.Wish)],
            Sent = [.. enabling.Concat(disabling).Concat(rebound).Concat(labelling.Select(label => label.Device)).Distinct().OrderBy(device => device.Address)],
            NeedsReboot = needsReboot,
            Pending = waiting.Count > 0 && !_options.Reboot
                ? $"Configured and waiting for a reboot of {target.Name}: {string.Join(", ", waiting.Select(device => device.Address))}. Reboot it, or run the command again with -Reboot."
                : null,
            Fields =
            [
                .. enabling.Concat(disabling).Select(device => new JournalField(
                    device.Address.ToString(),
                    HostPassthroughState.ConfiguredText(device.IsEnabled),
                    HostPassthroughState.ConfiguredText(!device.IsEnabled))),
                .. labelling.Select(label => new JournalField(HostPassthroughOperation.LabelPrefix + label.Device.Address, label.Device.Label, label.Label)),
            ],
        });
    }

    /// <summary>Notes a host that could not be read.</summary>
    public void Refuse(PlanTarget target, GpuVSphereException error) => _findings.Add(BlockedErrors.Finding(target, error));

    private void AddActive(string? barrier, PlanTarget target, GpuDevice device, ChangeNeeds needs) => _builder.Change(
        barrier,
        target,
        HostPassthroughState.Active(device.Address),
        HostPassthroughState.ActiveText(device.IsActive),
        HostPassthroughState.ActiveText(!device.IsActive),
        needs);

    // An undo leaves alone what somebody changed since.
    private HostPassthroughWish Allowed(IntentTarget intent, GpuDevice device, HostPassthroughWish wish)
    {
        string configured = HostPassthroughState.ConfiguredText(device.IsEnabled);
        if (wish.Enabled is not null && !IntentConditions.Allows(intent.Wanted, device.Address.ToString(), configured))
        {
            NoteSkipped(intent, device, $"passthrough is {configured} by now");
            wish = wish with { Enabled = null };
        }

        if (wish.Label is not null && !IntentConditions.Allows(intent.Wanted, HostPassthroughOperation.LabelPrefix + device.Address, device.Label))
        {
            NoteSkipped(intent, device, $"the label is '{device.Label}' by now");
            wish = wish with { Label = null };
        }

        return wish;
    }

    private void NoteSkipped(IntentTarget intent, GpuDevice device, string why) => _findings.Add(new Finding(
        "UNDO-CHANGED-SINCE", FindingSeverity.Information, intent.Target, $"{device.Address} on {intent.Target.Name} is left as it is: {why}, which is not what the change had set."));

    private void Check(HostPassthroughSubject subject, ReadinessAction action, IReadOnlyList<GpuDevice> devices)
    {
        if (devices.Count == 0 && subject.Host.IsConnected)
        {
            return;
        }

        List<string> privileges = [];
        if (subject.Host.IsConnected)
        {
            privileges.Add(ConfigurePrivilege);
            if (_options.Reboot && !subject.Host.CanRebindWithoutReboot && action != ReadinessAction.SetLabel)
            {
                privileges.Add(MaintenancePrivilege);
            }
        }

        IEnumerable<Finding> found = ReadinessRules.Check(
            [
                new ReadinessSubject
                {
                    Action = action,
                    Target = subject.Intent.Target,
                    Host = subject.Host,
                    Devices = devices,
                    OtherVms = subject.Vms,
                    RequiredPrivileges = privileges,
                    RebootedBy = subject.RebootedBy,
                    BootsFromUsb = subject.BootsFromUsb,
                },
            ],
            _options.SkipRules);
        _findings.AddRange(found.Where(finding => !_findings.Contains(finding)));
    }

    private void CheckGroups(PlanTarget target, GpuHost host, IEnumerable<HostPassthroughWish> wishes)
    {
        HostPassthroughWish[] switching = [.. wishes.Where(wish => wish.Enabled is not null)];
        foreach (HostPassthroughWish wish in switching.Where(wish => wish.Enabled == true))
        {
            foreach (PciFunction follower in HostPassthroughState.Followers(host, wish.Address))
            {
                if (switching.Any(other => other.Address == follower.Address && other.Enabled == false))
                {
                    _findings.Add(new Finding(
                        "DEVICE-DEPENDENT",
                        FindingSeverity.Block,
                        target,
                        $"{wish.Address} and {follower.Address} on {target.Name} can only be switched together, and one is to be enabled and the other disabled.",
                        "Ask for the same of both."));
                }
            }
        }
    }

    private void AddFollowers(PlanTarget target, GpuHost host, GpuDevice device, IEnumerable<HostPassthroughWish> wishes)
    {
        foreach (PciFunction follower in HostPassthroughState.Followers(host, device.Address))
        {
            bool isAsked = wishes.Any(wish => wish.Address == follower.Address && wish.Enabled is not null);
            if (isAsked || follower.IsEnabled == !device.IsEnabled)
            {
                continue;
            }

            _builder.Change(
                null,
                target,
                HostPassthroughState.Configured(follower.Address),
                HostPassthroughState.ConfiguredText(follower.IsEnabled),
                HostPassthroughState.ConfiguredText(!device.IsEnabled));
            _consequences.Add(new PlanConsequence(
                target,
                $"{follower.Address}{(follower.Name.Length > 0 ? $" ({follower.Name})" : string.Empty)} depends on the same device as {device.Address} and is switched with it"));
        }
    }

    private void CheckPowerPrivileges(PlanTarget target, IReadOnlyList<VmInTheWay> vms, bool inMaintenance)
    {
        if (!_options.PowerOff || inMaintenance)
        {
            return;
        }

        foreach (VmInTheWay vm in vms)
        {
            string[] missing = vm.Vm.Privileges is null ? [] : [.. s_powerPrivileges.Where(privilege => !vm.Vm.Privileges.Contains(privilege))];
            if (missing.Length > 0)
            {
                _findings.Add(new Finding(
                    HostRebootPlan.VmsRule,
                    FindingSeverity.Block,
                    target,
                    $"{vm.Vm.Name} has to be shut down and started again, and the account lacks {string.Join(", ", missing)} on it.",
                    $"Ask for a role with {string.Join(", ", missing)} on {vm.Vm.Name}, or have it shut down first.")
                {
                    ErrorId = "VmsInTheWay",
                    ErrorCategory = GpuErrorCategory.PermissionDenied,
                });
            }
        }
    }
}
