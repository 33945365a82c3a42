using System;

namespace GpuVSphere.Shell;

/// <summary>A command in a guest took longer than <see cref="GuestCommand.Timeout"/> and was ended there (GuestCommandTimeout). What it had written until then is here.</summary>
public sealed class GuestCommandTimeoutException : GpuVSphereException
{
    /// <summary>Makes the error.</summary>
    /// <param name="vm">The VM's name.</param>
    /// <param name="limit">How long the command might take.</param>
    /// <param name="output">What it had written to its standard output, as far as it is known.</param>
    /// <param name="errorOutput">What it had written to its standard error, as far as it is known.</param>
    public GuestCommandTimeoutException(string vm, TimeSpan limit, string output, string errorOutput)
        : base(
            "GuestCommandTimeout",
            GpuErrorCategory.Timeout,
            $"A command in {vm} took longer than {(limit.TotalSeconds < 120 ? $"{limit.TotalSeconds:0} seconds" : $"{limit.TotalMinutes:0} minutes")} and was ended.",
            vm,
            "Look into the guest, then run the command again.")
    {
        Output = output;
        ErrorOutput = errorOutput;
    }

    /// <summary>What it had written to its standard output; empty where that could not be read any more.</summary>
    public string Output { get; }

    /// <summary>What it had written to its standard error; empty where that could not be read any more.</summary>
    public string ErrorOutput { get; }
}
