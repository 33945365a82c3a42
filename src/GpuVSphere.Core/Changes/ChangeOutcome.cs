namespace GpuVSphere.Changes;

/// <summary>What became of one object of a plan.</summary>
public enum ChangeOutcome
{
    /// <summary>It was already as wanted.</summary>
    Unchanged,

    /// <summary>Changed, and read back as wanted.</summary>
    Done,

    /// <summary>Changed as far as possible without what was not asked for; what is pending is said.</summary>
    Pending,

    /// <summary>Not touched, because a rule blocked it.</summary>
    Blocked,

    /// <summary>Tried and not achieved; the error says how far it came.</summary>
    Failed,

    /// <summary>Not begun or not finished because the run was stopped; the journal can resume it.</summary>
    Interrupted,
}
