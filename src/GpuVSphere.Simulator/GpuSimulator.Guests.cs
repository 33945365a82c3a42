using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest;

namespace GpuVSphere.Simulator;

/// <content>The guests of the simulated VMs.</content>
public sealed partial class GpuSimulator
{
    /// <summary>
    /// The Linux guests as an SSH client finds them, without a network, for the user <c>admin</c>, who is root by sudo with the password
    /// <see cref="SimulatorUser.DefaultPassword"/>. VMware Tools' way into the same guests is the server's guest operations.
    /// </summary>
    public IGuestShells Guests => GuestsAs("admin", SimulatorUser.DefaultPassword);

    /// <summary>The guests for another user: <c>root</c>, <c>operator</c> (sudo without a password) or <c>guest</c> (no sudo).</summary>
    /// <param name="userName">The user.</param>
    /// <param name="password">The password; that of every user is <see cref="SimulatorUser.DefaultPassword"/>.</param>
    public IGuestShells GuestsAs(string userName, string password) => new SimulatedGuestShells(Inventory, userName, password);
}
