using System.Management.Automation;
using VMware.VimAutomation.Sdk.Types.V1;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Impl.V1.Task;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommon.Get, "Task")]
public sealed class GetTaskCommand : DoubleCmdlet
{
    [Parameter(Mandatory = true)]
    public string[] Id { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string id in Id)
        {
            if (!id.StartsWith("Task-", System.StringComparison.Ordinal))
            {
                throw new PSArgumentException("Not the Id of a task: " + id);
            }

            foreach (VIServerImpl server in Meant())
            {
                WriteObject(new TaskImpl { Id = id, Name = "ReconfigVM_Task", Uid = server.Uid + "Task=" + id + "/", State = TaskState.Success, ServerId = server.Uid });
                break;
            }
        }
    }
}
