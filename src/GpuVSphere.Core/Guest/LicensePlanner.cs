using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>From what is configured in a guest to what is wanted. No I/O.</summary>
internal sealed class LicensePlanner
{
    /// <summary>The row of what the configuration is for.</summary>
    public const string LicenseProperty = "vGPU licence";

    /// <summary>What it says of a guest, by the ids that -SkipRule takes.</summary>
    public static IReadOnlyCollection<string> Rules { get; } = ["LICENSE-DRIVER", "LICENSE-SERVICE", "LICENSE-SERVER-KIND", "LICENSE-TWO-SERVERS", "LICENSE-CLOCK", "LICENSE-FEATURE"];

    /// <summary>The row of the token.</summary>
    public const string TokenProperty = "client configuration token";

    /// <summary>A file of settings that root alone may write, and everybody read, as the driver's package installs the template.</summary>
    private const string PlainMode = "644";

    private readonly PlanTarget _target;
    private readonly LicenseGuest _guest;
    private readonly LicenseWish _wish;
    private readonly VgpuCatalog _catalog;
    private readonly List<(string, string?, string?)> _rows = [];
    private readonly List<Finding> _findings = [];
    private readonly List<string> _consequences = [];

    private LicensePlanner(PlanTarget target, LicenseGuest guest, LicenseWish wish, VgpuCatalog catalog) => (_target, _guest, _wish, _catalog) = (target, guest, wish, catalog);

    /// <summary>Plans one guest.</summary>
    public static LicensePlan Plan(PlanTarget target, LicenseGuest guest, LicenseWish wish, VgpuCatalog catalog) => new LicensePlanner(target, guest, wish, catalog).Plan();

    private LicensePlan Plan()
    {
        if (_guest.Driver is null)
        {
            Block(
                "LICENSE-DRIVER",
                "GuestDriverMissing",
                $"NVIDIA's driver in {_target.Name} does not answer, and it is what takes the licence: {_guest.DriverTrouble?.Message ?? "it is not there."}",
                $"Test-GpuGuest -VM {Typed.Name(_target.Name)} shows what is missing, the GPU or its driver; Install-NvidiaGuestDriver -VM {Typed.Name(_target.Name)} -Path <driver> -AcceptEula brings the driver.");
            return new LicensePlan { Findings = _findings };
        }

        if (!_guest.HasService)
        {
            Block(
                "LICENSE-SERVICE",
                "LicenseServiceMissing",
                $"{_target.Name} has driver {_guest.Driver} and no licensing service: it is NVIDIA's stock driver, which takes no vGPU licence, or was installed in part.",
                $"Install the driver of the vGPU software: Install-NvidiaGuestDriver -VM {Typed.Name(_target.Name)} -Path <driver>");
            return new LicensePlan { Findings = _findings };
        }

        JudgeServer(_guest.Driver);
        JudgeClock();
        Dictionary<string, string?> settings = Wanted();
        bool isRegistry = _guest.Family == GuestFamily.Windows;
        LicensePlan plan = isRegistry ? Registry(settings) : Conf(settings);
        plan = Token(plan);
        if (_rows.Count > 0 || _guest.Status is VgpuLicenseStatus.Unlicensed or VgpuLicenseStatus.Unknown)
        {
            Row(LicenseProperty, _guest.Status switch
            {
                VgpuLicenseStatus.Licensed => "Licensed",
                VgpuLicenseStatus.Unlicensed => "Unlicensed",
                VgpuLicenseStatus.NotNeeded => "not asked for",
                _ => "unknown",
            }, "Licensed");
            _consequences.Add("the licensing service is restarted; a licence that the guest has is given back and asked for anew");
        }

        return plan with { Rows = _rows, Findings = _findings, Consequences = _consequences };
    }

