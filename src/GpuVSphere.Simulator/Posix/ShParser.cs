using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.Posix;

/// <summary>
/// Reads a script as a POSIX shell does: quotes, variables and substitution, pipelines, <c>&amp;&amp;</c>, <c>||</c>, <c>;</c>, <c>&amp;</c>, redirections, groups, if, while
/// and for. What it has not (case, functions, documents within the script) is a syntax error.
/// </summary>
internal sealed class ShParser
{
    private static readonly string[] s_reserved = ["if", "then", "elif", "else", "fi", "while", "until", "for", "do", "done", "{", "}", "!", "case", "esac", "function"];

    private readonly string _text;
    private int _at;

    private ShParser(string text) => _text = text;

    /// <exception cref="ShSyntaxError">It is no script.</exception>
    public static ShNode Parse(string text)
    {
        ShParser parser = new(text);
        ShNode script = parser.List();
        return parser._at < text.Length ? throw parser.Unexpected() : script;
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private ShSyntaxError Unexpected()
    {
        Blanks();
        return _at >= _text.Length ? new ShSyntaxError("Syntax error: end of file unexpected") : new ShSyntaxError("Syntax error: \"" + (PeekWord() ?? Current.ToString()) + "\" unexpected");
    }

    private void Blanks()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t')
            {
                _at++;
            }
            else if (_text[_at] == '\\' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
            {
                _at += 2;
            }
            else if (_text[_at] == '#' && (_at == 0 || _text[_at - 1] is ' ' or '\t' or '\n' or ';' or '(' or '&' or '|'))
            {
                while (_at < _text.Length && _text[_at] != '\n')
                {
                    _at++;
                }
            }
            else
            {
                return;
            }
        }
    }

    private void Lines()
    {
        Blanks();
        while (Current == '\n' && _at < _text.Length)
        {
            _at++;
            Blanks();
        }
    }

    /// <summary>Commands up to a word or a bracket that ends them.</summary>
    private ShNode List()
    {
        ShNode list = new(ShKind.Sequence);
        while (true)
        {
            Lines();
            if (_at >= _text.Length || Current == ')' || PeekWord() is "then" or "elif" or "else" or "fi" or "do" or "done" or "}")
            {
                return list;
            }

            int start = _at;
            ShNode item = AndOr();
            Blanks();
            string text = _text.Substring(start, _at - start).Trim();
            if (Current == '&')
            {
                _at++;
                item = ShNode.Of(ShKind.Background, item);
            }
            else if (Current == ';')
            {
                _at++;
                if (Current == ';')
                {
                    throw Unexpected();
                }
            }
            else if (Current != '\n' && _at < _text.Length && Current != ')')
            {
                throw Unexpected();
            }

            item.Text = text;
            list.Children.Add(item);
        }
    }

    private ShNode AndOr()
    {
        ShNode left = Pipeline();
        while (true)
        {
            Blanks();
            bool and = Next("&&");
            if (!and && !Next("||"))
            {
                return left;
            }

            Lines();
            left = ShNode.Of(and ? ShKind.And : ShKind.Or, left, Pipeline());
        }
    }

    private ShNode Pipeline()
    {
        Blanks();
        if (PeekWord() == "!")
        {
            _at++;
            return ShNode.Of(ShKind.Not, Pipeline());
        }

        List<ShNode> commands = [Command()];
        while (true)
        {
            Blanks();
            if (Current != '|' || string.CompareOrdinal(_text, _at, "||", 0, 2) == 0)
            {
                return commands.Count == 1 ? commands[0] : ShNode.Of(ShKind.Pipeline, [.. commands]);
            }

            _at++;
            Lines();
            commands.Add(Command());
        }
    }

    private ShNode Command()
    {
        Blanks();
        int start = _at;
        ShNode? compound = Compound();
        if (compound is null)
        {
            return Simple();
        }

        Redirections(compound);
        compound.Text = _text.Substring(start, _at - start).Trim();
        return compound;
    }

