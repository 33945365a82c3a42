namespace GpuVSphere.Shell;

/// <summary>A command that guest operations have started.</summary>
/// <param name="Pid">The process that they know.</param>
/// <param name="OutputPath">The file of its output.</param>
/// <param name="ErrorPath">The file of its errors.</param>
/// <param name="Command">The script it was sent as; null on Windows.</param>
internal sealed record ToolsRun(long Pid, string OutputPath, string ErrorPath, PosixCommand? Command)
{
    /// <summary>How many bytes of its output were shown already.</summary>
    public int Shown { get; set; }
}
