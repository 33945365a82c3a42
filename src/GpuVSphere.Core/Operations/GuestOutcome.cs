using GpuVSphere.Changes;

namespace GpuVSphere.Operations;

/// <summary>What was seen of a guest after a change.</summary>
/// <param name="Outcome">Done, Pending or Failed.</param>
/// <param name="Message">What was seen, or what is pending and how to go on; null when there is nothing to say.</param>
internal sealed record GuestOutcome(ChangeOutcome Outcome, string? Message = null)
{
    /// <summary>Why it failed; null when it did not.</summary>
    public GpuVSphereException? Error { get; init; }

    public static GuestOutcome Done(string? message = null) => new(ChangeOutcome.Done, message);

    public static GuestOutcome Pending(string message) => new(ChangeOutcome.Pending, message);

    public static GuestOutcome Failed(GpuVSphereException error) => new(ChangeOutcome.Failed, error.Message) { Error = error };
}
