using GpuVSphere.Changes;

namespace GpuVSphere.Passthrough;

/// <summary>Makes <see cref="HostPassthroughOperation"/>.</summary>
internal sealed class HostPassthroughFactory : IOperationFactory
{
    public string Kind => HostPassthroughOperation.IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new HostPassthroughOperation(intent, context);
}
