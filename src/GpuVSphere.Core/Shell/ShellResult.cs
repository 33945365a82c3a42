namespace GpuVSphere.Shell;

/// <summary>What a command left behind.</summary>
/// <param name="ExitCode">The command's exit status: 0 is success, 127 of a POSIX shell is "not found".</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ShellResult(int ExitCode, string Output, string Error);
