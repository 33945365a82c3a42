using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>The refusals that are about vGPUs, on the scenario <c>vgpu</c>.</summary>
internal static class VgpuRefusalCases
{
    public static IReadOnlyDictionary<Refusal, (string Fault, Func<SimulatorLab, Task> Act)> All { get; } = new Dictionary<Refusal, (string Fault, Func<SimulatorLab, Task> Act)>
    {
        [Refusal.UnknownDeviceGroup] = ("InvalidArgument", lab => lab.GiveGroupAsync("c803-01", "Nvidia:8@grid_a100d-80c%NVLink", "grid_a100d-80c", "grid_a100d-80c")),
        [Refusal.IncompleteDeviceGroup] = ("InvalidDeviceSpec", lab => lab.GiveGroupAsync("c803-01", "Nvidia:2@grid_a100d-80c%NVLink", "grid_a100d-80c")),
        [Refusal.VgpuSriovOff] = ("GenericVmConfigFault", async lab =>
        {
            lab.Simulator.Orders.FirmwareSriov("vgpu-803-01", false);
            await Run(lab, "v803-01", "nvidia_l40-8q");
        }),
        [Refusal.VgpuEccOn] = ("GenericVmConfigFault", async lab =>
        {
            lab.Host("vgpu-67-01").Vibs.RemoveAll(vib => vib.Vendor == "NVIDIA");
            lab.Host("vgpu-67-01").Vibs.Add(new InstalledVib("NVIDIA-VMware_ESXi_6.7_Host_Driver", "390.42-1OEM.670.0.0.7535516", "NVIDIA", "VMwareAccepted", "2018-04-17"));
            await Run(lab, "v67-01", "grid_p100-8q");
        }),
        [Refusal.FractionalMultiVgpu] = ("GenericVmConfigFault", lab => Run(lab, "v70-01", "grid_t4-8q", "grid_t4-8q")),
        [Refusal.VgpuSuspendNotSupported] = ("NotSupported", async lab =>
        {
            await Run(lab, "v67-01", "grid_p100-8q");
            lab.MoveToRelease("vgpu-67-01", EsxRelease.V65U3);
            await lab.CallAsync(lab.Vm("v67-01"), "SuspendVM_Task");
        }),
        [Refusal.VgpuSnapshotNotSupported] = ("SnapshotFault", async lab =>
        {
            await Run(lab, "v803-01", "nvidia_l40-8q");
            await lab.CallAsync(lab.Vm("v803-01"), "CreateSnapshot_Task", ("name", "s"), ("memory", false), ("quiesce", false));
        }),
        [Refusal.VgpuMigrationNotSupported] = ("MigrationFeatureNotSupported", async lab =>
        {
            await Run(lab, "v801-01", "nvidia_a40-8q");
            await lab.CallAsync(lab.Vm("v801-01"), "RelocateVM_Task", ("spec", SimulatorLab.Data(string.Empty, ("host", lab.Host("vgpu-801-02").Reference))));
        }),
        [Refusal.VgpuMigrationOtherEcc] = ("MigrationFeatureNotSupported", async lab =>
        {
            lab.Simulator.Orders.VgpuHotMigrate(true);
            lab.Host("vgpu-801-02").Function("0000:3b:00.0")!.Gpu.IsEccOn = false;
            await Run(lab, "v801-01", "nvidia_a40-8q");
            await lab.CallAsync(lab.Vm("v801-01"), "RelocateVM_Task", ("spec", SimulatorLab.Data(string.Empty, ("host", lab.Host("vgpu-801-02").Reference))));
        }),
        [Refusal.DrsLeavesVgpus] = ("Timedout", async lab =>
        {
            lab.Simulator.Orders.VgpuHotMigrate(true);
            lab.Simulator.Orders.Drs("VGPU-801", true, "fullyAutomated");
            await Run(lab, "v801-01", "nvidia_a40-8q");
            await lab.CallAsync(lab.Host("vgpu-801-01"), "EnterMaintenanceMode_Task", ("timeout", 600));
        }),
    };

    private static async Task Run(SimulatorLab lab, string vm, params string[] profiles)
    {
        await lab.GiveAsync(vm, 0, profiles.Select((profile, i) => SimulatorLab.VgpuDevice(-1 - i, profile)).ToArray());
        await lab.PowerOnAsync(vm);
    }
}
