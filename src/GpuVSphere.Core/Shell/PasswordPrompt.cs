using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Shell;

/// <summary>
/// Tells the host's question for its password from every other question that the client, or the client of a jump host on the way, may ask:
/// a key's passphrase, a host key, another host's password. Only the host's own is answered.
/// </summary>
internal sealed class PasswordPrompt
{
    private static readonly Regex s_password = new(@"^password( for .*)?: ?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
    private readonly string _user;
    private readonly IReadOnlyList<string> _names;
    private readonly bool _isDirect;

    /// <param name="user">Who logs in.</param>
    /// <param name="names">The names under which the client may speak of the host.</param>
    /// <param name="isDirect">Whether no other host is on the way, so that a question without a name can only be the host's.</param>
    public PasswordPrompt(string user, IReadOnlyList<string> names, bool isDirect)
    {
        _user = user;
        _names = names;
        _isDirect = isDirect;
    }

    /// <summary>Made of what <c>ssh -G</c> says of the host.</summary>
    public static PasswordPrompt Of(ILookup<string, string> configuration, string user, string name)
    {
        bool Uses(string option) => configuration[option].Any(value => !string.Equals(value, "none", StringComparison.OrdinalIgnoreCase));
        return new PasswordPrompt(user, [name, .. configuration["hostname"], .. configuration["hostkeyalias"]], !Uses("proxyjump") && !Uses("proxycommand"));
    }

    /// <summary>Whether the question is the host's for this user's password.</summary>
    public bool IsFor(string question)
    {
        // "root@esx01's password: ", or since OpenSSH 8.5 "(root@esx01) Password: " with the host's own words.
        foreach (string name in _names)
        {
            if (string.Equals(question.TrimEnd(), $"{_user}@{name}'s password:", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            string prefix = $"({_user}@{name}) ";
            if (question.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return s_password.IsMatch(question.Substring(prefix.Length));
            }
        }

        return _isDirect && s_password.IsMatch(question);
    }
}
