using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Posix;

/// <summary>Runs scripts on a system.</summary>
internal sealed class ShInterpreter(IShSystem system)
{
    /// <summary>Runs a script to its end and gives its exit status.</summary>
    public async Task<int> RunAsync(string script, ShScope scope, ShIo io)
    {
        ShNode node;
        try
        {
            node = ShParser.Parse(script);
        }
        catch (ShSyntaxError error)
        {
            io.Error.Write(system.ShellName + ": 1: " + error.Message + "\n");
            return 2;
        }

        return await ToEndAsync(node, scope, io).ConfigureAwait(false);
    }

    private async Task<int> ToEndAsync(ShNode node, ShScope scope, ShIo io)
    {
        try
        {
            (int status, _) = await RunAsync(node, scope, io).ConfigureAwait(false);
            return status;
        }
        catch (ShExit exit)
        {
            return exit.Status;
        }
    }

    // Gives the descriptors too: exec changes those of what follows.
    private async Task<(int Status, ShIo Io)> RunAsync(ShNode node, ShScope scope, ShIo io)
    {
        scope.Token.ThrowIfCancellationRequested();
        switch (node.Kind)
        {
            case ShKind.Sequence:
                int last = 0;
                foreach (ShNode child in node.Children)
                {
                    (last, io) = await RunAsync(child, scope, io).ConfigureAwait(false);
                }

                return (last, io);
            case ShKind.And or ShKind.Or:
                (int left, io) = await RunAsync(node.Children[0], scope, io).ConfigureAwait(false);
                return left == 0 == (node.Kind == ShKind.And) ? await RunAsync(node.Children[1], scope, io).ConfigureAwait(false) : (left, io);
            case ShKind.Not:
                (int status, io) = await RunAsync(node.Children[0], scope, io).ConfigureAwait(false);
                return (scope.Status = status == 0 ? 1 : 0, io);
            case ShKind.Pipeline:
                return (scope.Status = await PipelineAsync(node, scope, io).ConfigureAwait(false), io);
            case ShKind.Background:
                // Input of what runs beside is empty, unless it is redirected.
                ShIo beside = io.With(0, ShInput.Empty);
                scope.Background = system.Fork(scope, node.Text, inner =>
                {
                    inner.IsForOne = node.Children[0].Kind == ShKind.Simple;
                    return ToEndAsync(node.Children[0], inner, beside);
                }, out _);
                return (scope.Status = 0, io);
            default:
                return await CommandAsync(node, scope, io).ConfigureAwait(false);
        }
    }

    private async Task<int> PipelineAsync(ShNode node, ShScope scope, ShIo io)
    {
        ShIo current = io;
        int status = 0;
        for (int i = 0; i < node.Children.Count; i++)
        {
            bool isLast = i == node.Children.Count - 1;
            ShOutput output = isLast ? io.Output : new ShOutput();
            ShNode child = node.Children[i];
            ShIo own = current.With(1, output);
            system.Fork(scope, child.Text, inner => ToEndAsync(child, inner, own), out Task<int> end);
            status = await system.EndOfAsync(end, scope.Token).ConfigureAwait(false);
            current = io.With(0, new ShInput(isLast ? [] : output.ToArray()));
        }

        return status;
    }

