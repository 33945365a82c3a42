using GpuVSphere.Changes;

namespace GpuVSphere.Passthrough;

/// <summary>Makes the operations that set the MMIO keys of VMs.</summary>
public sealed class VmMmioFactory : IOperationFactory
{
    /// <inheritdoc/>
    public string Kind => VmMmioOperation.IntentKind;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">UnknownRule, InvalidMmioSize, InvalidTimeout, MalformedSelector, MalformedPciAddress: the intent asks for what cannot be.</exception>
    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new VmMmioOperation(intent, context);
}
