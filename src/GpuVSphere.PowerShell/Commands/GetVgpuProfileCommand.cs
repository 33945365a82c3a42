using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Lists the vGPU profiles that hosts offer: memory, series, licence, what a VM with it can do, and how many still start.</summary>
[Cmdlet(VerbsCommon.Get, "VgpuProfile")]
[OutputType(typeof(VgpuProfile))]
public sealed class GetVgpuProfileCommand : VgpuHostCmdlet
{
    /// <summary>The profiles, by name with wildcards, whatever the case. All of them by default.</summary>
    [Parameter]
    [Alias("VgpuProfile")]
    [ArgumentCompleter(typeof(VgpuProfileCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<(VgpuHost Host, HostCapacity Capacity, HashSet<PciAddress> Devices)> hosts = await ReadAsync(relay, cancellationToken).ConfigureAwait(false);
        (string Text, WildcardPattern Pattern)[] names = [.. (Name ?? ["*"]).Select(name => (name, Pattern(name)))];
        HashSet<string> found = [];
        foreach ((VgpuHost host, HostCapacity capacity, HashSet<PciAddress> devices) in hosts)
        {
            if (host.OfferedProfiles is null)
            {
                relay.Warning($"Which vGPU profiles {host.Host.Name} offers could not be read: the account may lack System.Read on it.");
            }
            else if (host.OfferedProfiles.Count == 0 && host.Host.IsConnected)
            {
                // Among all the hosts there are, one without vGPU is no surprise.
                Tell(relay, host, capacity, isUnexpected: Groups.Count > 0);
            }

            bool IsMeant(string profile)
            {
                string[] matching = [.. names.Where(name => name.Pattern.IsMatch(profile)).Select(name => name.Text)];
                found.UnionWith(matching);
                return matching.Length > 0;
            }

            foreach (VgpuProfile profile in CapacityReport.Profiles(capacity, host, IsMeant).Where(profile => profile.Devices.Count == 0 || profile.Devices.Any(devices.Contains)))
            {
                relay.Output(profile);
            }
        }

        if (Groups.Count == 0 && Name is null && hosts.Count > 0 && hosts.All(one => one.Host.OfferedProfiles is { Count: 0 }))
        {
            relay.Warning("No host offers a vGPU profile. Get-HostGraphicsMode shows the graphics types, Get-NvidiaVib the drivers; -Verbose says of each host why.");
        }

        foreach ((string text, _) in names.Where(name => !found.Contains(name.Text) && !WildcardPattern.ContainsWildcardCharacters(name.Text)))
        {
            relay.Error(NotFound(text, hosts.Select(one => one.Host)));
        }
    }

    private static void Tell(PipelineRelay relay, VgpuHost host, HostCapacity capacity, bool isUnexpected)
    {
        string[] why =
        [
            .. CapacityReport.Gpus(capacity, host)
                .Where(gpu => gpu.NotInUse is not null)
                .GroupBy(gpu => gpu.NotInUse)
                .Select(same => $"{string.Join(", ", same.Select(gpu => gpu.Address))}: {same.Key}"),
        ];
        string text = $"{host.Host.Name} offers no vGPU profile. {(why.Length > 0 ? string.Join(" ", why) : $"Get-NvidiaVib -VMHost {Typed.Name(host.Host.Name)} shows its driver.")}";
        if (isUnexpected)
        {
            relay.Warning(text);
        }
        else
        {
            relay.Verbose(text);
        }
    }
}
