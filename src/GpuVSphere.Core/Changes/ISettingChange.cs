using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>A change of one object that takes effect at once: settings of a vCenter, the configuration of a cluster.</summary>
internal interface ISettingChange
{
    /// <summary>The object.</summary>
    PlanTarget Target { get; }

    /// <summary>The rows of the plan that are about it.</summary>
    IReadOnlyList<PlannedChange> Changes { get; }

    /// <summary>What an undo puts back.</summary>
    IReadOnlyList<JournalField> Fields { get; }

    /// <summary>Reads the present value of each row's property; null for absent.</summary>
    Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken);

    /// <summary>Makes the change, in one call, and waits for its end.</summary>
    Task ApplyAsync(VimSession session, CancellationToken cancellationToken);
}
