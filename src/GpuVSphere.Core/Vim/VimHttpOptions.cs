using System;
using System.IO;

namespace GpuVSphere.Vim;

/// <summary>How a server is reached over HTTPS.</summary>
public sealed record VimHttpOptions
{
    /// <summary>
    /// The SHA-256 thumbprint that the server's certificate must have, as hexadecimal digits, colons and case do not matter. With it no other
    /// check is made; null for the machine's own check.
    /// </summary>
    public string? Thumbprint { get; init; }

    /// <summary>Whether any certificate is accepted. It must be asked for.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>How long the server may take to begin its answer, and how long it may be silent within it. Default: 5 minutes, as PowerCLI has it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether the system's proxy is used. A server on this machine is always reached directly.</summary>
    public bool UseSystemProxy { get; init; } = true;

    /// <summary>Where the conversation is recorded, without passwords, cookies and tickets; null for nowhere.</summary>
    public TextWriter? Trace { get; init; }
}
