using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The account may do it on the vCenter, or on the cluster.</summary>
internal sealed class PrivilegeClusterRule : PrivilegeRule
{
    /// <inheritdoc/>
    public override string Id => "PRIVILEGE-CLUSTER";

    /// <inheritdoc/>
    public override string Title => "The account has the privileges that the change needs on the vCenter and the cluster";

    /// <inheritdoc/>
    public override string Why => "vSphere refuses the call, for each object in its turn, after others were changed.";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.EnableMigration;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string>? HeldBy(ReadinessSubject subject) => subject.Privileges;
}