    private void JudgeServer(DriverVersion driver)
    {
        CompatibilityCheck check = VgpuSupport.JudgeLicense(_catalog, _catalog.ReadVersion(driver.ToString(), VgpuSide.Guest), _wish.Kind);
        if (check.Verdict == CompatibilityVerdict.NotCompatible)
        {
            Block("LICENSE-SERVER-KIND", "LicenseServerKindWrong", $"Driver {driver} in {_target.Name}: {check.Reason}", check.NextStep);
        }
        else if (check.Verdict == CompatibilityVerdict.Undecided)
        {
            Warn("LICENSE-SERVER-KIND", $"Driver {driver} in {_target.Name}: {check.Reason}", check.NextStep);
        }

        bool hasOther = _wish.Kind == LicenseServerKind.Legacy ? _guest.Tokens.Count > 0 : _guest.Setting(LicenseSettings.ServerAddress) is not null;
        if (hasOther && !_wish.RemovesOther)
        {
            Warn(
                "LICENSE-TWO-SERVERS",
                _wish.Kind == LicenseServerKind.Legacy
                    ? $"{_target.Name} has a client configuration token as well; which of the two the driver asks is its choice."
                    : $"{_target.Name} has the legacy server {_guest.Setting(LicenseSettings.ServerAddress)} configured as well; which of the two the driver asks is its choice.",
                "Add -RemoveOther to take the other away.");
        }
    }

    private void JudgeClock()
    {
        if (LicenseWords.Apart(_guest.Skew) is { Length: > 0 } apart)
        {
            Warn("LICENSE-CLOCK", $"The clocks of {_target.Name} and the vSphere server differ{apart}, and licence servers refuse a guest whose clock is wrong.", "Set the guest's time and time zone right (chrony, ntp or VMware Tools).");
        }
    }

    /// <summary>The settings that shall be as given here; null is unset, and what is not in it stays.</summary>
    private Dictionary<string, string?> Wanted()
    {
        Dictionary<string, string?> wanted = new(StringComparer.Ordinal);
        if (_wish.Kind == LicenseServerKind.Legacy)
        {
            wanted[LicenseSettings.ServerAddress] = _wish.Server;
            Port(LicenseSettings.ServerPort, _wish.Port);
            if (_wish.Backup is not null)
            {
                wanted[LicenseSettings.BackupServerAddress] = _wish.Backup;
            }

            Port(LicenseSettings.BackupServerPort, _wish.BackupPort);
        }
        else if (_wish.RemovesOther)
        {
            wanted[LicenseSettings.ServerAddress] = null;
            wanted[LicenseSettings.BackupServerAddress] = null;
        }

        if (Feature() is { } feature)
        {
            wanted[LicenseSettings.FeatureType] = LicenseSettings.Text((int)feature);
        }

        return wanted;

        // A port that is not set is the default one.
        void Port(string name, int? port)
        {
            if (port is { } number && (LicenseSettings.Port(_guest.Setting(name)) ?? LicenseSettings.DefaultPort) != number)
            {
                wanted[name] = LicenseSettings.Text(number);
            }
        }
    }

    private LicenseFeature? Feature()
    {
        LicenseFeature? set = LicenseSettings.Feature(_guest.Setting(LicenseSettings.FeatureType));
        LicenseFeature? feature = _wish.Feature ?? (set is null or LicenseFeature.Unlicensed ? null : set);
        if (_guest.IsPassthrough && (feature is null || feature == LicenseFeature.VirtualGpu))
        {
            Block(
                "LICENSE-FEATURE",
                "LicenseFeatureNeeded",
                $"{_target.Name} has a whole GPU, and a licence of the kind vGPU is for a vGPU.",
                "Say which product the GPU is licensed for: -VirtualWorkstation (FeatureType 2) or -VirtualComputeServer (4).");
        }

        return feature ?? LicenseFeature.VirtualGpu;
    }