    private ShNode? Compound()
    {
        if (Current == '(')
        {
            _at++;
            ShNode body = List();
            Require(")");
            return ShNode.Of(ShKind.Subshell, body);
        }

        switch (PeekWord())
        {
            case "{":
                Require("{");
                ShNode group = ShNode.Of(ShKind.Group, List());
                Require("}");
                return group;
            case "if":
                Require("if");
                ShNode node = ShNode.Of(ShKind.If, List());
                Require("then");
                node.Children.Add(List());
                while (PeekWord() == "elif")
                {
                    Require("elif");
                    node.Children.Add(List());
                    Require("then");
                    node.Children.Add(List());
                }

                if (PeekWord() == "else")
                {
                    Require("else");
                    node.Children.Add(List());
                }

                Require("fi");
                return node;
            case "while" or "until":
                bool until = PeekWord() == "until";
                Require(PeekWord()!);
                ShNode condition = List();
                Require("do");
                ShNode loop = ShNode.Of(ShKind.While, until ? ShNode.Of(ShKind.Not, condition) : condition, List());
                Require("done");
                return loop;
            case "for":
                return For();
            case { } word when s_reserved.Contains(word) && word != "!":
                throw Unexpected();
            default:
                return null;
        }
    }

    private ShNode For()
    {
        Require("for");
        Blanks();
        ShNode node = new(ShKind.For) { Name = Word()?.Plain is { } name && ShWord.IsName(name) ? name : throw new ShSyntaxError("Syntax error: Bad for loop variable") };
        Lines();
        if (PeekWord() == "in")
        {
            Require("in");
            while (true)
            {
                Blanks();
                if (Word() is not { } word)
                {
                    break;
                }

                node.Words.Add(word);
            }
        }

        Blanks();
        if (Current == ';')
        {
            _at++;
        }

        Lines();
        Require("do");
        node.Children.Add(List());
        Require("done");
        return node;
    }

    private ShNode Simple()
    {
        ShNode command = new(ShKind.Simple);
        int start = _at;
        while (true)
        {
            Redirections(command);
            if (Word() is not { } word)
            {
                break;
            }

            command.Words.Add(word);
        }

        if (command.Words.Count == 0 && command.Redirects.Count == 0)
        {
            throw Unexpected();
        }

        command.Text = _text.Substring(start, _at - start).Trim();
        return command;
    }

    private void Redirections(ShNode command)
    {
        while (true)
        {
            Blanks();
            int at = _at;
            int digits = 0;
            while (at < _text.Length && char.IsDigit(_text[at]))
            {
                at++;
                digits++;
            }

            if (at >= _text.Length || _text[at] is not ('<' or '>') || string.CompareOrdinal(_text, at, "<<", 0, 2) == 0)
            {
                if (at < _text.Length && _text[at] == '<')
                {
                    throw new ShSyntaxError("Syntax error: documents within a script are not known to the simulator");
                }

                return;
            }

            int descriptor = digits > 0 ? int.Parse(_text.Substring(_at, digits), NumberStyles.None, CultureInfo.InvariantCulture) : _text[at] == '<' ? 0 : 1;
            _at = at;
            string op = new[] { ">>", "<&", ">&", ">|", "<", ">" }.First(Next);
            Blanks();
            command.Redirects.Add(new ShRedirect(descriptor, op == ">|" ? ">" : op, Word() ?? throw Unexpected()));
        }
    }

    private bool Next(string op)
    {
        if (string.CompareOrdinal(_text, _at, op, 0, op.Length) != 0)
        {
            return false;
        }

        _at += op.Length;
        return true;
    }

    private void Require(string word)
    {
        Blanks();
        if (word == ")" ? Current != ')' : PeekWord() != word)
        {
            throw Unexpected();
        }

        _at += word.Length;
    }

    /// <summary>The next word when nothing in it is quoted or special; it is not taken.</summary>
    private string? PeekWord()
    {
        Blanks();
        int end = _at;
        while (end < _text.Length && !IsEnd(_text[end]))
        {
            if (_text[end] is '\'' or '"' or '\\' or '$' or '`')
            {
                return null;
            }

            end++;
        }

        return end > _at ? _text.Substring(_at, end - _at) : null;
    }

    private static bool IsEnd(char c) => c is ' ' or '\t' or '\n' or ';' or '&' or '|' or '<' or '>' or '(' or ')';

