using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>Makes <see cref="CudaToolkitOperation"/>.</summary>
internal sealed class CudaToolkitFactory : IOperationFactory
{
    public const string IntentKind = "CudaToolkit";

    public string Kind => IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new CudaToolkitOperation(intent, context);
}
