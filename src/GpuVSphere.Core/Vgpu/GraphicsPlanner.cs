using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Readiness;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>From what is wanted of a host's graphics and what they are, to the configuration that is sent. Pure.</summary>
internal sealed class GraphicsPlanner
{
    public const string ConfigurePrivilege = "Host.Config.Settings";
    public const string ServicePrivilege = "Host.Config.NetService";

    private readonly HostProposal _proposal;
    private readonly GraphicsState _state;
    private readonly Dictionary<PciAddress, string> _types = [];
    private readonly Dictionary<PciAddress, string> _modes = [];
    private readonly List<JournalField> _fields = [];
    private string? _default;
    private string? _policy;

    public GraphicsPlanner(HostProposal proposal, GraphicsState state)
    {
        _proposal = proposal;
        _state = state;
        Read(proposal.Subject.Intent);
    }

    /// <summary>Whether the intent wants anything of the host's graphics.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>The configuration to send; null when the host is configured as wanted.</summary>
    public GraphicsConfig? Config { get; private set; }

    /// <summary>What an undo puts back.</summary>
    public IReadOnlyList<JournalField> Fields => _fields;

    /// <summary>What is wanted of each device, also what is so already.</summary>
    public IReadOnlyDictionary<PciAddress, string> Types => _types;

    /// <summary>The vGPU mode wanted of each device, also where it is so already.</summary>
    public IReadOnlyDictionary<PciAddress, string> Modes => _modes;

    public string? DefaultType => _default;

    public string? Policy => _policy;

    /// <summary>The devices whose configuration is as wanted and not in force.</summary>
    public IReadOnlyList<PciAddress> Waiting { get; private set; } = [];

    /// <summary>The devices that will have another type or mode in force.</summary>
    public IReadOnlyList<PciAddress> Switched { get; private set; } = [];

    /// <summary>Checks and adds the rows of what is configured. What brings it into force is up to the caller.</summary>
    public void Plan(bool isRebooted)
    {
        Check(isRebooted);
        GraphicsConfig now = _state.Graphics.Config!;
        Row(GraphicsWords.DefaultProperty, GraphicsWords.Default, now.DefaultType, _default);
        Row(GraphicsWords.PolicyProperty, GraphicsWords.Policy, now.AssignmentPolicy, _policy);
        foreach (KeyValuePair<PciAddress, string> type in _types.OrderBy(pair => pair.Key))
        {
            Row(GraphicsState.TypeOf(type.Key), GraphicsWords.TypePrefix + type.Key, _state.ConfiguredType(type.Key), type.Value);
        }

        foreach (KeyValuePair<PciAddress, string> mode in _modes.OrderBy(pair => pair.Key))
        {
            Row(GraphicsState.ModeOf(mode.Key), GraphicsWords.ModePrefix + mode.Key, _state.ConfiguredMode(mode.Key), mode.Value);
        }

        if (_fields.Count > 0)
        {
            Config = Wanted(now);
        }

        PciAddress[] meant = [.. _types.Keys.Union(_modes.Keys).OrderBy(address => address)];
        Switched = [.. meant.Where(address => !IsInForce(address))];
        Waiting = [.. Switched.Where(address => (!_types.TryGetValue(address, out string? type) || type == _state.ConfiguredType(address))
            && (!_modes.TryGetValue(address, out string? mode) || mode == _state.ConfiguredMode(address)))];
    }

    /// <summary>Adds the rows of what comes into force.</summary>
    public void AddInForce(string? barrier, ChangeNeeds needs)
    {
        foreach (PciAddress address in Switched)
        {
            if (_types.TryGetValue(address, out string? type) && _state.ActiveType(address) is { } now)
            {
                _proposal.Row(barrier, GraphicsState.TypeInForceOf(address), now, type, needs);
            }

            if (_modes.TryGetValue(address, out string? mode) && _state.ActiveMode(address) is { } nowMode)
            {
                _proposal.Row(barrier, GraphicsState.ModeInForceOf(address), nowMode, mode, needs);
            }
        }
    }

    private bool IsInForce(PciAddress address) =>
        (!_types.TryGetValue(address, out string? type) || _state.ActiveType(address) is not { } now || now == type)
        && (!_modes.TryGetValue(address, out string? mode) || _state.ActiveMode(address) is not { } nowMode || nowMode == mode);

    // The whole configuration, with what changes in it: a device that is not named is sent as it is.
    private GraphicsConfig Wanted(GraphicsConfig now)
    {
        List<GraphicsDeviceType> devices = [.. now.Devices];
        foreach (PciAddress address in _types.Keys.Union(_modes.Keys).OrderBy(address => address))
        {
            GraphicsDeviceType? entry = _state.Entry(address);
            GraphicsDeviceType wanted = (entry ?? new GraphicsDeviceType(address.ToString(), now.DefaultType)) with
            {
                GraphicsType = _types.TryGetValue(address, out string? type) ? type : entry?.GraphicsType ?? now.DefaultType,
                VgpuMode = _modes.TryGetValue(address, out string? mode) ? mode : entry?.VgpuMode,
            };
            int at = entry is null ? -1 : devices.IndexOf(entry);
            if (at < 0)
            {
                devices.Add(wanted);
            }
            else
            {
                devices[at] = wanted;
            }
        }

        return new GraphicsConfig(_default ?? now.DefaultType, _policy ?? now.AssignmentPolicy, devices);
    }

