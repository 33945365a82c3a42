using System.Collections.Generic;
using GpuVSphere.Readiness;

namespace GpuVSphere.Operations;

/// <summary>How ready the objects of a change are, and of VMs what the change would make of them.</summary>
/// <param name="Rows">What its own rules and its planner say, object after object.</param>
/// <param name="Proposals">What was read of each VM that can be planned, and what is to become of it; empty for changes of anything else.</param>
internal sealed record ChangeReadiness(IReadOnlyList<ReadinessResult> Rows, IReadOnlyList<VmProposal> Proposals);
