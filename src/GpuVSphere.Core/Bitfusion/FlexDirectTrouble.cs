using System;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Shell;

namespace GpuVSphere.Bitfusion;

/// <summary>Why FlexDirect failed, from what it said: the failures that public texts show, and those of the shell around it.</summary>
internal static class FlexDirectTrouble
{
    private const int NotFound = 127;
    private const RegexOptions Loose = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex s_server = new(@"(?:contacting|query|dial tcp|server)\s+(?:server\s+)?(?<at>\[[0-9a-f:]+\]:\d+|[\w.-]+:\d+)", Loose);
    private static readonly Regex s_lookup = new(@"lookup (?<name>[\w.-]+)", Loose);
    private static readonly Regex s_why = new(@"i/o timeout|context deadline exceeded|no route to host|network is unreachable|connection reset by peer|x509: [^\n]+", Loose);
    private static readonly Regex s_ownError = new(@"^(?:\[?WARN(?:ING)?\]?\s+\d{4}.*\s)?(?:Error|Fatal)\s*:\s*(?<text>.+)$", Loose | RegexOptions.Multiline);

    /// <summary>The explained error; null when nothing that is known went wrong.</summary>
    /// <param name="result">What the program left behind.</param>
    /// <param name="vmName">The VM, for the message and what to type.</param>
    public static GpuVSphereException? Explain(ShellResult result, string vmName)
    {
        string said = result.Output + "\n" + result.Error;
        bool Says(string pattern) => Regex.IsMatch(said, pattern, Loose);
        string quoted = "It says: " + FlexDirectText.Complaint(said);

        if (result.ExitCode == NotFound && Says(@"\b(?:flexdirect|bitfusion)\b[^\n]*not found"))
        {
            return Missing(vmName);
        }

        // Its own word is the line of error at its end; a warning before it may be of one server of several, and other errors are the program's that it ran.
        string last = string.Join("\n", s_ownError.Matches(said).Cast<Match>().Select(match => match.Groups["text"].Value));
        bool Ends(string pattern) => Regex.IsMatch(last, pattern, Loose);
        if (result.ExitCode == 0 || last.Length == 0)
        {
            return null;
        }

        string at = s_server.Matches(said).Cast<Match>().Select(match => match.Groups["at"].Value).LastOrDefault() is { } server ? " (" + server + ")" : string.Empty;
        if (Ends(@"none of the servers responded"))
        {
            return Says(@"failed to parse[^\n]*servers\.conf") ? new GpuVSphereException(
                    "FlexDirectServersConf",
                    GpuErrorCategory.InvalidData,
                    $"FlexDirect on {vmName} cannot read its list of servers. {quoted}",
                    vmName,
                    $"Get-FlexDirectServer -VM {Typed.Name(vmName)} shows it; Set-FlexDirectServer -VM {Typed.Name(vmName)} -Address <server> writes it anew.")
                : Says(@"no such host") ? new GpuVSphereException(
                    "FlexDirectServerUnknown",
                    GpuErrorCategory.ConnectionFailed,
                    $"{vmName} cannot resolve the name of its FlexDirect server{(s_lookup.Match(said) is { Success: true } name ? " " + name.Groups["name"].Value : string.Empty)}. {quoted}",
                    vmName,
                    $"Get-FlexDirectServer -VM {Typed.Name(vmName)} shows the names; give an IP address with Set-FlexDirectServer, or mend the guest's DNS.")
                : Says(@"connection refused") ? new GpuVSphereException(
                    "FlexDirectSchedulerDown",
                    GpuErrorCategory.ConnectionFailed,
                    $"The FlexDirect server of {vmName}{at} is there, and no scheduler listens on it. {quoted}",
                    vmName,
                    "Start-FlexDirectScheduler -VM <server>; Get-FlexDirectServer shows the ports that the client uses.")
                : FlexDirectText.ReadLicense(said) == false ? NotLicensed($"A FlexDirect server of {vmName}{at}", quoted, vmName, isServer: true)
                : new GpuVSphereException(
                    "FlexDirectServerUnreachable",
                    GpuErrorCategory.ConnectionFailed,
                    $"{vmName} does not reach its FlexDirect servers{at}{(s_why.Matches(said).Cast<Match>().LastOrDefault() is { } why ? ": " + why.Value.Trim() : string.Empty)}. {quoted}",
                    vmName,
                    $"Look whether the server VM runs, whether its address is right (Get-FlexDirectServer -VM {Typed.Name(vmName)}), and whether a firewall lets port {FlexDirectAddress.DefaultPort.ToString(CultureInfo.InvariantCulture)} through.");
        }

        return FlexDirectText.ReadLicense(last) == false ? NotLicensed("FlexDirect on " + vmName, quoted, vmName)
            : Ends(@"no servers?\b[^\n]*(?:configured|found|listed|servers\.conf)|servers\.conf[^\n]*no such file") ? new GpuVSphereException(
                "FlexDirectNoServers",
                GpuErrorCategory.InvalidState,
                $"{vmName} has no FlexDirect server to go to. {quoted}",
                vmName,
                $"Set-FlexDirectServer -VM {Typed.Name(vmName)} -Address <server>")
            : Ends(@"(?:not enough|insufficient|exceeds|no)\b[^\n]*\b(?:GPUs?|resources)\b[^\n]*\b(?:servers?|request\w*|available|allocat\w*)\b") ? new GpuVSphereException(
                "FlexDirectNoRoom",
                GpuErrorCategory.ResourceBusy,
                $"No FlexDirect server has what {vmName} asked for. {quoted}",
                vmName,
                $"Get-FlexDirectGpu -VM {Typed.Name(vmName)} shows what is free; ask for less with -MemoryMB, -Partial or -GpuCount, or wait for others to end.")
            : null;
    }

    private static GpuVSphereException NotLicensed(string who, string quoted, string vmName, bool isServer = false) => new(
        "FlexDirectNotLicensed",
        GpuErrorCategory.InvalidState,
        $"{who} has no valid licence. {quoted}",
        vmName,
        $"Initialize-FlexDirect -VM {Typed.Name(isServer ? null : vmName, "<server>")} -LicenseKey (Read-Host -AsSecureString); the servers need a licence as well as their clients.");

    /// <summary>The error about a guest without the program.</summary>
    public static GpuVSphereException Missing(string vmName) => new(
        "FlexDirectMissing",
        GpuErrorCategory.InvalidState,
        $"{vmName} has no FlexDirect: its shell finds neither flexdirect nor bitfusion.",
        vmName,
        $"Install-FlexDirect -VM {Typed.Name(vmName)}");

    /// <summary>The error about a command of FlexDirect's own that failed: the explained one, or what it said.</summary>
    public static GpuVSphereException Failed(ShellResult result, string command, string vmName) => Explain(result, vmName) ?? new GpuVSphereException(
        "FlexDirectFailed",
        GpuErrorCategory.OperationFailed,
        $"{command} on {vmName} ended with {result.ExitCode.ToString(CultureInfo.InvariantCulture)}: {(FlexDirectText.Complaint(result.Output + "\n" + result.Error) is { Length: > 0 } said ? said : "it said nothing.")}",
        vmName,
        $"Test-FlexDirectHealth -VM {Typed.Name(vmName)} shows what FlexDirect finds amiss.");
}
