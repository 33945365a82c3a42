using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Calls esxcli of a simulated host past the protocol, on the scenario for hosts that are to be set up.</summary>
internal static class SoftwareLab
{
    public const string GuideVib = "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib";
    public const string GuideVibId = "NVIDIA_bootbank_NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516";
    public const string Folder = "/vmfs/volumes/gpu-ds/NVIDIA/";

    public static SimulatorOptions Options => new() { ClockSpeed = 10_000, Scenario = "vgpu-setup" };

    public static SimulatorLab Start() => new(Options);

    public static async Task<object?> EsxCliAsync(this SimulatorLab lab, string host, string command, params (string Name, string Value)[] arguments)
    {
        int last = command.LastIndexOf(' ');
        EsxCliCommand found = lab.Inventory.EsxCliCommands(lab.Host(host).Reference).Single(each => each.Namespace == command.Substring(0, last).Replace(' ', '.') && each.Name == command.Substring(last + 1));
        Assert.All(arguments, argument => Assert.Contains(found.Parameters, parameter => parameter.Name == argument.Name));
        return await found.RunAsync(
            new EsxCliCall(lab.Host(host).Reference, lab.Admin, arguments.GroupBy(a => a.Name).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)g.Select(a => a.Value).ToList())), CancellationToken.None);
    }

    public static async Task<DataObject> ResultAsync(this SimulatorLab lab, string host, string command, params (string Name, string Value)[] arguments) =>
        (DataObject)(await lab.EsxCliAsync(host, command, arguments))!;

    public static async Task<IReadOnlyList<DataObject>> RowsAsync(this SimulatorLab lab, string host, string command, params (string Name, string Value)[] arguments) =>
        ((List<object>)(await lab.EsxCliAsync(host, command, arguments))!).Cast<DataObject>().ToList();

    public static Task<DataObject> InstallAsync(this SimulatorLab lab, string host, string file, params (string Name, string Value)[] more) =>
        lab.ResultAsync(host, "software vib install", [(file.EndsWith(".vib", System.StringComparison.Ordinal) ? "viburl" : "depot", file.Contains('/', System.StringComparison.Ordinal) ? file : Folder + file), .. more]);

    public static Task MaintainAsync(this SimulatorLab lab, string host) => lab.EsxCliAsync(host, "system maintenanceMode set", ("enable", "true"));

    public static async Task RestartAsync(this SimulatorLab lab, string host)
    {
        int boots = lab.Host(host).BootCount;
        await lab.CallAsync(lab.Host(host), "RebootHost_Task", ("force", true));
        await lab.UntilAsync(() => lab.Host(host).BootCount > boots && lab.Host(host).IsAvailable);
    }

    /// <summary>The lines of what esxcli printed instead of a result.</summary>
    public static async Task<IReadOnlyList<string>> RefusedAsync(Task running) => (await Assert.ThrowsAnyAsync<EsxCliFault>(() => running)).Messages;
}
