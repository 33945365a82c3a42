namespace GpuVSphere.Changes;

/// <summary>How a change in the journal stands.</summary>
public enum JournalState
{
    /// <summary>A process is working on it now.</summary>
    Running,

    /// <summary>It was stopped, or its process ended, before it was finished.</summary>
    Interrupted,

    /// <summary>All of it was done, or staged as far as was asked for.</summary>
    Done,

    /// <summary>It was worked through, and at least one host failed.</summary>
    Failed,

    /// <summary>What it had changed was put back.</summary>
    Undone,
}
