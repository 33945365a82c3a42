using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Opens guests as an SSH client would, without a network: as one user, with the password.</summary>
internal sealed class SimulatedGuestShells(SimulatedInventory inventory, string userName, string password) : IGuestShells
{
    public Task<IGuestShell> OpenAsync(GuestAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (address.Family == GuestFamily.Windows)
        {
            throw new GpuVSphereException(
                "GuestNotSupported", GpuErrorCategory.NotSupported, $"{address.Name} runs Windows, which is not gone into by SSH.", address.Name, "Leave -Ssh away: VMware Tools are the way into Windows guests.");
        }

        if (string.IsNullOrEmpty(address.Address))
        {
            throw new GpuVSphereException(
                "GuestAddressUnknown", GpuErrorCategory.InvalidState, $"No address of {address.Name} is known: VMware Tools report none.", address.Name, "Start VMware Tools in the guest, or look whether its network is up.");
        }

        lock (inventory.Gate)
        {
            VirtualMachine? vm = inventory.Vms.FirstOrDefault(each => each.Reference.Value == address.Vm.Reference.Value);
            if (vm is null || !string.Equals(address.Vm.ServerUuid, inventory.Profile.InstanceUuid.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                throw new GpuVSphereException("SshNameUnknown", GpuErrorCategory.ConnectionFailed, $"The simulator has no VM {address.Name}.", address.Name, "Look at the VM's name: Get-VmGpu");
            }

            RequireUp(vm);
            if (vm.Guest.Family == GuestFamily.Windows)
            {
                // Nothing listens there.
                throw new GpuVSphereException(
                    "SshRefused", GpuErrorCategory.ConnectionFailed, $"{address.Name} refuses SSH: connect to host {address.Address} port 22: Connection refused", address.Name, "Leave -Ssh away to go by VMware Tools.");
            }

            GuestUser? user = vm.Guest.User(userName);
            return user is not null && user.Password == password
                ? Task.FromResult<IGuestShell>(new SimulatedGuestShell(vm.Guest, user))
                : throw new GpuVSphereException(
                    "SshAuthenticationFailed", GpuErrorCategory.AuthenticationFailed, $"{address.Name} did not accept the SSH login of {userName} with the password that was given.", address.Name, "Check the user and the password in -GuestCredential.");
        }
    }

    /// <summary>Refuses as the network does while nobody answers.</summary>
    public static void RequireUp(VirtualMachine vm)
    {
        if (!vm.Guest.IsUp)
        {
            throw new GpuVSphereException(
                "SshTimeout", GpuErrorCategory.ConnectionFailed, $"{vm.Name} does not answer SSH: connect to host {vm.Guest.Address} port 22: Connection timed out", vm.Name, "Wait until the guest has started.");
        }
    }
}
