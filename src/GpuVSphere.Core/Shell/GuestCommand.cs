using System;
using System.Security;

namespace GpuVSphere.Shell;

/// <summary>A command for a guest.</summary>
/// <param name="CommandLine">
/// On Linux a command line for a POSIX <c>/bin/sh</c>, every argument that is not a fixed word quoted by <c>RemoteQuoting</c>. On Windows one
/// program with its arguments, quoted by <c>WindowsQuoting</c>, without anything that only cmd.exe could read. It is seen by other users of
/// the guest: nothing secret may be in it.
/// </param>
public sealed record GuestCommand(string CommandLine)
{
    /// <summary>
    /// Whether it needs root's rights: through sudo when the user is not root. What sudo asks for is the guest login's password. On Windows
    /// it says nothing: a program has the rights of its user.
    /// </summary>
    public bool AsRoot { get; init; }

    /// <summary>A secret for its standard input, followed by the end of input; null for an empty one. It stays the caller's to dispose.</summary>
    public SecureString? Input { get; init; }

    /// <summary>How long it may take before it is ended; null for as long as the caller waits. Longer than zero.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Takes whole lines of its output and errors as they come, from any thread, one at a time; null for nobody.</summary>
    public Action<string>? OnOutput { get; init; }

    /// <summary>
    /// Whether it speaks the language of its login on Linux, for a program of the user's own; else the language is C, so that what is read of it has its
    /// original words wherever the guest, or a client that sends its own along, is at home.
    /// </summary>
    internal bool KeepsLanguage { get; init; }

    /// <summary>Whether it ends another command; when it breaks off, nothing ends it in turn.</summary>
    internal bool IsStop { get; init; }
}
