using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Bitfusion;

/// <summary>
/// What FlexDirect writes. The guide shows a few of its lines, public texts some of its failures; the rest is not known. So nothing here
/// rests on columns or an order: what can be made out is taken, what cannot stays absent, and whoever reads keeps the text.
/// </summary>
internal static class FlexDirectText
{
    private const RegexOptions Loose = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex s_log = new(@"^\[?(?<level>INFO|WARN(?:ING)?|ERROR|DEBUG)\]?\s+\d{4}\S\d\d\S\d\d", Loose);
    private static readonly Regex s_error = new(@"^(?:Error|Fatal)\s*:\s*(?<text>.+)$", Loose);

    private static readonly Regex s_errorInside = new(@"^(?<before>.*\S)\s+(?:Error|Fatal)\s*:\s+(?<text>.+)$", Loose);
    private static readonly Regex s_listening = new(@"\bon\s+(?<host>\[[0-9a-f:.]+\]|[^\s\[\]]*[^\s\[\]:]):(?<port>\d{1,5})\b", Loose);
    private static readonly Regex s_gpuCount = new(@"\b(?<count>\d+)\s+GPUs?\b(?:\s*\((?<devices>[^)]*)\))?", Loose);
    private static readonly Regex s_memoryEach = new(@"\b(?<size>\d+)\s*(?<unit>[MG]i?B)\b", Loose);

    private static readonly Regex s_ready = new(@"licen[sc]e is ready|is licen[sc]ed\b|licen[sc]e is valid", Loose);
    private static readonly Regex s_notReady = new(
        @"\b(?:not|un) ?licen[sc]ed\b|\bno (?:valid )?licen[sc]e\b|licen[sc]e[^.\n]{0,60}\b(?:not|invalid|expired|missing|refused|denied|rejected|fail\w*)\b|\b(?:invalid|expired|wrong) licen[sc]e\b", Loose);

    private static readonly Regex s_asksForKey = new(@"licen[sc]e\s+key[^.\n]*[:?>]\s*$|enter[^.\n]*\bkey\b", Loose | RegexOptions.Multiline);
    private static readonly Regex s_asksToAccept = new(@"\b(?:accept|agree)\b[^\n]*(?:\[?\(?\s*y(?:es)?\s*/\s*n|[?:]\s*$)", Loose | RegexOptions.Multiline);

    private static readonly Regex s_serverLine = new(@"^(?:[-*|\s]*)(?:server|srs|node|host)\b(?:\s*#?\d+(?=[\s\[:,(]))?[^0-9A-Za-z\[]*\[?(?<address>[0-9A-Za-z][^\s\],;]*)\]?", Loose);
    private static readonly Regex s_gpuLine = new(@"\bGPU\s*#?\s*(?<index>\d+)\b(?<rest>.*)$", Loose);
    private static readonly Regex s_pair = new(@"(?<a>\d+)\s*(?:MiB|MB|M)?\s*(?:/|of)\s*(?<b>\d+)\s*(?:MiB|MB|M)\b", Loose);
    private static readonly Regex s_oneSize = new(@"(?<a>\d+)\s*(?:MiB|MB)\b", Loose);
    private static readonly Regex s_model = new(@"\b(?:NVIDIA\s+)?(?:Tesla|Quadro|GRID|GeForce|RTX|[APVHLT]\d{1,3})[\w\s-]*?(?=\s*(?:[,;|(\[:]|\d+\s*(?:MiB|MB)|free|used|$))", RegexOptions.CultureInvariant);

    private static readonly Regex s_statusFirst = new(
        @"^[\s\-*|.]*[\[(<]?\s*(?<status>PASS(?:ED)?|OK|SUCCESS|WARN(?:ING)?|MARGINAL|FAIL(?:ED|URE)?|ERROR|CRITICAL|SKIP(?:PED)?|✓|✔|✗|✘)\s*[\])>]?(?:\s*[:\-]\s*|\s+)(?<name>\S.*)$", Loose);

    private static readonly Regex s_statusLast = new(
        @"^[\s\-*|]*(?<name>\S.*?)\s*(?:\.{2,}|[:=|]|\s-|\s)\s*[\[(<]?\s*(?<status>PASS(?:ED)?|OK|SUCCESS|WARN(?:ING)?|MARGINAL|FAIL(?:ED|URE)?|CRITICAL|SKIP(?:PED)?|✓|✔|✗|✘)\s*[\])>]?[\s|.]*$", Loose);

    private static readonly Regex s_statusMiddle = new(
        @"^[\s\-*|]*(?<name>[^:\[\]]+?)\s*[:\[]\s*(?<status>PASS(?:ED)?|OK|WARN(?:ING)?|MARGINAL|FAIL(?:ED|URE)?)\b\]?\s*[:,(\-]\s*(?<detail>\S.*?)\)?$", Loose);

