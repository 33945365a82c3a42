using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>Makes <see cref="GuestDriverOperation"/>.</summary>
internal sealed class GuestDriverFactory : IOperationFactory
{
    public string Kind => GuestDriverOperation.IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new GuestDriverOperation(intent, context);
}
