using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>Makes <see cref="CudaToolkitOperation"/>.</summary>
internal sealed class CudaToolkitFactory : IOperationFactory
{
    public string Kind => CudaToolkitIntents.Kind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new CudaToolkitOperation(intent, context);
}
