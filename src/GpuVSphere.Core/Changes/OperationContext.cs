using System;
using System.Collections.Generic;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>What an operation works with.</summary>
public sealed class OperationContext
{
    /// <summary>Makes a context.</summary>
    /// <param name="sessions">The sessions that may be used, one for each server.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stateDirectory">The folder of the journal; it need not exist yet.</param>
    public OperationContext(IReadOnlyList<VimSession> sessions, IClock clock, string stateDirectory)
    {
        Sessions = sessions;
        Clock = clock;
        StateDirectory = stateDirectory;
    }

    /// <summary>The sessions that may be used, one for each server.</summary>
    public IReadOnlyList<VimSession> Sessions { get; }

    /// <summary>The time.</summary>
    public IClock Clock { get; }

    /// <summary>The folder of the journal.</summary>
    public string StateDirectory { get; }

    /// <summary>
    /// Logs in again at the server of a session that was lost, and gives the new session, which the caller disposes. A host that is
    /// connected to directly loses every session when it reboots, so without this it cannot be rebooted. Null when no credential is at hand.
    /// </summary>
    public Func<VimSession, CancellationToken, Task<VimSession>>? LogInAgain { get; init; }

    /// <summary>The shells of the ESXi hosts, for what only a shell can tell (nvidia-smi); null where no way to one is known.</summary>
    public IHostShells? Shells { get; init; }

    /// <summary>Where is told what was done around the use of a shell, such as that SSH was started and stopped again.</summary>
    public HostShellNotes ShellNotes { get; init; } = new();

    /// <summary>The guests of VMs; null where no way into them is known.</summary>
    public IGuestShells? Guests { get; init; }

    /// <summary>
    /// What an operation needs and must not be in its intent, its plan or the journal, by name, such as a licence key. They stay the caller's
    /// to dispose.
    /// </summary>
    public IReadOnlyDictionary<string, SecureString> Secrets { get; init; } = new Dictionary<string, SecureString>();

    /// <summary>The journal entry that is being resumed or undone, with what it still owns; null for a new change.</summary>
    internal JournalEntry? Continues { get; init; }

    /// <summary>Whether the entry is being undone.</summary>
    internal bool IsUndo { get; init; }

    /// <summary>The session of the server that owns an object.</summary>
    /// <param name="id">The object.</param>
    /// <exception cref="GpuVSphereException">NotConnected: no session of this context is for that server.</exception>
    public VimSession SessionOf(VimObjectId id)
    {
        foreach (VimSession session in Sessions)
        {
            if (string.Equals(session.ServerUuid, id.ServerUuid, StringComparison.OrdinalIgnoreCase))
            {
                return session;
            }
        }

        throw new GpuVSphereException(
            "NotConnected",
            GpuErrorCategory.ConnectionFailed,
            $"There is no connection to the server that owns {id.Reference}.",
            id.Reference.ToString(),
            "Connect-GpuVSphere -Server <name>, or pass the connection with -Server.");
    }

    internal OperationContext Continuing(JournalEntry entry, bool isUndo) =>
        new(Sessions, Clock, StateDirectory)
        {
            LogInAgain = LogInAgain,
            Shells = Shells,
            ShellNotes = ShellNotes,
            Guests = Guests,
            Secrets = Secrets,
            Continues = entry,
            IsUndo = isUndo,
        };
}
