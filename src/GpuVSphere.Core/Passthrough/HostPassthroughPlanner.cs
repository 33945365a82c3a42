using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;

namespace GpuVSphere.Passthrough;

/// <summary>From what is wanted of a host and what it is, to what is to be changed. Pure.</summary>
internal sealed class HostPassthroughPlanner
{
    private const string ConfigurePrivilege = "Host.Config.PciPassthru";

    private readonly HostProposal _proposal;
    private readonly Evidence<bool> _bootsFromUsb;

    private HostPassthroughPlanner(HostProposal proposal, Evidence<bool> bootsFromUsb)
    {
        _proposal = proposal;
        _bootsFromUsb = bootsFromUsb;
    }

    private PlanTarget Target => _proposal.Target;

    private GpuHost Host => _proposal.Host;

    private HostChangeOptions Options => _proposal.Options;

    /// <summary>Plans one host.</summary>
    /// <exception cref="GpuVSphereException">MalformedPciAddress, IntentInvalid.</exception>
    public static HostProposal Plan(HostSubject subject, HostChangeOptions options, Evidence<bool> bootsFromUsb)
    {
        HostProposal proposal = new(subject, options);
        new HostPassthroughPlanner(proposal, bootsFromUsb).Plan(subject.Intent);
        return proposal;
    }