    private async Task<(int Status, ShIo Io)> CommandAsync(ShNode node, ShScope scope, ShIo io)
    {
        ShIo inner = io;
        foreach (ShRedirect redirect in node.Redirects)
        {
            string target = string.Concat(await FieldsAsync(redirect.Target, scope, io, split: false).ConfigureAwait(false));
            try
            {
                inner = Redirect(redirect, target, scope, inner);
            }
            catch (ShError error)
            {
                string what = redirect.Operator == "<" ? "cannot open " : "cannot create ";
                io.Error.Write(system.ShellName + ": 1: " + what + target + ": " + error.Message + "\n");
                return (scope.Status = 2, io);
            }
        }

        if (node.Kind == ShKind.Simple)
        {
            return await SimpleAsync(node, scope, io, inner).ConfigureAwait(false);
        }

        int status = 0;
        switch (node.Kind)
        {
            case ShKind.Subshell:
                system.Fork(scope, node.Text, child => ToEndAsync(node.Children[0], child, inner), out Task<int> end);
                status = await system.EndOfAsync(end, scope.Token).ConfigureAwait(false);
                break;
            case ShKind.Group:
                (status, _) = await RunAsync(node.Children[0], scope, inner).ConfigureAwait(false);
                break;
            case ShKind.If:
                status = await IfAsync(node, scope, inner).ConfigureAwait(false);
                break;
            case ShKind.While:
                while ((await RunAsync(node.Children[0], scope, inner).ConfigureAwait(false)).Status == 0)
                {
                    (status, _) = await RunAsync(node.Children[1], scope, inner).ConfigureAwait(false);
                }

                break;
            case ShKind.For:
                foreach (ShWord word in node.Words)
                {
                    foreach (string value in await FieldsAsync(word, scope, inner, split: true).ConfigureAwait(false))
                    {
                        scope.Variables[node.Name] = value;
                        (status, _) = await RunAsync(node.Children[0], scope, inner).ConfigureAwait(false);
                    }
                }

                break;
        }

        return (scope.Status = status, io);
    }

    private async Task<int> IfAsync(ShNode node, ShScope scope, ShIo io)
    {
        int i = 0;
        for (; i + 1 < node.Children.Count; i += 2)
        {
            if ((await RunAsync(node.Children[i], scope, io).ConfigureAwait(false)).Status == 0)
            {
                return (await RunAsync(node.Children[i + 1], scope, io).ConfigureAwait(false)).Status;
            }
        }

        return i < node.Children.Count ? (await RunAsync(node.Children[i], scope, io).ConfigureAwait(false)).Status : 0;
    }

