using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Bitfusion;

/// <summary>
/// The file in which a client names its servers, in both of its forms. What is not a server is kept as it stands: comments, empty lines, and
/// keys that later releases put beside the addresses.
/// </summary>
internal sealed class ServersConf
{
    private static readonly Regex s_heading = new(@"^servers\s*:\s*(?:\[\s*\]\s*)?(?:#.*)?$", RegexOptions.CultureInvariant);
    private static readonly Regex s_listItem = new(@"^(?<indent>\s*)-(?<gap>\s+)(?<rest>.*)$", RegexOptions.CultureInvariant);
    private static readonly Regex s_key = new(@"^(?<key>[A-Za-z_]+)\s*:(?<value>.*)$", RegexOptions.CultureInvariant);

    private readonly IReadOnlyList<ServersConfPart> _parts;
    private readonly string _newLine;

    private ServersConf(ServersConfForm form, IReadOnlyList<ServersConfPart> parts, string newLine, string? problem)
    {
        Form = form;
        _parts = parts;
        _newLine = newLine;
        Problem = problem;
    }

    /// <summary>How it is written.</summary>
    public ServersConfForm Form { get; }

    /// <summary>Why it cannot be changed safely; null when it can.</summary>
    public string? Problem { get; }

    /// <summary>The servers, in the order of the file.</summary>
    public IEnumerable<ServersConfPart> Servers => _parts.Where(part => part.IsServer);

    /// <summary>A file without servers.</summary>
    public static ServersConf Empty(ServersConfForm form) => new(form, form == ServersConfForm.Yaml ? [Kept("servers:")] : [], "\n", null);

