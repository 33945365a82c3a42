namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Knows files that come from outside and are run: an installer by its first bytes.</summary>
internal interface IGuestFileFormat
{
    /// <summary>The name of the program that such a file runs as; null when it is none of these.</summary>
    /// <param name="content">The file.</param>
    string? ProgramOf(byte[] content);
}
