using System;
using System.Collections.Concurrent;
using GpuVSphere.Changes;

namespace GpuVSphere.Peers.Tests;

/// <summary>Keeps what a change of a guest tells.</summary>
internal sealed class GuestFeedback : IChangeFeedback
{
    /// <summary>Takes every line for those who want to follow, as it comes.</summary>
    public Action<string>? OnVerbose { get; set; }

    /// <summary>Takes every status, as it comes.</summary>
    public Action<string>? OnStatus { get; set; }

    /// <summary>The lines for those who want to follow.</summary>
    public ConcurrentQueue<string> Lines { get; } = [];

    /// <summary>The warnings.</summary>
    public ConcurrentQueue<string> Warnings { get; } = [];

    public void Progress(string activity, string status, int done, int total) => OnStatus?.Invoke(status);

    public void Verbose(string message)
    {
        Lines.Enqueue(message);
        OnVerbose?.Invoke(message);
    }

    public void Warning(string message) => Warnings.Enqueue(message);

    public void Finished(ChangeResult result)
    {
    }
}
