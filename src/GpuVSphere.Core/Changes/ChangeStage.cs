using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>Changes that can be made one after another without looking again. Between two stages is a barrier: state is read and planned anew behind it.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Barrier">What must have happened before this stage, such as <c>reboot</c>; null for the first stage.</param>
/// <param name="Changes">What is changed, or, behind a barrier, what is expected to be found.</param>
public sealed record ChangeStage(int Number, string? Barrier, IReadOnlyList<PlannedChange> Changes);
