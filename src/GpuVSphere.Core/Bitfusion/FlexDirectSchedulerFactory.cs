using GpuVSphere.Changes;

namespace GpuVSphere.Bitfusion;

/// <summary>Makes the operations that start and stop schedulers of FlexDirect in guests.</summary>
public sealed class FlexDirectSchedulerFactory : IOperationFactory
{
    /// <inheritdoc/>
    public string Kind => FlexDirectSchedulerOperation.IntentKind;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">UnknownRule, InvalidFlexDirectScheduler: the intent asks for what cannot be.</exception>
    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new FlexDirectSchedulerOperation(intent, context);
}
