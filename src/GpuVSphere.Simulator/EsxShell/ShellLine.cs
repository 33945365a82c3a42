using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>Takes a command line apart as a POSIX shell does, without variables and substitution.</summary>
internal static class ShellLine
{
    private static readonly string[] s_operators = ["&&", "||", "2>&1", "2>", "1>", ">", "|", ";"];

    /// <summary>Gives the steps; the text that is wrong where the line is none, else null.</summary>
    public static string? TryParse(string line, out IReadOnlyList<ShellStep> steps)
    {
        List<ShellStep> found = [];
        steps = found;
        if (Tokens(line, out string? wrong) is not { } tokens)
        {
            return wrong;
        }

        List<ShellCommand> pipeline = [];
        List<string> words = [];
        string connector = ";";
        bool dropsOutput = false, dropsErrors = false, joins = false;
        for (int i = 0; i < tokens.Count; i++)
        {
            (string text, bool isOperator) = tokens[i];
            if (!isOperator)
            {
                words.Add(text);
                continue;
            }

            switch (text)
            {
                case "2>&1":
                    joins = true;
                    continue;
                case "2>" or "1>" or ">":
                    if (i + 1 >= tokens.Count || tokens[++i].Text != "/dev/null")
                    {
                        return "unexpected redirection";
                    }

                    dropsErrors |= text == "2>";
                    dropsOutput |= text != "2>";
                    continue;
                default:
                    break;
            }

            if (words.Count == 0)
            {
                return "unexpected \"" + text + "\"";
            }

            EndCommand();
            if (text != "|")
            {
                found.Add(new ShellStep(connector, pipeline));
                pipeline = [];
                connector = text;
            }
        }

        if (words.Count > 0)
        {
            EndCommand();
        }
        else if (pipeline.Count > 0 || connector is "&&" or "||")
        {
            return "unexpected end of file";
        }

        if (pipeline.Count > 0)
        {
            found.Add(new ShellStep(connector, pipeline));
        }

        return null;

        void EndCommand()
        {
            pipeline.Add(new ShellCommand(words, dropsOutput, dropsErrors, joins));
            words = [];
            dropsOutput = dropsErrors = joins = false;
        }
    }

    private static List<(string Text, bool IsOperator)>? Tokens(string line, out string? wrong)
    {
        List<(string, bool)> tokens = [];
        StringBuilder word = new();
        bool hasWord = false;
        wrong = null;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            string? op = s_operators.FirstOrDefault(each => string.CompareOrdinal(line, i, each, 0, each.Length) == 0 && (!char.IsDigit(each[0]) || !hasWord));
            if (char.IsWhiteSpace(c))
            {
                End();
            }
            else if (op is not null)
            {
                End();
                tokens.Add((op, true));
                i += op.Length - 1;
            }
            else if (c is '\'' or '"')
            {
                hasWord = true;
                int end = i + 1;
                while (end < line.Length && line[end] != c)
                {
                    if (c == '"' && line[end] == '\\' && end + 1 < line.Length)
                    {
                        end++;
                    }

                    word.Append(line[end++]);
                }

                if (end >= line.Length)
                {
                    wrong = "unterminated quoted string";
                    return null;
                }

                i = end;
            }
            else if (c == '\\' && i + 1 < line.Length)
            {
                hasWord = true;
                word.Append(line[++i]);
            }
            else
            {
                hasWord = true;
                word.Append(c);
            }
        }

        End();
        return tokens;

        void End()
        {
            if (hasWord)
            {
                tokens.Add((word.ToString(), false));
            }

            word.Clear();
            hasWord = false;
        }
    }
}
