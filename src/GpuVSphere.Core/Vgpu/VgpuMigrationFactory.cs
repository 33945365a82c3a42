using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>Makes <see cref="VgpuMigrationOperation"/>.</summary>
internal sealed class VgpuMigrationFactory : IOperationFactory
{
    public string Kind => VgpuMigrationOperation.IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new VgpuMigrationOperation(intent, context);
}
