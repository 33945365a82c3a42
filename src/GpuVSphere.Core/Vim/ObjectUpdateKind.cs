namespace GpuVSphere.Vim;

/// <summary>What an update tells.</summary>
public enum ObjectUpdateKind
{
    /// <summary>The object's first values.</summary>
    Enter,

    /// <summary>Values that changed.</summary>
    Modify,

    /// <summary>The object is gone, or no longer visible.</summary>
    Leave,

    /// <summary>All values, read again because some changes are not told.</summary>
    Reread,
}
