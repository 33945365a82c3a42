using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>Makes <see cref="GpuModeOperation"/>, for ECC or for MIG.</summary>
internal sealed class GpuModeFactory(GpuMode mode) : IOperationFactory
{
    public string Kind => mode.IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new GpuModeOperation(mode, intent, context);
}
