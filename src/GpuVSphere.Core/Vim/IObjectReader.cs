namespace GpuVSphere.Vim;

/// <summary>Takes the properties of one object as they arrive.</summary>
public interface IObjectReader
{
    /// <summary>A property that is set. What is not set does not come at all.</summary>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="value">Stands on the value; what is not read of it is skipped. Not to be kept.</param>
    void Property(string path, VimReader value);

    /// <summary>A property that may not be read or could not be.</summary>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="fault">Why.</param>
    void Missing(string path, VimFaultException fault);

    /// <summary>The object is complete.</summary>
    void End();
}
