using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>Makes <see cref="GraphicsOperation"/>.</summary>
internal sealed class GraphicsFactory : IOperationFactory
{
    public string Kind => GraphicsOperation.IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new GraphicsOperation(intent, context);
}
