using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>
/// What a user asked for, as plain text: it can be written to a journal, read back on another day, and planned anew from the live state.
/// It holds no secret.
/// </summary>
/// <param name="Kind">Which operation, such as <c>HostPassthrough</c>.</param>
/// <param name="Title">The operation in words, such as <c>Enable passthrough</c>.</param>
/// <param name="Targets">For each object what is wanted of it.</param>
/// <param name="Options">What goes for all objects: time-outs, skipped rules, whether to reboot.</param>
public sealed record ChangeIntent(
    string Kind,
    string Title,
    IReadOnlyList<IntentTarget> Targets,
    IReadOnlyDictionary<string, string> Options);
