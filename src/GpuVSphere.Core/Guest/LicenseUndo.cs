using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// What the journal keeps of a licence that is configured, and the way back: settings by their values, gridd.conf and tokens by their SHA-256 alone. Only what
/// still is as the change set it is put back. A token that the change removed is kept nowhere.
/// </summary>
internal sealed class LicenseUndo
{
    private const string FileField = "gridd.conf";
    private const string SettingField = "setting ";
    private const string TokenField = "token ";

    private readonly LicenseGuest _guest;
    private readonly IReadOnlyDictionary<string, string> _wanted;
    private readonly List<(string, string?, string?)> _rows = [];
    private readonly List<string> _consequences = [];

    private LicenseUndo(LicenseGuest guest, IReadOnlyDictionary<string, string> wanted) => (_guest, _wanted) = (guest, wanted);

    /// <summary>What a plan sets, with what was there.</summary>
    /// <param name="guest">The guest before.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="tokenHash">The SHA-256 of the token that is written.</param>
    public static IReadOnlyList<JournalField> FieldsOf(LicenseGuest guest, LicensePlan plan, string? tokenHash)
    {
        List<JournalField> fields = [];
        if (plan.Conf is { } conf)
        {
            GriddConf after = GriddConf.Parse(conf);
            if (guest.Conf is null)
            {
                fields.Add(new JournalField(FileField, null, ClientToken.Hash(conf)));
            }

            fields.AddRange(LicenseSettings.All
                .Select(name => new JournalField(SettingField + name, guest.Setting(name), after.Value(name)))
                .Where(field => field.Before != field.After));
        }

        fields.AddRange(plan.Registry.Select(value => new JournalField(SettingField + value.Key, guest.Setting(value.Key), value.Value)));
        if (plan.TokenPath is { } path)
        {
            fields.Add(new JournalField(TokenField + path, HashOf(path), tokenHash));
        }

        fields.AddRange(plan.RemovedTokens.Select(removed => new JournalField(TokenField + removed, HashOf(removed), null)));
        return fields;

        string? HashOf(string token) => guest.Tokens.FirstOrDefault(one => one.Path == token)?.Hash;
    }

    /// <summary>Plans the way back. No I/O.</summary>
    public static LicensePlan Plan(LicenseGuest guest, IReadOnlyDictionary<string, string> wanted) => new LicenseUndo(guest, wanted).Plan();

    /// <summary>Gives a proposal the way back of one guest.</summary>
    public static void AddTo(GuestProposal proposal, GuestSubject subject, LicenseGuest guest)
    {
        LicensePlan plan = Plan(guest, subject.Intent.Wanted);
        foreach ((string property, string? before, string? after) in plan.Rows)
        {
            proposal.Row(property, before, after);
        }

        foreach (string consequence in plan.Consequences)
        {
            proposal.Tell(consequence);
        }

        LicenseChange change = new(new LicenseWish { Kind = guest.Kind ?? Catalog.LicenseServerKind.Legacy }, plan, TimeSpan.Zero);
        proposal.Step("putting the licence's configuration back", change.ConfigureAsync);
        if (guest.HasService)
        {
            proposal.Step("restarting the licensing service", change.RestartAsync);
        }

        proposal.Verify = VerifyAsync;
    }

    private static async Task<GuestOutcome> VerifyAsync(GuestRun run, CancellationToken cancellationToken)
    {
        LicenseGuest now = await LicenseReader.ReadAsync(run.Subject, cancellationToken).ConfigureAwait(false);
        (string property, string? before, string? after) = Plan(now, run.Subject.Intent.Wanted).Rows.FirstOrDefault();
        return property is null
            ? GuestOutcome.Done($"what configured the licence of {run.Target.Name} before is back; nvidia-smi says: {now.StatusText ?? "nothing of a licence"}")
            : GuestOutcome.Failed(new GpuVSphereException(
                "NotAsWanted",
                GpuErrorCategory.OperationFailed,
                $"{run.Target.Name}: {property} is {before ?? "absent"} and should be {after ?? "absent"}.",
                run.Target.Name,
                "Look into the guest, then undo the change again."));
    }

    private LicensePlan Plan()
    {
        bool removesConf = _wanted.TryGetValue(IntentConditions.OnlyIf + FileField, out string? made) && _guest.Conf is { } conf && ClientToken.Hash(conf) == made;
        Dictionary<string, string?> settings = new(StringComparer.Ordinal);
        if (removesConf)
        {
            _rows.Add((FileField, "as the change made it", null));
        }
        else
        {
            foreach (string name in Names(SettingField))
            {
                Setting(name, settings);
            }
        }

        List<string> tokens = [];
        foreach (string path in Names(TokenField))
        {
            Token(path, tokens);
        }

        if (_rows.Count > 0 && _guest.HasService)
        {
            _consequences.Add("the licensing service is restarted; a licence that the guest has is given back, and asked for again where one is configured");
        }

        bool isRegistry = _guest.Family == GuestFamily.Windows;
        return new LicensePlan
        {
            Rows = _rows,
            Consequences = _consequences,
            RemovesConf = removesConf,
            Conf = isRegistry || settings.Count == 0 ? null : settings.Aggregate(GriddConf.Parse(_guest.Conf), (file, setting) => file.With(setting.Key, setting.Value)).ToBytes(),
            Registry = isRegistry ? settings.Where(setting => setting.Value is not null).ToDictionary(setting => setting.Key, setting => setting.Value) : new Dictionary<string, string?>(),
            RemovedValues = isRegistry ? [.. settings.Where(setting => setting.Value is null).Select(setting => setting.Key)] : [],
            RemovedTokens = tokens,
        };
    }

    private void Setting(string name, Dictionary<string, string?> settings)
    {
        string? now = _guest.Setting(name);
        string? before = Before(SettingField + name);
        string property = (_guest.Family == GuestFamily.Windows ? "GridLicensing " : FileField + " ") + name;
        if (now == before)
        {
            return;
        }

        if (!IntentConditions.Allows(_wanted, SettingField + name, now))
        {
            _consequences.Add($"keeps {property} = {now ?? "(absent)"}: it was changed since by somebody else");
            return;
        }

        settings[name] = before;
        _rows.Add((property, now, before));
    }

    private void Token(string path, List<string> removed)
    {
        string name = path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
        string? set = _wanted.TryGetValue(IntentConditions.OnlyIf + TokenField + path, out string? hash) && hash.Length > 0 ? hash : null;
        GuestToken? token = _guest.Tokens.FirstOrDefault(one => one.Path == path);
        if (set is not null && token is not null && token.Hash == set)
        {
            removed.Add(path);
            _rows.Add((LicensePlanner.TokenProperty, ClientToken.Words(token.Name, token.Hash), null));
        }
        else if (set is not null && token is not null && token.Hash != Before(TokenField + path))
        {
            _consequences.Add($"keeps {name}: it was changed since by somebody else");
        }

        if (Before(TokenField + path) is { } lost && token?.Hash != lost)
        {
            _consequences.Add($"the token {ClientToken.Words(name, lost)} that the change took away is kept nowhere: Set-VgpuLicense -TokenPath brings it back");
        }
    }

    private IEnumerable<string> Names(string kind) =>
        _wanted.Keys.Where(key => key.StartsWith(kind, StringComparison.Ordinal)).Select(key => key.Substring(kind.Length)).OrderBy(name => name, StringComparer.Ordinal);

    private string? Before(string field) => _wanted.TryGetValue(field, out string? value) && value.Length > 0 ? value : null;
}
