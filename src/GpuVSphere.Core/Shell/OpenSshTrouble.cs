using System;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Shell;

/// <summary>What the OpenSSH client says when it gives up, told apart by its own words, which it does not translate.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Text">Its last line, for the reader.</param>
internal sealed record OpenSshTrouble(OpenSshTroubleKind Kind, string Text)
{
    private static readonly Regex s_debugKey = new(@"Server host key: (?<type>\S+) (?<print>SHA256:\S+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_changedKey = new(@"fingerprint for the (?<type>\S+) key sent by the remote host is\s+(?<print>SHA256:[^\s.]+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_offending = new(@"Offending .*key in (?<file>.+):(?<line>\d+)", RegexOptions.CultureInvariant);
    private static readonly Regex s_denied = new(@"(?<user>[^\s@]+)@\S+: Permission denied \((?<methods>[^)]*)\)", RegexOptions.CultureInvariant);

    /// <summary>The host's key as it was shown, such as <c>ED25519 SHA256:...</c>, or null.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Where known_hosts has another key, as file and line, or null.</summary>
    public string? Offending { get; init; }

    /// <summary>Who was refused, or null.</summary>
    public string? User { get; init; }

    /// <summary>The ways to log in that the host would take, or null.</summary>
    public string? Methods { get; init; }

    /// <summary>Reads the client's error output.</summary>
    public static OpenSshTrouble Read(string error)
    {
        string text = error.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) ?? string.Empty;
        bool Says(string words) => error.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;

        if (Says("REMOTE HOST IDENTIFICATION HAS CHANGED") || Says("REVOKED HOST KEY"))
        {
            Match offending = s_offending.Match(error);
            return new OpenSshTrouble(OpenSshTroubleKind.HostKeyChanged, text)
            {
                Fingerprint = FingerprintIn(error),
                Offending = offending.Success ? $"{offending.Groups["file"].Value}, line {offending.Groups["line"].Value}" : null,
            };
        }

        if (Says("host key is known for") || Says("Host key verification failed") || Says("authenticity of host"))
        {
            return new OpenSshTrouble(OpenSshTroubleKind.HostKeyUnknown, text) { Fingerprint = FingerprintIn(error) };
        }

        if (Says("Permission denied") || Says("Too many authentication failures"))
        {
            Match denied = s_denied.Match(error);
            return new OpenSshTrouble(OpenSshTroubleKind.AuthenticationFailed, text)
            {
                User = denied.Success ? denied.Groups["user"].Value : null,
                Methods = denied.Success ? denied.Groups["methods"].Value : null,
            };
        }

        OpenSshTroubleKind kind =
            Says("Connection refused") ? OpenSshTroubleKind.Refused
            : Says("Could not resolve hostname") ? OpenSshTroubleKind.NameUnknown
            : Says("timed out") || Says("No route to host") || Says("Network is unreachable") || Says("Host is down") ? OpenSshTroubleKind.Timeout
            : Says("Unable to negotiate") || Says("no matching ") ? OpenSshTroubleKind.NoCommonAlgorithm
            : Says("Bad configuration option") || Says("Bad owner or permissions") || Says("Cannot execute command-line and remote command") ? OpenSshTroubleKind.Configuration
            : Says("Connection closed") || Says("closed by remote host") || Says("Connection reset") || Says("kex_exchange_identification") || Says("not responding") || Says("Broken pipe") ? OpenSshTroubleKind.Closed
            : OpenSshTroubleKind.Other;
        return new OpenSshTrouble(kind, text);
    }

    /// <summary>The host's key that the client speaks of, as type and fingerprint; null when it does not.</summary>
    public static string? FingerprintIn(string error)
    {
        Match match = s_changedKey.Match(error);
        match = match.Success ? match : s_debugKey.Match(error);
        return match.Success ? $"{match.Groups["type"].Value} {match.Groups["print"].Value}" : null;
    }

    /// <summary>The error for the user.</summary>
    /// <param name="host">The host's name.</param>
    /// <param name="destination">What one types after <c>ssh</c> to get there.</param>
    /// <param name="hadPassword">Whether a password was given.</param>
    public GpuVSphereException Explain(string host, string destination, bool hadPassword) => Kind switch
    {
        OpenSshTroubleKind.Refused => new(
            "SshRefused",
            GpuErrorCategory.ConnectionFailed,
            $"{host} refuses SSH: nothing listens there. {Text}",
            host,
            $"Start the host's SSH service (TSM-SSH): in the vSphere Client under Configure, System, Services. Then try: ssh {destination}"),
        OpenSshTroubleKind.Timeout => new(
            "SshTimeout",
            GpuErrorCategory.ConnectionFailed,
            $"{host} does not answer SSH: {Text}",
            host,
            $"Check that this machine reaches the host's management network, or name a jump host in the client's configuration (ProxyJump). Then try: ssh {destination}"),
        OpenSshTroubleKind.NameUnknown => new(
            "SshNameUnknown",
            GpuErrorCategory.ConnectionFailed,
            $"The name {host}, as the server has it, is not known on this machine: {Text}",
            host,
            $"Add the name to DNS, or an entry 'Host {host}' with its HostName to the client's configuration (~/.ssh/config)."),
        OpenSshTroubleKind.HostKeyUnknown => new(
            "SshHostKeyUnknown",
            GpuErrorCategory.ConnectionFailed,
            $"The SSH host key of {host} is not known, so it may be another machine. The key it shows: {Fingerprint ?? "(it could not be read)"}",
            host,
            $"Compare the fingerprint with the host's own (at its console: ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub, and so for each key there). When it is the same, take it once by hand: ssh {destination}"),
        OpenSshTroubleKind.HostKeyChanged => new(
            "SshHostKeyChanged",
            GpuErrorCategory.ConnectionFailed,
            $"The SSH host key of {host} is not the one that is known: it was installed anew, or this is another machine. The key it shows: {Fingerprint ?? "(it could not be read)"}"
            + (Offending is null ? string.Empty : $". Another is known in {Offending}"),
            host,
            $"Only when the host was installed anew or its keys were renewed: ssh-keygen -R {host}, then compare the fingerprint and take it: ssh {destination}"),
        OpenSshTroubleKind.AuthenticationFailed => new(
            "SshAuthenticationFailed",
            GpuErrorCategory.AuthenticationFailed,
            $"{host} did not accept the SSH login{(User is null ? string.Empty : " of " + User)}{(hadPassword ? " with the password that was given" : " with the keys of this user")}."
            + (Methods is null ? string.Empty : $" It takes: {Methods}."),
            host,
            hadPassword
                ? "Check the user (root, as a rule) and the password in -HostCredential. A host in lockdown mode lets only its exception users in."
                : "Give the login with -HostCredential (Get-Credential root; with an empty password it names the user only), or put your public key on the host. A host in lockdown mode lets only its exception users in."),
        OpenSshTroubleKind.NoCommonAlgorithm => new(
            "SshFailed",
            GpuErrorCategory.ConnectionFailed,
            $"The OpenSSH client and {host} have no algorithm in common: {Text}",
            host,
            $"An old ESXi needs an entry 'Host {host}' in the client's configuration that allows what the message names. Then try: ssh {destination}"),
        OpenSshTroubleKind.Configuration => new(
            "SshFailed",
            GpuErrorCategory.InvalidState,
            $"The OpenSSH client's configuration does not let a command be run on {host}: {Text}",
            host,
            $"Mend the client's configuration (~/.ssh/config), until this works: ssh {destination} exit"),
        OpenSshTroubleKind.Closed => new(
            "SshFailed",
            GpuErrorCategory.ConnectionFailed,
            $"The SSH connection to {host} was cut: {Text}",
            host,
            $"Run the command again; when it stays, try: ssh {destination}"),
        _ => new(
            "SshFailed",
            GpuErrorCategory.ConnectionFailed,
            $"SSH to {host} failed: {(Text.Length == 0 ? "the client said nothing." : Text)}",
            host,
            $"Try: ssh {destination}"),
    };
}
