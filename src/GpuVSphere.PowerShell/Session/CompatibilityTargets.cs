using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Commands;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>The hosts and VMs that a question of compatibility means, read now: of hosts all VMs with vGPUs, of VMs only these.</summary>
internal sealed class CompatibilityTargets(TargetReader reader, IReadOnlyList<TargetGroup> groups, PipelineRelay relay)
{
    public async Task<IReadOnlyList<CompatibilityTarget>> ReadAsync(CancellationToken cancellationToken)
    {
        List<CompatibilityTarget> targets = [];
        HostIdentity[] hosts = [.. groups.SelectMany(group => group.Hosts)];
        VmIdentity[] vms = [.. groups.SelectMany(group => group.Vms)];
        if (hosts.Length + vms.Length == 0)
        {
            hosts = [new HostIdentity("*")];
        }

        if (hosts.Length > 0)
        {
            IReadOnlyList<NamedHost> named = await reader.HostsAsync(hosts, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<(NamedHost Meant, GpuHost Host)> read = await reader.ReadHostsAsync(named, cancellationToken).ConfigureAwait(false);
            var offers = (await reader.ReadVgpuAsync([.. read.Select(one => one.Host.Id)], cancellationToken).ConfigureAwait(false)).ToDictionary(one => one.Host.Id, one => one.Vms);
            foreach ((NamedHost meant, GpuHost host) in read.Where(one => one.Meant.IsNamed || one.Host.Devices.Count > 0))
            {
                targets.Add(new CompatibilityTarget(meant.Connection, host, offers.TryGetValue(host.Id, out IReadOnlyList<GpuVm>? own) ? own : [], meant.IsNamed));
            }
        }

        if (vms.Length > 0)
        {
            IReadOnlyList<NamedVm> named = await reader.VmsAsync(vms, cancellationToken).ConfigureAwait(false);
            foreach ((NamedVm meant, GpuVm vm, GpuInventory inventory) in await reader.ReadVmsAsync(named, cancellationToken).ConfigureAwait(false))
            {
                Take(meant, vm, inventory, vms, targets);
            }
        }

        // A VM that was named beside its host is one of the host's.
        return
        [
            .. targets.GroupBy(target => target.Host.Id)
                .Select(same => same.First() with { Vms = [.. same.SelectMany(one => one.Vms).GroupBy(vm => vm.Id).Select(vm => vm.First()).OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase)] })
                .OrderBy(target => target.Host.ServerName, StringComparer.OrdinalIgnoreCase).ThenBy(target => target.Host.Name, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private void Take(NamedVm meant, GpuVm vm, GpuInventory inventory, VmIdentity[] typed, List<CompatibilityTarget> targets)
    {
        if (!vm.PciDevices.Any(device => device.Kind == VmGpuKind.Vgpu))
        {
            // Of a wildcard's matches those without a vGPU are not meant.
            if (typed.Any(identity => identity.Reference is not null || string.Equals(identity.Name, vm.Name, StringComparison.OrdinalIgnoreCase)))
            {
                relay.Error(new GpuVSphereException("NoVgpu", GpuErrorCategory.InvalidState, $"{vm.Name} has no vGPU.", vm.Name, $"Add-VmVgpuProfile -VM {Typed.Name(vm.Name)} gives it one; -Manager and -GuestDriver compare versions without a VM."));
            }

            return;
        }

        if (inventory.Hosts.FirstOrDefault(host => host.Id.Reference == vm.Host) is not { } host)
        {
            relay.Error(new GpuVSphereException("HostNotFound", GpuErrorCategory.ObjectNotFound, $"The host of {vm.Name} is not to be seen, so its vGPU manager is not known.", vm.Name, "-Manager and -GuestDriver compare versions."));
            return;
        }

        targets.Add(new CompatibilityTarget(meant.Connection, host, [vm], true));
    }
}
