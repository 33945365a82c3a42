using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Operations;

/// <summary>What a planner proposes for one host: the rows of the plan, what speaks against it, what it costs, and what is sent.</summary>
internal sealed class HostProposal(HostSubject subject, HostChangeOptions options)
{
    /// <summary>The barrier before what only a reboot brings into force.</summary>
    public const string RebootBarrier = "reboot";

    public const string MaintenancePrivilege = "Host.Config.Maintenance";
    private static readonly string[] s_powerPrivileges = ["VirtualMachine.Interact.PowerOff", "VirtualMachine.Interact.PowerOn"];

    private readonly PlanBuilder _builder = new();

    public HostSubject Subject => subject;

    public PlanTarget Target => subject.Target;

    public GpuHost Host => subject.Host;

    public HostChangeOptions Options => options;

    public IReadOnlyList<ChangeStage> Stages => _builder.Build();

    /// <summary>What the rules and the planner have to say.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>What the rules were asked.</summary>
    public List<ReadinessSubject> Asked { get; } = [];

    /// <summary>What the change costs, in words.</summary>
    public List<PlanConsequence> Consequences { get; } = [];

    /// <summary>What is done on the host; null when it cannot be told, which a finding then explains.</summary>
    public HostChange? Change { get; set; }

    /// <summary>Adds a row, unless before and after are equal.</summary>
    public void Row(string? barrier, string property, string? before, string? after, ChangeNeeds needs = ChangeNeeds.None) =>
        _builder.Change(barrier, Target, property, before, after, needs);

    /// <summary>Adds a consequence.</summary>
    public void Tell(string consequence) => Consequences.Add(new PlanConsequence(Target, consequence));

    /// <summary>Adds what keeps the change from being made and is no rule's: what is wanted cannot be found, or read.</summary>
    public void Refuse(string rule, string errorId, GpuErrorCategory category, string message, string nextStep) =>
        Findings.Add(new Finding(rule, FindingSeverity.Block, Target, message, nextStep) { ErrorId = errorId, ErrorCategory = category });

    /// <summary>Adds that an undo leaves something as it is, since somebody has changed it.</summary>
    /// <param name="what">What is left, with its host.</param>
    /// <param name="now">What it is by now, as a clause.</param>
    public void NoteChangedSince(string what, string now) => Findings.Add(new Finding(
        "UNDO-CHANGED-SINCE", FindingSeverity.Information, Target, $"{what} is left as it is: {now} by now, which is not what the change had set."));

    /// <summary>A GPU that NVIDIA's driver on the host can have; null with a finding when there is none, or when it is in passthrough.</summary>
    /// <param name="address">The GPU.</param>
    /// <param name="hidden">What passthrough means for what is wanted, as the end of a sentence.</param>
    public GpuDevice? FindVisible(PciAddress address, string hidden)
    {
        GpuDevice? device = Host.Devices.FirstOrDefault(device => device.Address == address);
        if (device is null)
        {
            RefuseUnknown(address);
            return null;
        }

        if (!device.IsActive)
        {
            return device;
        }

        Refuse(
            "DEVICE-VISIBLE",
            "GpuInPassthrough",
            GpuErrorCategory.InvalidState,
            $"{address} ({device.Model ?? device.Name}) on {Target.Name} is in passthrough {hidden}.",
            $"Disable-GpuPassthrough -VMHost {Typed.Name(Target.Name)} -Device {address} -Reboot, or leave it out.");
        return null;
    }

    /// <summary>Adds that the host has no such GPU.</summary>
    public void RefuseUnknown(PciAddress address) => Refuse(
        "DEVICE-FOUND", "DeviceNotFound", GpuErrorCategory.ObjectNotFound, $"There is no NVIDIA GPU {address} on {Target.Name}.", $"Get-GpuDevice -VMHost {Typed.Name(Target.Name)} shows its GPUs.");

    /// <summary>Runs the rules of an action; what they say twice is said once.</summary>
    /// <param name="action">What is about to be done.</param>
    /// <param name="devices">The devices that it is about.</param>
    /// <param name="privileges">The privileges that it needs on the host; none are asked of a host that does not answer.</param>
    /// <param name="bootsFromUsb">Whether the host boots from USB, where that was read.</param>
    public void Check(ReadinessAction action, IReadOnlyList<GpuDevice> devices, IReadOnlyList<string> privileges, Evidence<bool>? bootsFromUsb = null)
    {
        var asked = new ReadinessSubject
        {
            Action = action,
            Target = Target,
            Host = Host,
            Devices = devices,
            OtherVms = subject.Vms,
            RequiredPrivileges = Host.IsConnected ? privileges : [],
            RebootedBy = subject.RebootedBy,
        };
        Check(bootsFromUsb is null ? asked : asked with { BootsFromUsb = bootsFromUsb });
    }

    /// <summary>Runs the rules on a subject that carries evidence of its own.</summary>
    public void Check(ReadinessSubject asked)
    {
        Asked.Add(asked);
        IReadOnlyList<Finding> found = ReadinessRules.Check([asked], options.SkipRules);
        Findings.AddRange(found.Where(finding => !Findings.Contains(finding)));
    }

    /// <summary>Adds that the host enters maintenance mode, is rebooted and leaves it: the VMs in the way, what forbids it, what it costs.</summary>
    public void AddReboot()
    {
        HostRebootPlan.AddTo(_builder, Findings, Consequences, Target, Host, subject.VmsInTheWay, options, subject.CanComeBack, subject.OwnsMaintenance);
        CheckPowerPrivileges();
    }

    /// <summary>The privileges of a change that is sent, and rebooted where that was asked for.</summary>
    /// <param name="configure">What the change itself needs, such as <c>Host.Config.PciPassthru</c>.</param>
    /// <param name="isRebooted">Whether it may end in a reboot.</param>
    public static IReadOnlyList<string> Privileges(string configure, bool isRebooted) => isRebooted ? [configure, MaintenancePrivilege] : [configure];

    private void CheckPowerPrivileges()
    {
        if (!options.PowerOff || Host.InMaintenanceMode)
        {
            return;
        }

        foreach (VmInTheWay vm in subject.VmsInTheWay)
        {
            string[] missing = vm.Vm.Privileges is null ? [] : [.. s_powerPrivileges.Where(privilege => !vm.Vm.Privileges.Contains(privilege))];
            if (missing.Length > 0)
            {
                Findings.Add(new Finding(
                    HostRebootPlan.VmsRule,
                    FindingSeverity.Block,
                    Target,
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