    private ShIo Redirect(ShRedirect redirect, string target, ShScope scope, ShIo io) => redirect.Operator switch
    {
        "<" => io.With(redirect.Descriptor, system.OpenRead(target, scope)),
        ">" => io.With(redirect.Descriptor, system.OpenWrite(target, false, scope)),
        ">>" => io.With(redirect.Descriptor, system.OpenWrite(target, true, scope)),
        _ when target == "-" => io.With(redirect.Descriptor, null),
        _ => int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int other) && io[other] is { } open
            ? io.With(redirect.Descriptor, open)
            : throw new ShError("Bad file descriptor"),
    };

    private async Task<(int Status, ShIo Io)> SimpleAsync(ShNode node, ShScope scope, ShIo outer, ShIo io)
    {
        List<(string Name, string Value)> assignments = [];
        List<string> words = [];
        foreach (ShWord word in node.Words)
        {
            if (words.Count == 0 && word.Assignment is { } assignment)
            {
                assignments.Add((assignment.Name, string.Concat(await FieldsAsync(assignment.Value, scope, io, split: false).ConfigureAwait(false))));
            }
            else
            {
                words.AddRange(await FieldsAsync(word, scope, io, split: true).ConfigureAwait(false));
            }
        }

        if (words.Count == 0)
        {
            foreach ((string name, string value) in assignments)
            {
                scope.Variables[name] = value;
            }

            // The status of an assignment is that of the substitution in it.
            return (scope.Status = node.Words.Any(word => word.Parts.Any(part => part.Kind == ShPartKind.Substitution)) ? scope.Status : 0, outer);
        }

        if (words[0] == "exec")
        {
            if (words.Count == 1)
            {
                return (scope.Status = 0, io);
            }

            scope.IsForOne = true;
            throw new ShExit(await ProgramAsync(words.Skip(1).ToList(), assignments, scope, io).ConfigureAwait(false));
        }

        if (words[0] == "wait")
        {
            Task<int>? waited = words.Count > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long pid) ? system.Wait(pid) : null;
            return (scope.Status = waited is null ? (words.Count > 1 ? 127 : 0) : await system.EndOfAsync(waited, scope.Token).ConfigureAwait(false), outer);
        }

        int? builtin = ShBuiltins.TryRun(system, words, scope, io);
        return (scope.Status = builtin ?? await ProgramAsync(words, assignments, scope, io).ConfigureAwait(false), outer);
    }

    private Task<int> ProgramAsync(IReadOnlyList<string> words, List<(string Name, string Value)> assignments, ShScope scope, ShIo io)
    {
        Dictionary<string, string> environment = scope.Environment();
        foreach ((string name, string value) in assignments)
        {
            environment[name] = value;
        }

        return scope.IsForOne ? system.ReplaceAsync(words, scope, environment, io) : system.RunAsync(words, scope, environment, io);
    }

    private async Task<List<string>> FieldsAsync(ShWord word, ShScope scope, ShIo io, bool split)
    {
        List<string> fields = [];
        StringBuilder field = new();
        StringBuilder pattern = new();
        bool hasField = false;
        bool isPattern = false;
        foreach (ShPart part in word.Parts)
        {
            if (part is { Kind: ShPartKind.Variable, Text: "@", IsQuoted: true } && split)
            {
                for (int i = 1; i < scope.Arguments.Count; i++)
                {
                    if (i > 1)
                    {
                        End();
                    }

                    Append(scope.Arguments[i], true);
                }

                continue;
            }

            string value = part.Kind switch
            {
                ShPartKind.Variable => Value(part, scope),
                ShPartKind.Substitution => await SubstituteAsync(part.Text, scope, io).ConfigureAwait(false),
                _ => part.Text,
            };
            if (part.IsQuoted || part.Kind == ShPartKind.Literal || !split)
            {
                Append(value, part.IsQuoted);
                continue;
            }

            string[] pieces = value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
            bool leads = value.Length > 0 && char.IsWhiteSpace(value[0]);
            for (int i = 0; i < pieces.Length; i++)
            {
                if ((i > 0 || leads) && hasField)
                {
                    End();
                }

                Append(pieces[i], false);
            }

            if (pieces.Length > 0 && char.IsWhiteSpace(value[value.Length - 1]))
            {
                End();
            }
        }

        End();
        return fields;

        void Append(string text, bool quoted)
        {
            hasField |= quoted || text.Length > 0;
            field.Append(text);
            foreach (char c in text)
            {
                bool special = c is '*' or '?' or '[';
                isPattern |= special && !quoted;
                pattern.Append(special && quoted ? "\\" : string.Empty).Append(c);
            }
        }

        void End()
        {
            if (hasField)
            {
                IReadOnlyList<string> paths = isPattern && split ? system.Expand(pattern.ToString(), scope) : [];
                fields.AddRange(paths.Count > 0 ? paths : [field.ToString()]);
            }

            field.Clear();
            pattern.Clear();
            hasField = isPattern = false;
        }
    }

    private static string Value(ShPart part, ShScope scope)
    {
        string? value = part.Text switch
        {
            "?" => scope.Status.ToString(CultureInfo.InvariantCulture),
            "$" => scope.Pid.ToString(CultureInfo.InvariantCulture),
            "!" => scope.Background?.ToString(CultureInfo.InvariantCulture),
            "#" => (scope.Arguments.Count - 1).ToString(CultureInfo.InvariantCulture),
            "@" or "*" => string.Join(" ", scope.Arguments.Skip(1)),
            "PWD" => scope.Directory,
            { } number when char.IsDigit(number[0]) => int.Parse(number, CultureInfo.InvariantCulture) is var i && i < scope.Arguments.Count ? scope.Arguments[i] : null,
            _ => scope.Variables.TryGetValue(part.Text, out string? found) ? found : null,
        };
        return string.IsNullOrEmpty(value) ? part.Default ?? string.Empty : value!;
    }

    private async Task<string> SubstituteAsync(string script, ShScope scope, ShIo io)
    {
        ShOutput output = new();
        ShIo inner = io.With(1, output);
        system.Fork(scope, script, child => RunAsync(script, child, inner), out Task<int> end);
        scope.Status = await system.EndOfAsync(end, scope.Token).ConfigureAwait(false);
        return output.Text.TrimEnd('\n');
    }
}
