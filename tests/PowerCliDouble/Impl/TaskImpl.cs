using VMware.VimAutomation.Sdk.Types.V1;

namespace VMware.VimAutomation.ViCore.Impl.V1.Task;

public sealed class TaskImpl : Sdk.Types.V1.Task
{
    public string Id { get; internal set; }

    public string Name { get; internal set; }

    public string Uid { get; internal set; }

    public TaskState State { get; internal set; }

    public float PercentComplete { get; internal set; }

    public string ServerId { get; internal set; }
}
