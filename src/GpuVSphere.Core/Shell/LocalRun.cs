namespace GpuVSphere.Shell;

/// <summary>What became of a program on this machine.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="IsCut">Whether it wrote more than was allowed and was ended for it.</param>
internal sealed record LocalRun(int ExitCode, string Output, string Error, bool IsCut);
