using GpuVSphere.Changes;

namespace GpuVSphere.Bitfusion;

/// <summary>Makes the operations that set the servers of FlexDirect clients.</summary>
public sealed class FlexDirectServersFactory : IOperationFactory
{
    /// <inheritdoc/>
    public string Kind => FlexDirectServersOperation.IntentKind;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">UnknownRule, InvalidServerAddress, InvalidServersPath, NothingToDo: the intent asks for what cannot be.</exception>
    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new FlexDirectServersOperation(intent, context);
}
