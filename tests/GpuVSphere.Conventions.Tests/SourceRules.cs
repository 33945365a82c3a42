using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Conventions.Tests;

/// <summary>Rules that are read off source text.</summary>
internal static partial class SourceRules
{
    private static readonly (string Folder, string Namespace)[] s_roots =
    [
        ("src/GpuVSphere.Core", "GpuVSphere"),
        ("src/GpuVSphere.Simulator", "GpuVSphere.Simulator"),
        ("src/GpuVSphere.PowerShell", "GpuVSphere.PowerShell"),
        ("src/GpuVSphere.Tour", "GpuVSphere.Tour"),
        ("src/GpuVSphere.SshNet", "GpuVSphere.SshNet"),
    ];

    private static readonly HashSet<string> s_withoutNames =
        ["Device", "DeviceId", "Id", "SizeGB", "Port", "Thumbprint", "Count", "GuestDriver", "PlannedManager", "Component"];

    /// <summary>The types a file declares outside any other type.</summary>
    public static IReadOnlyList<string> TypesOf(string text) =>
        [.. TypeDeclaration().Matches(text).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)];

    /// <summary>What is wrong with the types of a file, given its path: more than one, or one of another name.</summary>
    public static string? WrongTypes(string path, string text)
    {
        IReadOnlyList<string> types = TypesOf(text);
        string file = path[(path.LastIndexOf('/') + 1)..];
        string expected = file[..file.IndexOf('.')];
        return types.Count switch
        {
            0 when text.Contains("[assembly:", StringComparison.Ordinal) || file == "Program.cs" => null,
            0 => $"{path} declares no type",
            1 when types[0] == expected => null,
            1 => $"{path} declares {types[0]}",
            _ => $"{path} declares {string.Join(", ", types)}",
        };
    }

    /// <summary>What is wrong with the namespace of a file, given its path.</summary>
    public static string? WrongNamespace(string path, string text)
    {
        (string folder, string ns) = s_roots.FirstOrDefault(root => path.StartsWith(root.Folder + "/", StringComparison.Ordinal));
        if (folder is null)
        {
            return $"{path} is in no known project";
        }

        Match declared = NamespaceDeclaration().Match(text);
        string relative = path[(folder.Length + 1)..];
        string inner = relative.Contains('/') ? "." + relative[..relative.LastIndexOf('/')].Replace('/', '.') : "";
        string expected = ns + inner == "GpuVSphere.Errors" ? "GpuVSphere" : ns + inner;
        return !declared.Success && TypesOf(text).Count == 0 || declared.Groups["name"].Value == expected
            ? null
            : $"{path} is in namespace {declared.Groups["name"].Value}, not {expected}";
    }

    /// <summary>
    /// The places in commands, as they are put together for a user to type, where a text is filled in that has not gone through <c>Typed</c>: behind a parameter
    /// that takes names, or behind the cmdlet itself. Numbers, addresses and ids have nothing to quote.
    /// </summary>
    public static IEnumerable<string> UntypedNames(string text) =>
        NameInCommand().Matches(text)
            .Where(use => !s_withoutNames.Contains(use.Groups["parameter"].Value) && !use.Groups["value"].Value.Contains("Typed.Name", StringComparison.Ordinal))
            .Select(use => use.Value);

    // Filled in behind a parameter, plain or in quotes; behind a cmdlet; or put behind either with a plus.
    [GeneratedRegex(@"(?: -(?<parameter>[A-Z]\w+)|\b[A-Z][a-z]+-[A-Z]\w+) (?:'?(?<!\{)\{(?![{ ])(?<value>(?:[^{}]|\{[^{}]*\})*)\}|"" ?\+ ?(?<value>\w[\w.]*))")]
    private static partial Regex NameInCommand();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    // File-scoped namespaces put the outer types, and nothing else, at the start of a line.
    [GeneratedRegex(
        @"^(?:(?:public|internal|file|sealed|static|abstract|partial|readonly|ref|unsafe) )*(?:class|struct|interface|enum|record struct|record class|record|delegate [\w<>?\[\], ]+?) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
