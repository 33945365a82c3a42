namespace GpuVSphere.Changes;

/// <summary>What a finding does to a plan.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing: what the VM loses, what was used and why.</summary>
    Information,

    /// <summary>Could not be confirmed, or may trouble later; does not stop the plan.</summary>
    Warning,

    /// <summary>Would fail or break something; the object is left out of the plan's work unless the rule is skipped.</summary>
    Block,
}
