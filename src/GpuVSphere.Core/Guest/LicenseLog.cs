using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Guest;

/// <summary>
/// What the licensing daemon writes to the guest's log: nvidia-gridd to the syslog or the journal, NVIDIA's display container to a file of its own on Windows.
/// Their words differ between releases, and only some are attested; what is not recognised is passed over, and a refusal that is not understood keeps its words.
/// </summary>
internal static class LicenseLog
{
    private static readonly Regex s_syslog = new(@"\bnvidia-gridd(\[\d+\])?:\s*(?<said>.*)$", RegexOptions.CultureInvariant);
    private static readonly Regex s_windows = new(@"^[A-Z][a-z]{2} [A-Z][a-z]{2}\s+\d+ [\d:]+ \d{4}:<\d+>:(?<said>.*)$", RegexOptions.CultureInvariant);
    private static readonly Regex s_info = new(@"\(Info:\s*(?<server>[^;,)]+?)\s*[;,]\s*(?<product>[^;)]*?)\s*(;[^)]*)?\)", RegexOptions.CultureInvariant);
    private static readonly Regex s_url = new(@"Server URL\s*:\s*(?<server>\S+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_failed = new(@"Failed to acquire (the )?(?:(?<product>.+?) )?license(?: from (?<server>\S+))?", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
    private static readonly Regex s_asked = new(@"\(Info:\s*(?<product>[^)]*?)\s*-\s*Error:", RegexOptions.CultureInvariant);
    private static readonly Regex s_expiry = new(@"Expiry:\s*(?<at>\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{1,2}:\d{1,2})\s*GMT", RegexOptions.CultureInvariant);

    // What a refusal says, and what it means. The first that fits counts.
    private static readonly (LicenseTrouble Trouble, string[] Words)[] s_reasons =
    [
        (LicenseTrouble.ClockSkew, ["windback", "wind back", "clock", "allowed time to process response has expired", "not yet valid", "system time", "token has expired", "token expired"]),
        (LicenseTrouble.TokenMissing, ["unable to fetch the client configuration token"]),
        (LicenseTrouble.TokenInvalid, ["signature from token", "client configuration token", "configuration token"]),
        (LicenseTrouble.FeatureTypeInvalid, ["invalid feature type"]),
        (LicenseTrouble.NoLicense,
            ["no pool features", "no license", "not available", "insufficient", "no more", "no feature", "valid grid license not found", "license server out of", "all licenses", "exhausted", "count exceeded"]),
        (LicenseTrouble.ServerUnreachable,
            ["connect", "unreachable", "not reachable", "timed out", "timeout", "resolve", "host name", "hostname", "communication", "no route", "network", "no response"]),
    ];

    /// <summary>The lines of the daemon alone, as it said them.</summary>
    public static IReadOnlyList<string> Said(string log) =>
    [
        .. log.Split('\n').Select(line => line.TrimEnd('\r')).Select(line => s_syslog.Match(line) is { Success: true } syslog ? syslog : s_windows.Match(line))
            .Where(match => match.Success).Select(match => match.Groups["said"].Value.Trim()).Where(said => said.Length > 0),
    ];

    /// <summary>What was written after what was there before; everything where the log was begun anew since.</summary>
    public static string Since(string before, string now)
    {
        string old = before.TrimEnd('\r', '\n');
        return old.Length > 0 && now.StartsWith(old, StringComparison.Ordinal) ? now.Substring(old.Length)
            : old.Length > 0 && LastLine(old) is { Length: > 0 } last && now.LastIndexOf(last, StringComparison.Ordinal) is >= 0 and int at ? now.Substring(at + last.Length)
            : now;
    }

    /// <summary>Reads a log. Only what the daemon said since it was last started counts.</summary>
    public static LicenseLogVerdict Read(string log)
    {
        IReadOnlyList<string> all = Said(log);
        int start = 0;
        for (int index = 0; index < all.Count; index++)
        {
            start = all[index].StartsWith("Started (", StringComparison.Ordinal) ? index : start;
        }

        LicenseLogVerdict verdict = new(LicenseLogState.Silent);
        int refusals = 0;
        bool hasAsked = false;
        foreach (string said in all.Skip(start))
        {
            if (Judge(said) is { } next)
            {
                // The daemon goes on after a missing address: a token may be all it needs. And it tells a refusal in several lines, of which one says why.
                refusals += next.State == LicenseLogState.Refused && Is(said, "Failed to acquire") ? 1 : 0;
                bool isVaguer = !hasAsked && next is { State: LicenseLogState.Refused, Trouble: LicenseTrouble.Refused } && verdict is { State: LicenseLogState.Refused, Trouble: not LicenseTrouble.Refused };

                // One that was refused asks again by itself, and says so each time: that does not undo why it was refused.
                bool isAgain = next.State == LicenseLogState.Acquiring && verdict.State == LicenseLogState.Refused && refusals > 0;
                hasAsked = next.State == LicenseLogState.Acquiring;
                verdict = isAgain ? verdict : isVaguer ? verdict with { Server = verdict.Server ?? next.Server } : next.State == LicenseLogState.Acquired ? Merged(verdict, next) : next;
            }
        }

        return verdict with { Refusals = refusals };
    }

    /// <summary>The time at which a licence ends, as nvidia-smi and the log write it: without leading zeros.</summary>
    public static DateTimeOffset? Expiry(string text) =>
        s_expiry.Match(text) is { Success: true } match
        && DateTimeOffset.TryParseExact(match.Groups["at"].Value, "yyyy-M-d H:m:s", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            ? at
            : null;

    private static LicenseLogVerdict? Judge(string said)
    {
        if (Is(said, "License acquired successfully") || Is(said, "License renewed successfully") || Is(said, "Your system is licensed"))
        {
            Match info = s_info.Match(said);
            return new LicenseLogVerdict(LicenseLogState.Acquired, LicenseTrouble.None, said)
            {
                Server = Group(info, "server") ?? Group(s_url.Match(said), "server"),
                Product = Group(info, "product"),
                Expiry = Expiry(said),
            };
        }

        if (Is(said, "Acquiring license") || Is(said, "NLS initialized"))
        {
            Match info = s_info.Match(said);
            return new LicenseLogVerdict(LicenseLogState.Acquiring, LicenseTrouble.None, said) { Server = Group(info, "server"), Product = Group(info, "product") };
        }

        if (Is(said, "Configuration parameter (") && said.EndsWith("not set", StringComparison.Ordinal))
        {
            return new LicenseLogVerdict(LicenseLogState.Refused, LicenseTrouble.NotConfigured, said);
        }

        if (said.StartsWith("Failed to open file", StringComparison.Ordinal) && said.IndexOf("gridd.conf", StringComparison.Ordinal) >= 0)
        {
            return new LicenseLogVerdict(LicenseLogState.Refused, LicenseTrouble.NotConfigured, said);
        }

        bool isRefusal = s_failed.IsMatch(said) || Is(said, "Failed to read configurations") || Is(said, "Failed to decode") || Is(said, "Failed to register client") || Is(said, "Failed to setup")
            || Is(said, "Unable to fetch the client configuration token") || Is(said, "Invalid feature type") || Is(said, "Failed to renew") || Is(said, "Valid GRID license not found") || Is(said, "clock windback");
        if (!isRefusal)
        {
            return null;
        }

        Match failed = s_failed.Match(said);
        LicenseTrouble trouble = s_reasons.FirstOrDefault(reason => reason.Words.Any(word => Is(said, word))).Trouble;
        return new LicenseLogVerdict(LicenseLogState.Refused, trouble == LicenseTrouble.None ? LicenseTrouble.Refused : trouble, said)
        {
            Server = Group(failed, "server"),
            Product = Group(s_asked.Match(said), "product") ?? Group(failed, "product"),
        };
    }

    // An older daemon tells of one licence in two lines, the second without the server.
    private static LicenseLogVerdict Merged(LicenseLogVerdict before, LicenseLogVerdict next) => before.State != LicenseLogState.Acquired ? next : next with
    {
        Line = next.Server is null ? before.Line : next.Line,
        Server = next.Server ?? before.Server,
        Product = next.Product ?? before.Product,
        Expiry = next.Expiry ?? before.Expiry,
    };

    private static string? Group(Match match, string name) => match.Groups[name] is { Success: true, Value.Length: > 0 } group ? group.Value.Trim() : null;

    private static bool Is(string said, string words) => said.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;

    private static string LastLine(string text) => text.Substring(text.LastIndexOf('\n') + 1).Trim();
}
