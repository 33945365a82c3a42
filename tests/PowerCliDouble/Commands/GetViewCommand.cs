using System.Management.Automation;
using VMware.Vim;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommon.Get, "View")]
public sealed class GetViewCommand : DoubleCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    public string[] Id { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string id in Id)
        {
            int hyphen = id.IndexOf('-');
            ManagedObjectReference reference = new() { Type = id.Substring(0, hyphen), Value = id.Substring(hyphen + 1) };
            ViewBase view = reference.Type switch
            {
                "HostSystem" => new HostSystem(),
                "VirtualMachine" => new VirtualMachine(),
                _ => new ClusterComputeResource(),
            };
            view.MoRef = reference;
            WriteObject(view);
        }
    }
}
