using System;

namespace GpuVSphere.Shell;

/// <summary>How the system's OpenSSH client is used. What is not set here is as the user has it: keys, agent, known_hosts, jump hosts, ports.</summary>
public sealed record OpenSshOptions
{
    /// <summary>The client's path; null to find <c>ssh</c> on PATH, on Windows also where the system's own is installed.</summary>
    public string? Program { get; init; }

    /// <summary>A configuration file instead of the user's own (<c>ssh -F</c>), or null.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Whose shell, and the password if keys are not to be used; null for the user that the client's configuration names, with keys.</summary>
    public ShellCredential? Credential { get; init; }

    /// <summary>How long a host may take to accept the connection: 15 seconds. Whole seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many characters a command may write, output and error each: 16 million, which is hundreds of times the longest report of nvidia-smi.</summary>
    public int OutputLimit { get; init; } = 16_000_000;
}