    private void Row(string property, string field, string? before, string? after)
    {
        if (after is null || before == after)
        {
            return;
        }

        _proposal.Row(null, property, before, after);
        _fields.Add(new JournalField(field, before, after));
    }

    private void Check(bool isRebooted)
    {
        bool names = _proposal.Subject.Intent.Wanted.Keys.Any(name => !IntentConditions.IsCondition(name) && IsOfDevice(name) && !name.EndsWith(GraphicsWords.Every, StringComparison.Ordinal));
        bool changesType = _types.Any(type => type.Value != _state.ConfiguredType(type.Key) || (_state.ActiveType(type.Key) is { } now && now != type.Value));
        GpuDevice[] devices = names
            ? [.. _proposal.Host.Devices.Where(device => _types.ContainsKey(device.Address) || _modes.ContainsKey(device.Address))]
            : [.. _proposal.Host.Devices];
        bool changes = changesType || _modes.Any(mode => mode.Value != _state.ConfiguredMode(mode.Key));
        List<string> privileges = [ConfigurePrivilege];
        if (GraphicsWords.IsXorgEnough(_proposal.Host.Version) && !isRebooted)
        {
            privileges.Add(ServicePrivilege);
        }

        _proposal.Check(new ReadinessSubject
        {
            Action = ReadinessAction.SetGraphics,
            Target = _proposal.Target,
            Host = _proposal.Host,
            Devices = devices,
            OtherVms = _proposal.Subject.Vms,
            RequiredPrivileges = privileges,
            RebootedBy = _proposal.Subject.RebootedBy,
            Graphics = new GraphicsQuestion
            {
                WantsMixedSize = _modes.ContainsValue(GraphicsWords.MixedSize),
                WantsVgpuMode = _modes.Count > 0 || _proposal.Subject.Intent.Wanted.Keys.Any(name => name.StartsWith(GraphicsWords.ModePrefix, StringComparison.Ordinal)),
                ChangesType = changes,
                IsRebooted = isRebooted,
                NamesDevices = names,
            },
        });
    }

    private static bool IsOfDevice(string name) =>
        name.StartsWith(GraphicsWords.TypePrefix, StringComparison.Ordinal) || name.StartsWith(GraphicsWords.ModePrefix, StringComparison.Ordinal);

    private void Read(IntentTarget intent)
    {
        foreach (KeyValuePair<string, string> wanted in intent.Wanted.Where(wanted => !IntentConditions.IsCondition(wanted.Key)))
        {
            if (wanted.Key == GraphicsWords.Default)
            {
                IsAsked = true;
                _default = Allowed(intent, wanted.Key, wanted.Value, _state.Graphics.Config?.DefaultType);
            }
            else if (wanted.Key == GraphicsWords.Policy)
            {
                IsAsked = true;
                _policy = Allowed(intent, wanted.Key, wanted.Value, _state.Graphics.Config?.AssignmentPolicy);
            }
            else if (IsOfDevice(wanted.Key))
            {
                IsAsked = true;
                ReadDevice(intent, wanted.Key, wanted.Value);
            }
        }
    }

    private void ReadDevice(IntentTarget intent, string name, string value)
    {
        bool isMode = name.StartsWith(GraphicsWords.ModePrefix, StringComparison.Ordinal);
        string text = name.Substring(GraphicsWords.TypePrefix.Length);
        Dictionary<PciAddress, string> wishes = isMode ? _modes : _types;
        if (text == GraphicsWords.Every)
        {
            foreach (GpuDevice device in _state.Kept)
            {
                wishes[device.Address] = value;
            }

            return;
        }

        if (!PciAddress.TryParse(text, out PciAddress address))
        {
            throw new GpuVSphereException(
                "MalformedPciAddress",
                GpuErrorCategory.InvalidArgument,
                $"'{text}' is not a PCI address.",
                intent.Target.Name,
                "Write it as 0000:3b:00.0; Get-GpuDevice shows the addresses of a host.");
        }

        if (_state.Host.Devices.All(device => device.Address != address))
        {
            _proposal.RefuseUnknown(address);
            return;
        }

        if (Allowed(intent, name, value, isMode ? _state.ConfiguredMode(address) : _state.ConfiguredType(address)) is { } allowed)
        {
            wishes[address] = allowed;
        }
    }

    // An undo leaves alone what somebody changed since. What was absent before (a mode that the host did not tell) cannot be put back.
    private string? Allowed(IntentTarget intent, string name, string value, string? found)
    {
        if (IntentConditions.Allows(intent.Wanted, name, found))
        {
            return value.Length > 0 ? value : null;
        }

        _proposal.NoteChangedSince($"{name} of {intent.Target.Name}", $"it is {found}");
        return null;
    }
}
