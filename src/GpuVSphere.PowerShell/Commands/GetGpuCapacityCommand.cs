using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>
/// Shows how the GPUs are used by vGPUs, and with a profile how many more of it start, on which GPU, and which VMs stand in the way.
/// </summary>
[Cmdlet(VerbsCommon.Get, "GpuCapacity")]
[OutputType(typeof(GpuCapacity), typeof(VgpuCapacity), typeof(ClusterCapacity))]
public sealed class GetGpuCapacityCommand : VgpuHostCmdlet
{
    /// <summary>The vGPU profiles of which more are to start, by name with wildcards, whatever the case.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(VgpuProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? VgpuProfile { get; set; }

    /// <summary>One object for each cluster, and for each host that is in none, instead of one for each GPU.</summary>
    [Parameter]
    public SwitchParameter Summary { get; set; }

    /// <summary>
    /// What Get-NvidiaSmi said of the hosts: it tells where running vGPUs are placed, which vSphere does not, so that the numbers are exact.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public NvidiaSmiGpu[]? NvidiaSmi { get; set; }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<(VgpuHost Host, HostCapacity Capacity, HashSet<PciAddress> Devices)> hosts = await ReadAsync(relay, cancellationToken, NvidiaSmi).ConfigureAwait(false);
        if (VgpuProfile is null)
        {
            foreach (object row in Summary
                ? CapacityReport.Clusters([.. hosts.Select(one => one.Capacity)], null)
                : hosts.SelectMany(one => CapacityReport.Gpus(one.Capacity, one.Host).Where(row => one.Devices.Contains(row.Address))).Cast<object>())
            {
                relay.Output(row);
            }

            return;
        }

        foreach (string profile in Profiles(hosts, relay))
        {
            if (Summary)
            {
                foreach (ClusterCapacity row in CapacityReport.Clusters([.. hosts.Select(one => one.Capacity)], profile))
                {
                    relay.Output(row);
                }

                continue;
            }

            foreach (VgpuCapacity row in hosts
                .SelectMany(one => CapacityReport.Gpus(one.Capacity, profile).Where(row => one.Devices.Contains(row.Address)))
                .Where(row => row.Obstacle != GpuObstacle.OtherGpu))
            {
                relay.Output(row);
            }
        }
    }

    // A profile that no host offers is still answered where a GPU could have it: what keeps it away is the answer.
    private IEnumerable<string> Profiles(IReadOnlyList<(VgpuHost Host, HostCapacity Capacity, HashSet<PciAddress> Devices)> hosts, PipelineRelay relay)
    {
        string[] offered = [.. hosts.SelectMany(one => one.Host.OfferedProfiles ?? []).Distinct(StringComparer.OrdinalIgnoreCase).OrderBy(name => name, StringComparer.OrdinalIgnoreCase)];
        List<string> meant = [];
        foreach (string name in VgpuProfile!)
        {
            WildcardPattern pattern = Pattern(name);
            string[] matching = [.. offered.Where(pattern.IsMatch)];
            if (matching.Length > 0)
            {
                meant.AddRange(matching);
            }
            else if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                if (hosts.Any(one => one.Capacity.HasGpuFor(name)))
                {
                    meant.Add(name);
                }
                else
                {
                    relay.Error(NotFound(name, hosts.Select(one => one.Host)));
                }
            }
        }

        return meant.Distinct(StringComparer.OrdinalIgnoreCase);
    }
}
