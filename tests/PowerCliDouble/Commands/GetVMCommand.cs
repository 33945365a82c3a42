using System.Linq;
using System.Management.Automation;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Impl.V1.Inventory;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommon.Get, "VM")]
public sealed class GetVMCommand : DoubleCmdlet
{
    [Parameter(Position = 0)]
    public string[] Name { get; set; }

    // With a tag PowerCLI gives another class of the same interface; which VMs have it does not matter here.
    [Parameter]
    public string Tag { get; set; }

    protected override void ProcessRecord()
    {
        foreach (VIServerImpl server in Meant())
        {
            foreach (VirtualMachineBase vm in Vms(server, Tag is null).Where(v => Fits(Name, v.Name)))
            {
                WriteObject(vm);
            }
        }
    }
}
