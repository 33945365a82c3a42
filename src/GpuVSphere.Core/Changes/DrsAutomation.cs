namespace GpuVSphere.Changes;

/// <summary>How much DRS of a cluster does by itself.</summary>
public enum DrsAutomation
{
    /// <summary>It only recommends.</summary>
    Manual,

    /// <summary>It places VMs at power-on by itself, and only recommends to move them.</summary>
    PartiallyAutomated,

    /// <summary>It places VMs and moves them by itself.</summary>
    FullyAutomated,
}
