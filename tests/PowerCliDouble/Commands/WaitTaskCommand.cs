using System.Management.Automation;
using VMware.VimAutomation.Sdk.Types.V1;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsLifecycle.Wait, "Task")]
public sealed class WaitTaskCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public Task[] Task { get; set; }

    protected override void ProcessRecord() => WriteObject(Task, enumerateCollection: true);
}
