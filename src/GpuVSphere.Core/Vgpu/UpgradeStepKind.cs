namespace GpuVSphere.Vgpu;

/// <summary>What a step of an upgrade changes.</summary>
public enum UpgradeStepKind
{
    /// <summary>The drivers in guests.</summary>
    Guest,

    /// <summary>The manager on the host.</summary>
    Host,

    /// <summary>Both at once, with the VMs powered off: no driver suits the manager before and after.</summary>
    Together,
}
