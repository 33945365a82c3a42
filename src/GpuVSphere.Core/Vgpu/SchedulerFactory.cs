using GpuVSphere.Changes;

namespace GpuVSphere.Vgpu;

/// <summary>Makes <see cref="SchedulerOperation"/>.</summary>
internal sealed class SchedulerFactory : IOperationFactory
{
    public const string IntentKind = "VgpuScheduler";

    public string Kind => IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new SchedulerOperation(intent, context);
}
