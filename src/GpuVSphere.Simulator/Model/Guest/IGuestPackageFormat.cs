namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Knows package files that come from outside.</summary>
internal interface IGuestPackageFormat
{
    /// <summary>The package in a file; null when it is none that this knows.</summary>
    /// <param name="fileName">Its name, such as <c>nvidia-driver.deb</c>.</param>
    /// <param name="content">Its bytes.</param>
    GuestPackage? Read(string fileName, byte[] content);
}
