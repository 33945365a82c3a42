using System;
using System.Text.RegularExpressions;

namespace GpuVSphere.Vim;

/// <summary>Takes the secrets out of an envelope before it is written anywhere.</summary>
internal static class TraceMask
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline;

    // Elements whose content is secret wherever they stand, also in esxcli arguments, which are escaped once more. A text that was cut
    // off in the middle of a secret has no closing tag: the rest is masked then.
    private static readonly Regex s_elements = new(
        @"(?<open>(?:<|&lt;)(?:\w+:)?(?<name>password|newPassword|oldPassword|vcSessionCookie|cloneTicket|ticket|sessionTicket|base64Token|token|samlToken|sessionID|sessionId|hostPassword)\b(?:(?!/?>|/?&gt;).)*(?:>|&gt;)).*?(?<close>(?:<|&lt;)/|$)",
        Options);

    // A UserSession's key is the cookie on some servers.
    private static readonly Regex s_sessionKey = new(@"(?<open><key[^>]*>)[^<]*(?=</key>\s*<userName)", Options);

    // The token of an address by which a file of a guest is read or written.
    private static readonly Regex s_addressToken = new(@"(?<open>[?&;]token=)[^<&""\s]*", Options);

    private static readonly Regex s_returned = new(@"(?<open><returnval[^>]*>)[^<]*(?=</returnval>|$)", Options);

    private static readonly Regex s_ticketId = new(@"(?<open><id[^>]*>)[^<]*(?=</id>|$)", Options);

    public static string Apply(string method, string text)
    {
        string masked = s_elements.Replace(text, "${open}***${close}");
        masked = s_addressToken.Replace(masked, "${open}***");
        masked = s_sessionKey.Replace(masked, "${open}***");
        if (method.IndexOf("Ticket", StringComparison.Ordinal) >= 0)
        {
            masked = s_returned.Replace(masked, "${open}***");
            masked = s_ticketId.Replace(masked, "${open}***");
        }

        return masked;
    }
}
