using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>The cases of <see cref="RefusalTests"/> on a host's graphics types and software.</summary>
internal static class HostSoftwareRefusals
{
    private const string Gpu = "0000:3b:00.0";
    private const string Host = "esx-none-01";
    private const string Driver = "NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip";

    public static IReadOnlyDictionary<Refusal, (string Fault, Func<SimulatorLab, Task> Act)> Cases { get; } = new Dictionary<Refusal, (string Fault, Func<SimulatorLab, Task> Act)>
    {
        [Refusal.UnknownGraphicsDevice] = ("InvalidArgument", lab => HostGraphicsTests.UpdateAsync(lab, "esx-80-02", "sharedDirect", "performance", ("0000:00:00.0", "sharedDirect", null))),
        [Refusal.VgpuModeBeforeEightU3] = ("NotSupported", lab => HostGraphicsTests.UpdateAsync(lab, "esx-70-01", "sharedDirect", "performance", (Gpu, "sharedDirect", "sameSize"))),
        [Refusal.MixedSizeBeforeAmpere] = ("NotSupported", lab => HostGraphicsTests.UpdateAsync(lab, "esx-usb-01", "sharedDirect", "performance", (Gpu, "sharedDirect", "mixedSize"))),
        [Refusal.SharedDirectAfterVib] = ("NotSupported", async lab =>
        {
            lab.Simulator.Orders.InstallGpuDriver("esx-67-01");
            await HostGraphicsTests.UpdateAsync(lab, "esx-67-01", "shared", "performance");
            await HostGraphicsTests.UpdateAsync(lab, "esx-67-01", "shared", "performance", (Gpu, "sharedDirect", null));
        }),

        [Refusal.AcceptanceTooLow] = ("[AcceptanceConfigError]", lab => InstallAsync(lab, new SimulatedVib { Name = "own", Version = "1.0-1", AcceptanceLevel = "community" })),
        [Refusal.UnsignedVib] = ("[VibSignatureError]", lab => InstallAsync(lab, new SimulatedVib { Name = "own", Version = "1.0-1", IsSigned = false })),
        [Refusal.DependencyMissing] = ("[DependencyError]", lab => InstallAsync(lab, new SimulatedVib { Name = "own", Version = "1.0-1", Depends = ["esx-version << 8.0.0"] })),
        [Refusal.FileClaimedTwice] = ("[DependencyError]", async lab =>
        {
            lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Driver));
            await InstallAsync(lab, new SimulatedVib { Name = "other-driver", Version = "1.0-1", Files = ["usr/lib/vmware/vmkmod/nvidia"] });
        }),
        [Refusal.SoftwareOutsideMaintenance] = ("[MaintenanceModeError]", lab => lab.InstallAsync(Host, Driver)),
        [Refusal.DriverInUse] = ("[LiveInstallationError]", async lab =>
        {
            lab.Simulator.Orders.InstallGpuDriver("esx-80-02");
            await lab.GiveAsync("ml-80b", 0, SimulatorLab.VgpuDevice(-1, "nvidia_l40-8q"));
            await lab.PowerOnAsync("ml-80b");
            await lab.EsxCliAsync("esx-80-02", "software vib remove", ("vibname", lab.Host("esx-80-02").Vibs.Single(vib => vib.IsGpuDriver).Name), ("maintenancemode", "true"));
        }),
        [Refusal.BootbankFull] = ("[InstallationError]", async lab =>
        {
            lab.Simulator.Orders.BootbankFree(Host, 1000);
            await InstallAsync(lab, new SimulatedVib { Name = "own", Version = "1.0-1" });
        }),
        [Refusal.PackageMissing] = ("[VibDownloadError]", lab => MaintainedAsync(lab, "missing.vib")),
        [Refusal.PackageDamaged] = ("[VibFormatError]", async lab =>
        {
            lab.Simulator.Orders.DatastoreFile("gpu-ds", "NVIDIA/broken.vib", [1, 2, 3]);
            await MaintainedAsync(lab, "broken.vib");
        }),
        [Refusal.UnknownVib] = ("[NoMatchError]", lab => lab.EsxCliAsync(Host, "software vib get", ("vibname", "no-such-vib"))),
        [Refusal.NoComponent] = ("[NoMatchError]", async lab =>
        {
            lab.Simulator.Orders.DatastoreFile("gpu-ds", "NVIDIA/plain.zip", SimulatedPackage.OfflineBundle(new SimulatedVib { Name = "own", Version = "1.0-1" }));
            await lab.EsxCliAsync(Host, "software component apply", ("depot", SoftwareLab.Folder + "plain.zip"));
        }),
        [Refusal.AcceptanceBelowVibs] = ("PlatformConfigFault", async lab =>
        {
            lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Driver));
            await lab.CallAsync(lab.Host(Host).ImageConfig, "UpdateHostImageAcceptanceLevel", ("newAcceptanceLevel", "vmware_certified"));
        }),
        [Refusal.UnknownModule] = ("Unable to find the module nvidia.", lab => lab.EsxCliAsync(Host, "system module parameters list", ("module", "nvidia"))),
        [Refusal.UnknownModuleParameter] = ("Invalid parameters for the module nvidia: RmPVMRL", async lab =>
        {
            lab.Simulator.Orders.Install(Host, SimulatedDrivers.File(Driver));
            await lab.EsxCliAsync(Host, "system module parameters set", ("module", "nvidia"), ("parameterstring", "RmPVMRL=0x01"));
        }),
        [Refusal.UploadWithoutFolder] = ("DatastoreFileNotFound", lab => UploadAsync(lab, "no-such-folder/a.vib")),
        [Refusal.DatastoreFull] = ("DatastoreFull", async lab =>
        {
            lab.Simulator.Orders.DatastoreFree("gpu-ds", 2);
            await UploadAsync(lab, "NVIDIA/a.vib");
        }),
    };

    /// <summary>What a refusal is known by: the type of a fault, the first line of esxcli, or the id of the client's error.</summary>
    public static string NameOf(Exception e) => e switch
    {
        SimulatedFault fault => fault.Detail.TypeName,
        EsxCliFault cli => cli.Messages[0],
        GpuVSphereException error => error.Id,
        _ => e.GetType().Name,
    };

    private static async Task InstallAsync(SimulatorLab lab, SimulatedVib vib)
    {
        lab.Simulator.Orders.DatastoreFile("gpu-ds", "NVIDIA/own.vib", SimulatedPackage.Vib(vib));
        await MaintainedAsync(lab, "own.vib");
    }

    private static async Task MaintainedAsync(SimulatorLab lab, string file)
    {
        await lab.MaintainAsync(Host);
        await lab.InstallAsync(Host, file);
    }

    private static async Task UploadAsync(SimulatorLab lab, string path)
    {
        using VimSession session = await VimSession.ConnectAsync(lab.Simulator.Server, new VimCredential("administrator@vsphere.local", SimulatorUser.DefaultPassword.ToCharArray()), CancellationToken.None);
        using MemoryStream content = new([1, 2, 3]);
        await session.WriteAsync("DC", new DatastorePath("gpu-ds", path), content, content.Length, CancellationToken.None);
    }
}
