namespace GpuVSphere.Readiness;

/// <summary>What a rule says of one subject.</summary>
/// <param name="Kind">How sure it is; only what is confirmed blocks.</param>
/// <param name="Message">What was seen, with the values.</param>
/// <param name="NextStep">What to type or do, or null.</param>
public sealed record Verdict(VerdictKind Kind, string Message, string? NextStep = null)
{
    /// <summary>Something certain that must stop the change.</summary>
    /// <param name="message">What was seen and why it matters.</param>
    /// <param name="nextStep">What to type or do.</param>
    public static Verdict Confirmed(string message, string? nextStep) => new(VerdictKind.Confirmed, message, nextStep);

    /// <summary>Something that could not be read, or that may trouble.</summary>
    /// <param name="message">What could not be confirmed.</param>
    /// <param name="nextStep">What to type or do.</param>
    public static Verdict Unconfirmed(string message, string? nextStep = null) => new(VerdictKind.Unconfirmed, message, nextStep);

    /// <summary>Something worth knowing.</summary>
    /// <param name="message">What.</param>
    /// <param name="nextStep">What to type or do.</param>
    public static Verdict Advice(string message, string? nextStep = null) => new(VerdictKind.Advice, message, nextStep);

    /// <summary>Something that was read and is as it must be.</summary>
    /// <param name="message">What was seen, with the values.</param>
    public static Verdict Holds(string message) => new(VerdictKind.Holds, message);
}
