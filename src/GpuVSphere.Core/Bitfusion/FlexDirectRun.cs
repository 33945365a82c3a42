using System;
using GpuVSphere.Vim;

namespace GpuVSphere.Bitfusion;

/// <summary>What became of a program that was run with GPUs of FlexDirect.</summary>
public sealed record FlexDirectRun
{
    /// <summary>The VM it ran in.</summary>
    public required VimObjectId VmId { get; init; }

    /// <summary>The VM's name.</summary>
    public required string VmName { get; init; }

    /// <summary>The name of the vSphere server, as the user gave it.</summary>
    public required string ServerName { get; init; }

    /// <summary>The command line as the guest's shell got it.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Its exit code: 0 is success; the program's own, or FlexDirect's when it did not come to run. Null when it was ended because its time was over.</summary>
    public required int? ExitCode { get; init; }

    /// <summary>Whether it took longer than its time limit and was ended in the guest. The lines are those until then.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>Why FlexDirect did not come to run it; null when it did. <see cref="ExitCode"/> and the lines are then FlexDirect's own.</summary>
    public GpuVSphereException? Refusal { get; init; }

    /// <summary>The lines of its standard output, FlexDirect's own among them.</summary>
    public required string[] Output { get; init; }

    /// <summary>The lines of its standard error.</summary>
    public required string[] ErrorOutput { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
}