    private static readonly Regex s_heading = new(@"^[\s\-*|=]*(?<name>[\w.\-:\[\]]+(?:\s*\([^)]*\))?)\s*:\s*$", Loose);

    /// <summary>What a scheduler says when it starts; null when it has not said it.</summary>
    /// <param name="text">Its output, in which a page or a terminal may have broken the line.</param>
    public static SchedulerReport? ReadScheduler(string text)
    {
        string all = Regex.Replace(text, @"\s+", " ");
        int start = all.IndexOf("Running resource scheduler", StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return null;
        }

        // Its own line alone: what it logs afterwards has addresses and sizes of its own.
        string said = all.Substring(start);
        int end = said.IndexOf(" each", StringComparison.OrdinalIgnoreCase);
        said = end > 0 ? said.Substring(0, end + " each".Length) : said.Substring(0, Math.Min(said.Length, 200));
        Match listening = s_listening.Match(said);
        Match count = s_gpuCount.Match(said);
        Match memory = s_memoryEach.Match(said, count.Success ? count.Index + count.Length : 0);
        return new SchedulerReport
        {
            ListenAddress = listening.Success ? listening.Groups["host"].Value.Trim('[', ']') : null,
            Port = listening.Success ? Number(listening, "port") : null,
            GpuCount = count.Success ? Number(count, "count") : null,
            Devices = count.Success ? [.. count.Groups["devices"].Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)] : [],
            MemoryMB = !memory.Success ? null : Number(memory, "size") * (memory.Groups["unit"].Value[0] is 'g' or 'G' ? 1024 : 1),
            Text = said,
        };
    }

    /// <summary>What is said of the licence: whether it is ready, or is not; null when nothing is said.</summary>
    public static bool? ReadLicense(string text)
    {
        // The last word counts: what was amiss at first may have been refreshed.
        int ready = LastIndex(s_ready, text);
        int notReady = LastIndex(s_notReady, text);
        return ready < 0 && notReady < 0 ? null : ready > notReady;
    }

    /// <summary>Where in the text it asks for the key; -1 when it does not.</summary>
    public static int AsksForKey(string text) => s_asksForKey.Match(text) is { Success: true } match ? match.Index : -1;

    /// <summary>Where in the text it asks to accept the licence's terms; -1 when it does not.</summary>
    public static int AsksToAccept(string text) => s_asksToAccept.Match(text) is { Success: true } match ? match.Index : -1;

    /// <summary>The GPUs that a list names; empty when none can be made out.</summary>
    public static IReadOnlyList<FlexDirectGpuLine> ReadGpus(string text)
    {
        List<FlexDirectGpuLine> gpus = [];
        string? server = null;
        foreach (string line in Lines(text))
        {
            if (s_log.IsMatch(line) || s_error.IsMatch(line))
            {
                continue;
            }

            Match gpu = s_gpuLine.Match(line);
            Match at = s_serverLine.Match(line);
            if (at.Success && FlexDirectAddress.TryParse(at.Groups["address"].Value.TrimEnd(':', ']'), out FlexDirectAddress? address) is null)
            {
                server = address!.ToString();
            }

            if (gpu.Success)
            {
                gpus.Add(GpuOf(server, Number(gpu, "index"), gpu.Groups["rest"].Value, line));
            }
        }

        return gpus;
    }

    /// <summary>The checks that a health report names, and what it says went wrong besides; empty when nothing can be made out.</summary>
    public static IReadOnlyList<HealthLine> ReadHealth(string text)
    {
        List<HealthLine> checks = [];
        string? node = null;
        foreach (string line in Lines(text))
        {
            if (s_log.Match(line) is { Success: true } log)
            {
                if (log.Groups["level"].Value[0] is not ('W' or 'w' or 'E' or 'e'))
                {
                    continue;
                }

                // Public texts show its own error behind a warning in one line.
                if (s_errorInside.Match(line) is { Success: true } inside)
                {
                    checks.Add(new HealthLine(node, inside.Groups["text"].Value, FlexDirectHealthStatus.Failed, WordsOfLog(inside.Groups["before"].Value), line) { IsOwnError = true });
                }
                else
                {
                    checks.Add(new HealthLine(node, WordsOfLog(line), log.Groups["level"].Value[0] is 'W' or 'w' ? FlexDirectHealthStatus.Warning : FlexDirectHealthStatus.Failed, null, line) { IsLog = true });
                }
            }
            else if (s_error.Match(line) is { Success: true } error)
            {
                checks.Add(new HealthLine(node, error.Groups["text"].Value, FlexDirectHealthStatus.Failed, null, line) { IsOwnError = true });
            }
            else if (s_statusFirst.Match(line) is { Success: true } first)
            {
                checks.Add(Check(node, first, line));
            }
            else if (s_statusMiddle.Match(line) is { Success: true } middle)
            {
                checks.Add(new HealthLine(node, middle.Groups["name"].Value.Trim(), StatusOf(middle.Groups["status"].Value), middle.Groups["detail"].Value.Trim(), line));
            }
            else if (s_statusLast.Match(line) is { Success: true } last)
            {
                checks.Add(Check(node, last, line));
            }
            else if (s_heading.Match(line) is { Success: true } heading)
            {
                node = heading.Groups["name"].Value;
            }
        }

        return checks;
    }

    /// <summary>
    /// What went wrong once, in one line: the program's own error at the end with what it logged on the way there. Checks stay what they are.
    /// </summary>
    /// <param name="lines">What <see cref="ReadHealth"/> found.</param>
    /// <param name="hasFailed">Whether the program ended with an error.</param>
    public static IReadOnlyList<HealthLine> Join(IReadOnlyList<HealthLine> lines, bool hasFailed)
    {
        List<HealthLine> joined = [];
        foreach (HealthLine line in lines)
        {
            // Without an error of its own, the last that it logged is what it ended with.
            bool isEnd = line.IsOwnError || (hasFailed && line.IsLog && line == lines[lines.Count - 1]);
            int reasons = 0;
            while (isEnd && reasons < joined.Count && joined[joined.Count - 1 - reasons].IsLog)
            {
                reasons++;
            }

            HealthLine[] before = [.. joined.Skip(joined.Count - reasons)];
            joined.RemoveRange(joined.Count - reasons, reasons);
            string[] said = [.. before.Select(reason => reason.Check).Append(line.Detail).OfType<string>()];
            joined.Add(!isEnd ? line : line with
            {
                Status = FlexDirectHealthStatus.Failed,
                Detail = said.Length == 0 ? null : string.Join("; ", said),
                Text = string.Join("\n", before.Select(reason => reason.Text).Append(line.Text)),
                IsOwnError = true,
            });
        }

        return joined;
    }

    /// <summary>What is said of a failure in a few words: its last line of error, else its last line; empty when it said nothing.</summary>
    public static string Complaint(string text)
    {
        string[] lines = [.. Lines(text).Select(line => line.Trim())];
        return lines.LastOrDefault(line => s_error.IsMatch(line)) ?? lines.LastOrDefault() ?? string.Empty;
    }

    private static FlexDirectGpuLine GpuOf(string? server, int index, string rest, string line)
    {
        Match pair = s_pair.Match(rest);
        Match one = s_oneSize.Match(rest);
        bool isUsed = Regex.IsMatch(rest, @"\bused\b", Loose) && !Regex.IsMatch(rest, @"\bfree\b|\bavailable\b", Loose);
        int? total = pair.Success ? Number(pair, "b") : one.Success ? Number(one, "a") : null;
        int? free = !pair.Success ? null : isUsed ? total - Number(pair, "a") : Regex.IsMatch(rest, @"\bfree\b|\bavailable\b", Loose) ? Number(pair, "a") : null;
        Match model = s_model.Match(rest);
        return new FlexDirectGpuLine(server, index, model.Success && model.Value.Trim().Length > 0 ? model.Value.Trim() : null, total, free, line.Trim());
    }

    private static HealthLine Check(string? node, Match match, string line)
    {
        string name = match.Groups["name"].Value.Trim().TrimEnd('.');
        int colon = name.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0
            ? new HealthLine(node, name.Substring(0, colon).Trim(), StatusOf(match.Groups["status"].Value), name.Substring(colon + 2).Trim(), line)
            : new HealthLine(node, name, StatusOf(match.Groups["status"].Value), null, line);
    }

    private static FlexDirectHealthStatus StatusOf(string word) => word.ToUpperInvariant() switch
    {
        "PASS" or "PASSED" or "OK" or "SUCCESS" or "✓" or "✔" => FlexDirectHealthStatus.Passed,
        "WARN" or "WARNING" or "MARGINAL" => FlexDirectHealthStatus.Warning,
        "SKIP" or "SKIPPED" => FlexDirectHealthStatus.Unknown,
        _ => FlexDirectHealthStatus.Failed,
    };

    // What follows the time.
    private static string WordsOfLog(string line) => string.Join(" ", line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Skip(2));

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.TrimEnd('\r', ' ')).Where(line => line.Trim().Length > 0 && line[0] != '#');

    private static int LastIndex(Regex regex, string text) => regex.Matches(text).Cast<Match>().Select(match => match.Index).DefaultIfEmpty(-1).Max();

    private static int Number(Match match, string group) => int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
}
