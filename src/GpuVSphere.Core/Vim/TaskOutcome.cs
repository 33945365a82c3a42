using System;

namespace GpuVSphere.Vim;

/// <summary>What a server says of a task that it still knows.</summary>
public sealed record TaskOutcome
{
    /// <summary>The task.</summary>
    public required ManagedObjectReference Task { get; init; }

    /// <summary>queued, running, success or error.</summary>
    public string State { get; init; } = string.Empty;

    /// <summary>The method, such as <c>PowerOnVM_Task</c>; empty when the server does not tell.</summary>
    public string Method { get; init; } = string.Empty;

    /// <summary>The method as vCenter names it for people, such as <c>VirtualMachine.powerOn</c>; empty when it does not.</summary>
    public string DescriptionId { get; init; } = string.Empty;

    /// <summary>The object that it works on.</summary>
    public ManagedObjectReference Entity { get; init; }

    /// <summary>That object's name, or null.</summary>
    public string? EntityName { get; init; }

    /// <summary>When it was asked for; null when the server does not tell.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public VimTaskException? Fault { get; init; }

    /// <summary>Whether a VM was to be powered on.</summary>
    public bool IsPowerOn => Speaks(Method) || Speaks(DescriptionId);

    private static bool Speaks(string text) => text.IndexOf("powerOn", StringComparison.OrdinalIgnoreCase) >= 0;
}
