using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Tests.Model;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.EsxShell;

/// <summary>Short forms for tests of the shell of simulated hosts.</summary>
internal static class ShellLab
{
    public static HostShellAddress Address(this SimulatorLab lab, string host) => new(
        new VimObjectId(lab.Inventory.Profile.InstanceUuid.ToString(), new ManagedObjectReference("HostSystem", lab.Host(host).Reference.Value)), host);

    /// <summary>Opens the shell of a host with SSH on, and runs a command.</summary>
    public static async Task<ShellResult> ShellAsync(this SimulatorLab lab, string host, string command)
    {
        GpuVSphere.Simulator.Model.HostService ssh = lab.Host(host).Services.Single(service => service.Key == "TSM-SSH");
        ssh.IsRunning = true;
        using IShell shell = await lab.Simulator.Shells.OpenAsync(lab.Address(host), default);
        return await shell.RunAsync(command, default);
    }

    /// <summary>The output of a command that must succeed.</summary>
    public static async Task<string> SaysAsync(this SimulatorLab lab, string host, string command)
    {
        ShellResult result = await lab.ShellAsync(host, command);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        return result.Output;
    }

    /// <summary>Reboots a host past maintenance mode.</summary>
    public static async Task RebootAsync(this SimulatorLab lab, string host)
    {
        int boots = lab.Raw.Host(host).BootCount;
        await lab.CallAsync(lab.Host(host), "RebootHost_Task", ("force", true));
        await lab.UntilAsync(() => lab.Raw.Host(host).BootCount > boots && lab.Raw.Host(host).ConnectionState == "connected");
    }
}
