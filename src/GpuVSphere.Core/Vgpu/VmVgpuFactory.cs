using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>Makes <see cref="VmVgpuOperation"/>.</summary>
internal sealed class VmVgpuFactory : IOperationFactory
{
    public string Kind => VmVgpuOperation.IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new VmVgpuOperation(intent, context);
}
