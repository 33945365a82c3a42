using System.Linq;
using System.Management.Automation;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Impl.V1.Inventory;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommon.Get, "VMHost")]
public sealed class GetVMHostCommand : DoubleCmdlet
{
    [Parameter(Position = 0)]
    public string[] Name { get; set; }

    protected override void ProcessRecord()
    {
        foreach (VIServerImpl server in Meant())
        {
            foreach (VMHostImpl host in Hosts(server).Where(h => Fits(Name, h.Name)))
            {
                WriteObject(host);
            }
        }
    }
}
