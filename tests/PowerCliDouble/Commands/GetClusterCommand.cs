using System.Collections.Generic;
using System.Management.Automation;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Impl.V1.Inventory;

namespace VMware.PowerCliDouble.Commands;

[Cmdlet(VerbsCommon.Get, "Cluster")]
public sealed class GetClusterCommand : DoubleCmdlet
{
    [Parameter(Position = 0)]
    public string[] Name { get; set; }

    protected override void ProcessRecord()
    {
        foreach (VIServerImpl server in Meant())
        {
            foreach ((string id, IReadOnlyDictionary<string, string> p) in server.Soap.All("ClusterComputeResource", "name"))
            {
                if (Fits(Name, p["name"]))
                {
                    WriteObject(new ClusterImpl { Id = id, Name = p["name"], Uid = server.Uid + "Cluster=" + id + "/" });
                }
            }
        }
    }
}
