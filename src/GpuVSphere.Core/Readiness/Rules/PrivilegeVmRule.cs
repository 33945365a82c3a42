using System.Collections.Generic;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The account may do it on the VM.</summary>
internal sealed class PrivilegeVmRule : PrivilegeRule
{
    /// <inheritdoc/>
    public override string Id => "PRIVILEGE-VM";

    /// <inheritdoc/>
    public override string Title => "The account has the privileges that the change needs on the VM";

    /// <inheritdoc/>
    public override string Why => "The VM is changed by one call that carries devices, memory and settings together; one privilege that is lacking refuses all of it, after the guest was shut down for it.";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AnyVm;

    /// <inheritdoc/>
    protected override IReadOnlyCollection<string>? HeldBy(ReadinessSubject subject) => subject.Vm?.Privileges;
}
