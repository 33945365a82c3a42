using GpuVSphere.Changes;

namespace GpuVSphere.Passthrough;

/// <summary>Makes the operations that give GPUs to VMs and take them away.</summary>
public sealed class VmPassthroughFactory : IOperationFactory
{
    /// <inheritdoc/>
    public string Kind => VmPassthroughOperation.IntentKind;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">UnknownRule, InvalidMmioSize, InvalidTimeout, MalformedSelector, MalformedPciAddress: the intent asks for what cannot be.</exception>
    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new VmPassthroughOperation(intent, context);
}
