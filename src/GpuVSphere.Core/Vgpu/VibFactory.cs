using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>Makes <see cref="VibOperation"/>.</summary>
internal sealed class VibFactory : IOperationFactory
{
    public string Kind => VibOperation.IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new VibOperation(intent, context);
}