    private LicensePlan Conf(Dictionary<string, string?> settings)
    {
        GriddConf before = GriddConf.Parse(_guest.Conf ?? _guest.Template);
        GriddConf after = settings.Aggregate(before, (conf, setting) => conf.With(setting.Key, setting.Value));
        if (_guest.Conf is null)
        {
            _rows.Add(("gridd.conf", null, _guest.Template is null ? "made anew" : "made from gridd.conf.template"));
        }

        foreach (KeyValuePair<string, string?> setting in settings.OrderBy(setting => IndexOf(setting.Key)))
        {
            Row("gridd.conf " + setting.Key, _guest.Conf is null ? null : before.Value(setting.Key), setting.Value);
        }

        // Who may write it decides from where the guest takes its licence.
        bool isOpen = _guest.ConfMode is { } mode && (mode.Length < 3 || mode.Skip(mode.Length - 2).Any(digit => ((digit - '0') & 2) != 0));
        if (isOpen)
        {
            Row("gridd.conf mode", _guest.ConfMode, PlainMode);
        }

        bool isWritten = _guest.Conf is null || !ReferenceEquals(before, after);
        return new LicensePlan { Conf = isWritten ? after.ToBytes() : null, ConfMode = isOpen || _guest.Conf is null ? PlainMode : null };
    }

    private LicensePlan Registry(Dictionary<string, string?> settings)
    {
        Dictionary<string, string?> written = settings.Where(setting => !string.Equals(_guest.Setting(setting.Key), setting.Value, StringComparison.Ordinal)).ToDictionary(setting => setting.Key, setting => setting.Value);
        foreach (KeyValuePair<string, string?> setting in written.OrderBy(setting => IndexOf(setting.Key)))
        {
            Row("GridLicensing " + setting.Key, _guest.Setting(setting.Key), setting.Value);
        }

        return new LicensePlan { Registry = written };
    }

    private LicensePlan Token(LicensePlan plan)
    {
        if (_wish.Kind == LicenseServerKind.Legacy)
        {
            if (!_wish.RemovesOther || _guest.Tokens.Count == 0)
            {
                return plan;
            }

            Row(TokenProperty, Words(_guest.Tokens), null);
            return plan with { RemovedTokens = [.. _guest.Tokens.Select(token => token.Path)] };
        }

        string name = ClientToken.NameInGuest(Path.GetFileName(_wish.TokenFile!));
        string path = _guest.TokenFolder + (_guest.Family == GuestFamily.Windows ? '\\' : '/') + name;
        GuestToken? same = _guest.Tokens.FirstOrDefault(token => token.Hash == _wish.TokenHash);
        GuestToken[] others = [.. _guest.Tokens.Where(token => token != same && (same is not null || token.Path != path))];
        if (same is null || others.Length > 0)
        {
            Row(TokenProperty, Words(_guest.Tokens), ClientToken.Words(same?.Name ?? name, _wish.TokenHash!));
        }

        bool isClosed = same?.Mode is { } mode && mode.TrimStart('0') != ClientToken.Mode;
        if (isClosed)
        {
            Row(TokenProperty + " mode", same!.Mode, ClientToken.Mode);
        }

        return plan with { TokenPath = same is null ? path : null, TokenToOpen = isClosed ? same!.Path : null, RemovedTokens = [.. others.Select(token => token.Path)] };
    }

    private static string? Words(IReadOnlyList<GuestToken> tokens) => tokens.Count == 0 ? null : string.Join(", ", tokens.Select(token => ClientToken.Words(token.Name, token.Hash)));

    private static int IndexOf(string name) => LicenseSettings.All.ToList().IndexOf(name);

    private void Row(string property, string? before, string? after)
    {
        if (!string.Equals(before, after, StringComparison.Ordinal))
        {
            _rows.Add((property, before, after));
        }
    }

    private void Block(string rule, string errorId, string message, string? nextStep) =>
        _findings.Add(new Finding(rule, FindingSeverity.Block, _target, message, nextStep) { ErrorId = errorId, ErrorCategory = GpuErrorCategory.InvalidState });

    private void Warn(string rule, string message, string? nextStep) => _findings.Add(new Finding(rule, FindingSeverity.Warning, _target, message, nextStep));
}
