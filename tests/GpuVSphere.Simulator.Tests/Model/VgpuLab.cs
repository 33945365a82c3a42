using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Short forms for tests of vGPUs on the scenario <c>vgpu</c>.</summary>
internal static class VgpuLab
{
    public static SimulatorLab Create(Func<SimulatorOptions, SimulatorOptions>? change = null)
    {
        SimulatorOptions options = Options();
        return new SimulatorLab(change is null ? options : change(options));
    }

    public static SimulatorOptions Options() => new() { Scenario = "vgpu", ClockSpeed = 10_000 };

    /// <summary>Gives a VM vGPUs and powers it on.</summary>
    public static async Task RunAsync(this SimulatorLab lab, string vm, params string[] profiles)
    {
        await lab.GiveAsync(vm, 0, profiles.Select((profile, i) => SimulatorLab.VgpuDevice(-1 - i, profile)).ToArray());
        await lab.PowerOnAsync(vm);
    }

    /// <summary>How many of a host's VMs, from the first that has no vGPU, start with a profile each.</summary>
    public static async Task<int> FillAsync(this SimulatorLab lab, string vmPrefix, string profile)
    {
        List<string> free = lab.Raw.Vms.Where(vm => vm.Name.StartsWith(vmPrefix + "-", StringComparison.Ordinal) && vm.PciDevices.Count == 0).Select(vm => vm.Name).ToList();
        int started = 0;
        foreach (string vm in free)
        {
            try
            {
                await lab.RunAsync(vm, profile);
                started++;
            }
            catch (SimulatedFault fault) when (fault.Detail.TypeName == "InsufficientGraphicsResourcesFault")
            {
                await lab.RemoveVgpusAsync(vm);
                return started;
            }
        }

        return started;
    }

    public static Task RemoveVgpusAsync(this SimulatorLab lab, string vm) => lab.ReconfigureAsync(
        vm,
        ("deviceChange", lab.Vm(vm).Config.Passthrough.Select(device => (object)SimulatorLab.Change("remove", SimulatorLab.Device(device.Key, null))).ToList()));

    public static async Task NoRoomAsync(this SimulatorLab lab, string vm, params string[] profiles)
    {
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.RunAsync(vm, profiles));
        Assert.Equal("InsufficientGraphicsResourcesFault", fault.Detail.TypeName);
        Assert.StartsWith("The amount of graphics resource available in the parent resource pool is insufficient for the operation", fault.Message, StringComparison.Ordinal);
        await lab.RemoveVgpusAsync(vm);
    }

    public static async Task PluginFailsAsync(this SimulatorLab lab, string vm, params string[] profiles)
    {
        SimulatedFault fault = await Assert.ThrowsAsync<SimulatedFault>(() => lab.RunAsync(vm, profiles));
        Assert.Equal("GenericVmConfigFault", fault.Detail.TypeName);
        Assert.Contains("Could not initialize plugin 'libnvidia-vgx.so' for vGPU \"" + profiles[0] + "\"", fault.Message, StringComparison.Ordinal);
        Assert.Contains("libnvidia-vgx.so", lab.Raw.Vm(vm).ReadFile("vmware.log"), StringComparison.Ordinal);
    }

    public static RawDevice Device(this SimulatorLab lab, string host, string address) => lab.Raw.Host(host).Device(address);
}
