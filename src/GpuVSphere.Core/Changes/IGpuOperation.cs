using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Changes;

/// <summary>
/// One kind of change, on its path: read and plan and check, then, once confirmed, apply and verify.
/// Made for one intent; a cmdlet, a plan from yesterday and a journal entry all come here.
/// </summary>
public interface IGpuOperation
{
    /// <summary>What was asked for.</summary>
    ChangeIntent Intent { get; }

    /// <summary>Reads the live state, plans, and runs the rules. Changes nothing.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<ChangePlan> PlanAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Performs a plan of this operation and reads the result back. Objects that are blocked are left alone. Reads first: where a
    /// <c>before</c> no longer holds the object fails with <c>PlanIsStale</c> and nothing of it is changed.
    /// </summary>
    /// <param name="plan">A plan that <see cref="PlanAsync"/> of this operation made.</param>
    /// <param name="feedback">Where to tell.</param>
    /// <param name="cancellationToken">Starts nothing new; what is begun on the server is waited for or named in the result.</param>
    /// <returns>One result for each target, in the plan's order.</returns>
    Task<IReadOnlyList<ChangeResult>> ApplyAsync(ChangePlan plan, IChangeFeedback feedback, CancellationToken cancellationToken);
}