    private ShWord? Word()
    {
        List<ShPart> parts = [];
        StringBuilder literal = new();
        bool any = false;
        while (_at < _text.Length && !IsEnd(_text[_at]))
        {
            any = true;
            char c = _text[_at];
            switch (c)
            {
                case '\'':
                    int end = _text.IndexOf('\'', _at + 1);
                    if (end < 0)
                    {
                        throw new ShSyntaxError("Syntax error: Unterminated quoted string");
                    }

                    Flush(false);
                    parts.Add(new ShPart(ShPartKind.Literal, _text.Substring(_at + 1, end - _at - 1), true));
                    _at = end + 1;
                    break;
                case '"':
                    Flush(false);
                    _at++;
                    Quoted(parts);
                    break;
                case '\\':
                    _at++;
                    if (_at < _text.Length)
                    {
                        Flush(false);
                        if (_text[_at] != '\n')
                        {
                            parts.Add(new ShPart(ShPartKind.Literal, _text[_at].ToString(), true));
                        }

                        _at++;
                    }

                    break;
                case '$' or '`':
                    if (Expansion(false) is { } part)
                    {
                        Flush(false);
                        parts.Add(part);
                    }
                    else
                    {
                        literal.Append(c);
                        _at++;
                    }

                    break;
                default:
                    literal.Append(c);
                    _at++;
                    break;
            }
        }

        Flush(false);
        return any ? new ShWord(parts) : null;

        void Flush(bool quoted)
        {
            if (literal.Length > 0)
            {
                parts.Add(new ShPart(ShPartKind.Literal, literal.ToString(), quoted));
                literal.Clear();
            }
        }
    }

    private void Quoted(List<ShPart> parts)
    {
        StringBuilder literal = new();
        int before = parts.Count;
        while (true)
        {
            if (_at >= _text.Length)
            {
                throw new ShSyntaxError("Syntax error: Unterminated quoted string");
            }

            char c = _text[_at];
            if (c == '"')
            {
                _at++;
                break;
            }

            if (c == '\\' && _at + 1 < _text.Length && _text[_at + 1] is ('$' or '`' or '"' or '\\' or '\n'))
            {
                if (_text[_at + 1] != '\n')
                {
                    literal.Append(_text[_at + 1]);
                }

                _at += 2;
                continue;
            }

            if (c is ('$' or '`') && Expansion(true) is { } part)
            {
                Flush();
                parts.Add(part);
                continue;
            }

            literal.Append(c);
            _at++;
        }

        Flush();
        if (parts.Count == before)
        {
            parts.Add(new ShPart(ShPartKind.Literal, string.Empty, true));
        }

        void Flush()
        {
            if (literal.Length > 0)
            {
                parts.Add(new ShPart(ShPartKind.Literal, literal.ToString(), true));
                literal.Clear();
            }
        }
    }

    /// <summary>What a dollar sign or a backquote begins; null when it is nothing but itself.</summary>
    private ShPart? Expansion(bool quoted)
    {
        if (Current == '`')
        {
            int end = _text.IndexOf('`', _at + 1);
            if (end < 0)
            {
                throw new ShSyntaxError("Syntax error: EOF in backquote substitution");
            }

            string inner = _text.Substring(_at + 1, end - _at - 1);
            _at = end + 1;
            return new ShPart(ShPartKind.Substitution, inner, quoted);
        }

        char next = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        if (next == '(')
        {
            // The script within is read as one, so that its own brackets and quotes count.
            ShParser inner = new(_text) { _at = _at + 2 };
            inner.List();
            if (inner.Current != ')')
            {
                throw inner.Unexpected();
            }

            string script = _text.Substring(_at + 2, inner._at - _at - 2);
            _at = inner._at + 1;
            return new ShPart(ShPartKind.Substitution, script, quoted);
        }

        if (next == '{')
        {
            int end = _text.IndexOf('}', _at);
            if (end < 0)
            {
                throw new ShSyntaxError("Syntax error: Missing '}'");
            }

            string body = _text.Substring(_at + 2, end - _at - 2);
            _at = end + 1;
            int colon = body.IndexOf(":-", StringComparison.Ordinal);
            string name = colon < 0 ? body : body.Substring(0, colon);
            if (!ShWord.IsName(name) && !(name.Length > 0 && (name.All(char.IsDigit) || name is "@" or "*" or "?" or "$" or "!" or "#")))
            {
                throw new ShSyntaxError("Bad substitution");
            }

            return new ShPart(ShPartKind.Variable, name, quoted) { Default = colon < 0 ? null : body.Substring(colon + 2) };
        }

        if (next is '?' or '$' or '!' or '#' or '@' or '*' || char.IsDigit(next))
        {
            _at += 2;
            return new ShPart(ShPartKind.Variable, next.ToString(), quoted);
        }

        int length = 0;
        while (_at + 1 + length < _text.Length && _text[_at + 1 + length] is var c && (c == '_' || (c < 128 && char.IsLetterOrDigit(c))))
        {
            length++;
        }

        if (length == 0)
        {
            return null;
        }

        ShPart variable = new(ShPartKind.Variable, _text.Substring(_at + 1, length), quoted);
        _at += 1 + length;
        return variable;
    }
}
