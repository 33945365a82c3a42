using GpuVSphere.Changes;

namespace GpuVSphere.Bitfusion;

/// <summary>Makes the operations that install FlexDirect in guests.</summary>
public sealed class FlexDirectInstallFactory : IOperationFactory
{
    /// <inheritdoc/>
    public string Kind => FlexDirectInstallOperation.IntentKind;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">UnknownRule, InvalidFlexDirectSource, FileNotFound: the intent asks for what cannot be.</exception>
    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new FlexDirectInstallOperation(intent, context);
}
