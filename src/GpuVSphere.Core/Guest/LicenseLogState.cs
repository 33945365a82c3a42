namespace GpuVSphere.Guest;

/// <summary>How far a guest's log says that its licence is.</summary>
internal enum LicenseLogState
{
    /// <summary>The log says nothing of it.</summary>
    Silent,

    /// <summary>The daemon asks for it.</summary>
    Acquiring,

    /// <summary>The guest has it.</summary>
    Acquired,

    /// <summary>It was refused, or cannot be asked for.</summary>
    Refused,
}
