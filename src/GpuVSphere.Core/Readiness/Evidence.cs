namespace GpuVSphere.Readiness;

/// <summary>Something that was asked of a host or VM: a value, or why there is none.</summary>
/// <typeparam name="T">The kind of value.</typeparam>
public sealed record Evidence<T>
{
    private Evidence(bool isKnown, T? value, string? whyUnknown)
    {
        IsKnown = isKnown;
        Value = value;
        WhyUnknown = whyUnknown;
    }

    /// <summary>Whether it could be read.</summary>
    public bool IsKnown { get; }

    /// <summary>What was read; only meaningful when <see cref="IsKnown"/>.</summary>
    public T? Value { get; }

    /// <summary>Why it could not be read, or null when it could.</summary>
    public string? WhyUnknown { get; }

    /// <summary>Evidence that was read.</summary>
    /// <param name="value">What was read.</param>
    public static Evidence<T> Of(T value) => new(true, value, null);

    /// <summary>Evidence that could not be read.</summary>
    /// <param name="why">Why, in words that can follow "because".</param>
    public static Evidence<T> Unknown(string why) => new(false, default, why);
}
