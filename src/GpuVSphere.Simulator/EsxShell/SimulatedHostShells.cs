using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>Opens the shells of the hosts of a simulator.</summary>
internal sealed class SimulatedHostShells(SimulatedInventory inventory) : IHostShells
{
    public Task<IShell> OpenAsync(HostShellAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (inventory.Gate)
        {
            HostSystem? host = inventory.Hosts.FirstOrDefault(each => each.Reference.Value == address.Host.Reference.Value);
            if (host is null || !string.Equals(address.Host.ServerUuid, inventory.Profile.InstanceUuid.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                throw new GpuVSphereException(
                    "SshNameUnknown", GpuErrorCategory.ConnectionFailed, $"The simulator has no host {address.Name}.", address.Name, "Look at the host's name: Get-GpuDevice");
            }

            Require(host);
            return Task.FromResult<IShell>(new SimulatedShell(host, inventory));
        }
    }

    /// <summary>Refuses as the network or the host would.</summary>
    public static void Require(HostSystem host)
    {
        if (!host.IsAvailable)
        {
            throw new GpuVSphereException(
                "SshTimeout", GpuErrorCategory.ConnectionFailed, $"{host.Name} does not answer SSH: connect to host {host.Name} port 22: Connection timed out", host.Name, "Wait until the host is connected again.");
        }

        if (!host.Services.Any(service => service is { Key: "TSM-SSH", IsRunning: true }))
        {
            throw new GpuVSphereException(
                "SshRefused",
                GpuErrorCategory.ConnectionFailed,
                $"{host.Name} refuses SSH: connect to host {host.Name} port 22: Connection refused",
                host.Name,
                "Start the host's SSH service (TSM-SSH): in the vSphere Client under Configure, System, Services.");
        }
    }
}
