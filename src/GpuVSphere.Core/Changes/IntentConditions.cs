using System;
using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>
/// Conditions in an intent: beside <c>name</c> = wanted value there may be <c>only-if:name</c> = value, and then the wanted value is set
/// only where the other is found. An undo is made of these, so that it touches only what still holds what the change set.
/// </summary>
public static class IntentConditions
{
    /// <summary>What the name of a condition begins with.</summary>
    public const string OnlyIf = "only-if:";

    /// <summary>Whether a name of an intent is that of a condition.</summary>
    /// <param name="name">A name among the wanted values.</param>
    public static bool IsCondition(string name) => name.StartsWith(OnlyIf, StringComparison.Ordinal);

    /// <summary>Whether a wanted value may be set.</summary>
    /// <param name="wanted">All that is wanted of the object.</param>
    /// <param name="name">The value's name.</param>
    /// <param name="found">What is found; null and empty are the same.</param>
    public static bool Allows(IReadOnlyDictionary<string, string> wanted, string name, string? found) =>
        !wanted.TryGetValue(OnlyIf + name, out string? condition) || string.Equals(condition, found ?? string.Empty, StringComparison.Ordinal);

    /// <summary>What an undo wants back: the value before the change; null where there was none, or the change is not about it.</summary>
    internal static string? Before(IReadOnlyDictionary<string, string> wanted, string name) => wanted.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    /// <summary>What the change set, which is an undo's condition; null where it took the value away, or is not about it.</summary>
    internal static string? After(IReadOnlyDictionary<string, string> wanted, string name) => Before(wanted, OnlyIf + name);
}