    private void Plan(IntentTarget intent)
    {
        PlanTarget target = Target;
        GpuHost host = Host;
        if (!host.IsConnected)
        {
            Check(ReadinessAction.DisablePassthrough, []);
            _proposal.Change = new HostPassthroughChange(target, host);
            return;
        }

        List<(GpuDevice Device, HostPassthroughWish Wish)> wishes = [];
        foreach (HostPassthroughWish wish in HostPassthroughWish.Read(intent))
        {
            if (host.Devices.FirstOrDefault(device => device.Address == wish.Address) is { } device)
            {
                wishes.Add((device, Allowed(intent, device, wish)));
            }
            else
            {
                bool isThere = HostPassthroughState.Functions(host).Any(function => function.Address == wish.Address);
                _proposal.Findings.Add(new Finding(
                    "DEVICE-FOUND",
                    FindingSeverity.Block,
                    target,
                    isThere ? $"{wish.Address} on {target.Name} is not an NVIDIA GPU." : $"There is no device {wish.Address} on {target.Name}.",
                    $"Get-GpuDevice -VMHost {Typed.Name(target.Name)} shows its GPUs.")
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

        Check(ReadinessAction.EnablePassthrough, [.. enabling, .. waiting.Where(device => device.IsEnabled)]);
        Check(ReadinessAction.DisablePassthrough, disabling);
        Check(ReadinessAction.SetLabel, [.. labelling.Select(label => label.Device)]);
        CheckGroups(wishes.Select(wish => wish.Wish));
        if (labelling.Count > 0 && !host.CanSetHardwareLabel)
        {
            _proposal.Findings.Add(new Finding(
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
        List<GpuDevice> rebound = host.CanRebindWithoutReboot && !Options.Reboot ? waiting : [];
        waiting = [.. waiting.Except(rebound)];
        bool needsReboot = waiting.Count > 0 || (switched.Count > 0 && !host.CanRebindWithoutReboot);
        bool isRebooted = needsReboot && Options.Reboot;
        List<GpuDevice> atOnce = host.CanRebindWithoutReboot && !isRebooted ? [.. switched, .. rebound] : [];
        List<GpuDevice> afterReboot = [.. switched.Except(atOnce), .. isRebooted ? waiting : []];

        foreach (GpuDevice device in enabling.Concat(disabling).OrderBy(device => device.Address))
        {
            _proposal.Row(
                null,
                HostPassthroughState.Configured(device.Address),
                HostPassthroughState.ConfiguredText(device.IsEnabled),
                HostPassthroughState.ConfiguredText(!device.IsEnabled));
            AddFollowers(device, wishes.Select(wish => wish.Wish));
        }

        foreach ((GpuDevice device, string? label) in labelling)
        {
            _proposal.Row(null, HostPassthroughState.Label(device.Address), string.IsNullOrEmpty(device.Label) ? null : device.Label, label);
        }

        if (isRebooted)
        {
            _proposal.AddReboot();
        }

        foreach (GpuDevice device in atOnce.OrderBy(device => device.Address))
        {
            AddActive(null, device, ChangeNeeds.None);
        }

        foreach (GpuDevice device in afterReboot.OrderBy(device => device.Address))
        {
            AddActive(HostProposal.RebootBarrier, device, ChangeNeeds.MaintenanceMode | ChangeNeeds.Reboot);
        }

        if (needsReboot && !Options.Reboot && switched.Count > 0)
        {
            _proposal.Tell("is configured and not rebooted: add -Reboot to bring the change into force, or reboot the host yourself");
        }

        _proposal.Change = new HostPassthroughChange(target, host)
        {
            Wishes = [.. wishes.Select(wish => wish.Wish)],
            Sent = [.. enabling.Concat(disabling).Concat(rebound).Concat(labelling.Select(label => label.Device)).Distinct().OrderBy(device => device.Address)],
            NeedsReboot = needsReboot,
            Pending = waiting.Count > 0 && !Options.Reboot
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
        };
    }

    private void AddActive(string? barrier, GpuDevice device, ChangeNeeds needs) => _proposal.Row(
        barrier,
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
            _proposal.NoteChangedSince($"{device.Address} on {intent.Target.Name}", $"passthrough is {configured}");
            wish = wish with { Enabled = null };
        }

        if (wish.Label is not null && !IntentConditions.Allows(intent.Wanted, HostPassthroughOperation.LabelPrefix + device.Address, device.Label))
        {
            _proposal.NoteChangedSince($"{device.Address} on {intent.Target.Name}", $"the label is '{device.Label}'");
            wish = wish with { Label = null };
        }

        return wish;
    }

    private void Check(ReadinessAction action, IReadOnlyList<GpuDevice> devices)
    {
        if (devices.Count > 0 || !Host.IsConnected)
        {
            bool mayReboot = Options.Reboot && !Host.CanRebindWithoutReboot && action != ReadinessAction.SetLabel;
            _proposal.Check(action, devices, HostProposal.Privileges(ConfigurePrivilege, mayReboot), _bootsFromUsb);
        }
    }

    private void CheckGroups(IEnumerable<HostPassthroughWish> wishes)
    {
        HostPassthroughWish[] switching = [.. wishes.Where(wish => wish.Enabled is not null)];
        foreach (HostPassthroughWish wish in switching.Where(wish => wish.Enabled == true))
        {
            foreach (PciFunction follower in HostPassthroughState.Followers(Host, wish.Address))
            {
                if (switching.Any(other => other.Address == follower.Address && other.Enabled == false))
                {
                    _proposal.Findings.Add(new Finding(
                        "DEVICE-DEPENDENT",
                        FindingSeverity.Block,
                        Target,
                        $"{wish.Address} and {follower.Address} on {Target.Name} can only be switched together, and one is to be enabled and the other disabled.",
                        "Ask for the same of both."));
                }
            }
        }
    }

    private void AddFollowers(GpuDevice device, IEnumerable<HostPassthroughWish> wishes)
    {
        foreach (PciFunction follower in HostPassthroughState.Followers(Host, device.Address))
        {
            bool isAsked = wishes.Any(wish => wish.Address == follower.Address && wish.Enabled is not null);
            if (isAsked || follower.IsEnabled == !device.IsEnabled)
            {
                continue;
            }

            _proposal.Row(
                null,
                HostPassthroughState.Configured(follower.Address),
                HostPassthroughState.ConfiguredText(follower.IsEnabled),
                HostPassthroughState.ConfiguredText(!device.IsEnabled));
            _proposal.Tell(
                $"{follower.Address}{(follower.Name.Length > 0 ? $" ({follower.Name})" : string.Empty)} depends on the same device as {device.Address} and is switched with it");
        }
    }
}
