using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Lists the NVIDIA GPUs of hosts: model, passthrough state, label, and which VM has them.</summary>
[Cmdlet(VerbsCommon.Get, "GpuDevice")]
[OutputType(typeof(GpuDevice))]
public sealed class GetGpuDeviceCommand : HostCmdlet
{
    // An empty pipeline, or one whose objects were all wrong, does not mean everything.
    internal override bool PrepareTargets() => Groups.Count > 0 || (!MyInvocation.ExpectingInput && !HasFailed);

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IEnumerable<GpuDevice> devices;
        bool hasHosts = Groups.Any(group => group.Hosts.Count > 0 || group.Devices.Any(device => device.Host is not null));
        if (hasHosts)
        {
            devices = (await DeviceTargets.ReadAsync(reader, Groups, relay, cancellationToken, explains: true).ConfigureAwait(false)).Select(one => one.Device);
        }
        else
        {
            // Everything, or a device that is looked for on every host.
            TargetGroup group = new() { Hosts = [new HostIdentity("*")], Devices = Groups.Count > 0 ? Groups[0].Devices : [] };
            devices = group.Devices.Count > 0
                ? (await DeviceTargets.ReadAsync(reader, [group], relay, cancellationToken).ConfigureAwait(false)).Select(one => one.Device)
                : (await reader.EverythingAsync(cancellationToken).ConfigureAwait(false)).SelectMany(inventory => inventory.Hosts).SelectMany(host => host.Devices);
        }

        foreach (GpuDevice device in devices.OrderBy(one => one.ServerName).ThenBy(one => one.HostName).ThenBy(one => one.Address))
        {
            relay.Output(device);
        }
    }
}