    /// <summary>Reads a file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="formWhenEmpty">The form of a file that holds nothing but comments.</param>
    public static ServersConf Read(string text, ServersConfForm formWhenEmpty = ServersConfForm.Lines)
    {
        string newLine = text.IndexOf("\r\n", StringComparison.Ordinal) >= 0 ? "\r\n" : "\n";
        List<string> lines = [.. text.TrimStart('\uFEFF').Split('\n').Select(line => line.TrimEnd('\r'))];
        if (lines[lines.Count - 1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        string[] meant = [.. lines.Select(line => WithoutComment(line).Trim()).Where(line => line.Length > 0 && line != "---")];
        return meant.Any(line => line.StartsWith("servers", StringComparison.Ordinal) && s_key.IsMatch(line)) || (meant.Length == 0 && formWhenEmpty == ServersConfForm.Yaml)
            ? ReadYaml(lines, newLine)
            : new ServersConf(ServersConfForm.Lines, [.. lines.Select(LineOf)], newLine, null);
    }

    /// <summary>The text of the file with exactly these servers, those that are there already with their lines as they are.</summary>
    /// <param name="wanted">The servers.</param>
    /// <param name="form">The form; null for the one that the file has.</param>
    /// <param name="keepsWrong">Whether lines stay that should be servers and are not understood.</param>
    /// <param name="wrongRemoved">Which of them go all the same; null for none.</param>
    public string With(IReadOnlyList<FlexDirectAddress> wanted, ServersConfForm? form = null, bool keepsWrong = false, Func<ServersConfPart, bool>? wrongRemoved = null)
    {
        ServersConf from = form is null || form == Form ? this : To(form.Value);
        return from.Text(from.Changed(wanted, part => keepsWrong && wrongRemoved?.Invoke(part) != true));
    }

    /// <summary>The text of the file as it is, with the ends of lines as they were and one at its end.</summary>
    public override string ToString() => Text(_parts);

    private string Text(IEnumerable<ServersConfPart> parts) => string.Concat(parts.SelectMany(part => part.Lines).Select(line => line + _newLine));

    private List<ServersConfPart> Changed(IReadOnlyList<FlexDirectAddress> wanted, Func<ServersConfPart, bool> keepsWrong)
    {
        List<ServersConfPart> parts =
            [.. _parts.Where(part => !part.IsServer || (part.Addresses.Count == 0 ? keepsWrong(part) : part.Addresses.Any(address => wanted.Any(address.IsSameAs))))];
        int at = parts.FindLastIndex(part => part.IsServer);
        if (Form == ServersConfForm.Yaml && at < 0)
        {
            at = parts.FindIndex(part => part.Lines.Any(line => s_heading.IsMatch(line)));
            if (at < 0)
            {
                parts.Add(Kept("servers:"));
                at = parts.Count - 1;
            }
            else
            {
                // An empty list in brackets is one no longer.
                parts[at] = Kept([.. parts[at].Lines.Select(line => s_heading.IsMatch(line) ? Regex.Replace(line, @"\[\s*\]\s*", string.Empty).TrimEnd() : line)]);
            }
        }
        else if (at < 0)
        {
            at = parts.Count - 1;
        }

        parts.InsertRange(at + 1, wanted.Where(address => !parts.Any(part => part.Addresses.Any(address.IsSameAs))).Select(Written));
        return parts;
    }

    private ServersConfPart Written(FlexDirectAddress address)
    {
        if (Form == ServersConfForm.Lines)
        {
            return new ServersConfPart([address.ToString()], true, [address], null);
        }

        // As the servers that are there are indented; the form of the public example where there is none.
        string indent = Servers.SelectMany(part => part.Lines).Select(line => s_listItem.Match(line)).FirstOrDefault(match => match.Success)?.Groups["indent"].Value ?? string.Empty;
        return new ServersConfPart([indent + "- addresses:", indent + "  - " + YamlWord(address.WithPort())], true, [address], null);
    }

    // A bracket begins a list in YAML.
    private static string YamlWord(string address) => address[0] == '[' ? "\"" + address + "\"" : address;

    private ServersConf To(ServersConfForm form)
    {
        ServersConf empty = Empty(form);
        ServersConfPart[] comments = [.. _parts.Where(part => !part.IsServer).SelectMany(part => part.Lines).Where(line => line.TrimStart().StartsWith("#", StringComparison.Ordinal)).Select(line => Kept(line))];
        ServersConf other = new(form, [.. comments, .. empty._parts], _newLine, null);
        return new ServersConf(form, [.. other._parts, .. Servers.SelectMany(part => part.Addresses.Take(1)).Select(other.Written)], _newLine, null);
    }

    private static ServersConfPart LineOf(string line)
    {
        string text = WithoutComment(line).Trim();
        return text.Length == 0 ? Kept(line)
            : FlexDirectAddress.TryParse(text, out FlexDirectAddress? address) is null ? new ServersConfPart([line], true, [address!], null)
            : new ServersConfPart([line], true, [], text);
    }

    private static ServersConf ReadYaml(List<string> lines, string newLine)
    {
        List<ServersConfPart> parts = [];
        List<string> item = [];
        int itemIndent = -1;
        bool inServers = false;
        string? problem = null;

        // Comments and empty lines behind a server may belong to the next one: they are nobody's until it is known.
        List<string> pending = [];
        foreach (string line in lines)
        {
            string text = WithoutComment(line);
            int indent = text.Length - text.TrimStart().Length;
            if (text.Trim().Length == 0)
            {
                pending.Add(line);
            }
            else if (text.Substring(0, indent).IndexOf('\t') >= 0)
            {
                problem ??= "it is indented with tabs";
                pending.Add(line);
            }
            else if (inServers && s_listItem.Match(text) is { Success: true } match && (itemIndent < 0 || match.Groups["indent"].Length <= itemIndent))
            {
                End();
                itemIndent = match.Groups["indent"].Length;
                item.Add(line);
            }
            else if (inServers && item.Count > 0 && indent > itemIndent)
            {
                item.AddRange(pending);
                pending.Clear();
                item.Add(line);
            }
            else
            {
                End();
                inServers = text.Trim() is var key && s_heading.IsMatch(key);
                problem ??= !inServers && key.StartsWith("servers", StringComparison.Ordinal) ? "its list of servers is written in one line" : null;
                itemIndent = -1;
                parts.Add(Kept(line));
            }
        }

        End();
        return new ServersConf(ServersConfForm.Yaml, parts, newLine, problem);

        void End()
        {
            if (item.Count > 0)
            {
                parts.Add(ItemOf(item));
                item = [];
            }

            parts.AddRange(pending.Select(line => Kept(line)));
            pending.Clear();
        }
    }

    private static ServersConfPart ItemOf(List<string> lines)
    {
        List<FlexDirectAddress> addresses = [];
        List<string> wrong = [];
        bool inAddresses = false;
        foreach (string line in lines)
        {
            string text = WithoutComment(line).Trim();
            bool isItem = text.StartsWith("- ", StringComparison.Ordinal);
            string bare = isItem ? text.Substring(2).Trim() : text;
            if (s_key.Match(bare) is { Success: true } key && FlexDirectAddress.TryParse(Unquoted(bare), out _) is not null)
            {
                // Later releases note beside the addresses which of them was reached last; that is no server of its own.
                inAddresses = key.Groups["key"].Value == "addresses";
                string value = key.Groups["value"].Value.Trim();
                if (inAddresses && value.Length > 0)
                {
                    foreach (string one in value.TrimStart('[').TrimEnd(']').Split(','))
                    {
                        Take(Unquoted(one.Trim()));
                    }
                }
            }
            else if (isItem && (inAddresses || ReferenceEquals(line, lines[0])))
            {
                Take(Unquoted(bare));
            }
        }

        return new ServersConfPart([.. lines], true, addresses, addresses.Count > 0 ? null : wrong.FirstOrDefault() ?? string.Join(" ", lines.Select(line => line.Trim())));

        void Take(string text)
        {
            if (FlexDirectAddress.TryParse(text, out FlexDirectAddress? address) is null)
            {
                addresses.Add(address!);
            }
            else if (text.Length > 0)
            {
                wrong.Add(text);
            }
        }
    }

    private static ServersConfPart Kept(params string[] lines) => new(lines, false, [], null);

    private static string Unquoted(string text) => text.Length > 1 && text[0] is '"' or '\'' && text[text.Length - 1] == text[0] ? text.Substring(1, text.Length - 2) : text;

    // A comment begins at the line's start or behind a blank, in both forms.
    private static string WithoutComment(string line)
    {
        for (int i = line.IndexOf('#'); i >= 0; i = line.IndexOf('#', i + 1))
        {
            if (i == 0 || char.IsWhiteSpace(line[i - 1]))
            {
                return line.Substring(0, i);
            }
        }

        return line;
    }
}
