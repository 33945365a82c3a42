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
        lock (inventory.Gate)
        {
            VirtualMachine? vm = inventory.Vms.FirstOrDefault(each => each.Reference.Value == address.Vm.Reference.Value);
            if (vm is null || !string.Equals(address.Vm.ServerUuid, inventory.Profile.InstanceUuid.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                throw new GpuVSphereException("SshNameUnknown", GpuErrorCategory.ConnectionFailed, $"The simulator has no VM {address.Name}.", address.Name, "Look at the VM's name: Get-VmGpu");
            }

            RequireUp(vm);
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
