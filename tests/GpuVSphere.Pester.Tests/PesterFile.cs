namespace GpuVSphere.Pester.Tests;

/// <summary>What became of a file of tests.</summary>
/// <param name="ExitCode">The exit code; null when its PowerShell ended or had to be ended before the file did.</param>
/// <param name="Text">What was written meanwhile.</param>
internal sealed record PesterFile(int? ExitCode, string Text);
