using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The account may do it on the host.</summary>
internal sealed class PrivilegeHostRule : PrivilegeRule
{
    /// <inheritdoc/>
    public override string Id => "PRIVILEGE-HOST";

    /// <inheritdoc/>
    public override string Title => "The account has the privileges that the change needs on the host";

    /// <inheritdoc/>
    public override string Why => "vCenter refuses a single call that the role does not allow, and a change of several steps would stop halfway, with the host in maintenance mode or its VMs off.";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyHost;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string>? HeldBy(ReadinessSubject subject) => subject.Host?.Privileges;
}
