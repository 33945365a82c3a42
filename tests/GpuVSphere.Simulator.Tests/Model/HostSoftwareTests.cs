using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Packages on simulated hosts: how they are installed, when they run, and how they go.</summary>
public sealed class HostSoftwareTests
{
    private const string Host67 = "new-67-02";
    private const string Gpu = "0000:3b:00.0";

    [Fact]
    public async Task The_guides_VIB_is_installed_as_the_guide_prints_it_and_runs_after_a_reboot()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.MaintainAsync(Host67);
        DataObject result = await lab.InstallAsync(Host67, SoftwareLab.GuideVib);
        Assert.Equal("Operation finished successfully.", result["Message"]);
        Assert.Equal(false, result["RebootRequired"]);
        Assert.Equal([SoftwareLab.GuideVibId], (List<string>)result["VIBsInstalled"]!);
        Assert.Empty((List<string>)result["VIBsRemoved"]!);
        Assert.Empty((List<string>)result["VIBsSkipped"]!);

        DataObject listed = (await lab.RowsAsync(Host67, "software vib list")).Single(row => (string?)row["Vendor"] == "NVIDIA");
        Assert.Equal(("NVIDIA-VMware_ESXi_6.7_Host_Driver", "390.42-1OEM.670.0.0.7535516", "VMwareAccepted"), ((string)listed["Name"]!, (string)listed["Version"]!, (string)listed["AcceptanceLevel"]!));
        Assert.False(lab.Raw.Host(Host67).HasGpuDriver);
        Assert.Equal(0L, Memory(lab));

        await lab.RestartAsync(Host67);
        Assert.True(lab.Raw.Host(Host67).HasGpuDriver);
        Assert.Equal("shared", lab.Raw.Host(Host67).Device(Gpu).GraphicsType);
        Assert.Equal(16L * 1024 * 1024, Memory(lab));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whether_a_driver_loads_without_a_reboot_is_a_switch(bool loads)
    {
        using SimulatorLab lab = new(new SimulatorOptions { ClockSpeed = 10_000, Scenario = "vgpu-setup", DriverLoadsWithoutReboot = loads });
        await lab.MaintainAsync(Host67);
        await lab.InstallAsync(Host67, SoftwareLab.GuideVib);
        Assert.Equal(loads, lab.Raw.Host(Host67).HasGpuDriver);
    }

    [Fact]
    public async Task A_removed_driver_runs_until_the_reboot()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        lab.Simulator.Orders.Install(Host67, SimulatedDrivers.File(SoftwareLab.GuideVib));
        await lab.MaintainAsync(Host67);
        DataObject result = await lab.ResultAsync(Host67, "software vib remove", ("vibname", "NVIDIA-VMware_ESXi_6.7_Host_Driver"));
        Assert.Equal([SoftwareLab.GuideVibId], (List<string>)result["VIBsRemoved"]!);
        Assert.True(lab.Raw.Host(Host67).HasGpuDriver);
        Assert.DoesNotContain(SoftwareLab.GuideVibId, lab.Raw.Host(Host67).Vibs);
        await lab.RestartAsync(Host67);
        Assert.False(lab.Raw.Host(Host67).HasGpuDriver);
        Assert.Equal("basic", lab.Raw.Host(Host67).Device(Gpu).GraphicsType);
    }

    [Fact]
    public async Task A_newer_one_takes_the_place_of_an_older_one_and_the_same_one_is_skipped()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        const string Newer = "NVIDIA-VMware_ESXi_6.7_Host_Driver-430.46-1OEM.670.0.0.8169922.x86_64.vib";
        await lab.MaintainAsync(Host67);
        DataObject nothing = await lab.ResultAsync(Host67, "software vib update", ("viburl", SoftwareLab.Folder + Newer));
        Assert.Equal("Host is not changed.", nothing["Message"]);
        await lab.InstallAsync(Host67, SoftwareLab.GuideVib);
        DataObject update = await lab.ResultAsync(Host67, "software vib update", ("viburl", SoftwareLab.Folder + Newer));
        Assert.Equal([SoftwareLab.GuideVibId], (List<string>)update["VIBsRemoved"]!);
        DataObject older = await lab.ResultAsync(Host67, "software vib update", ("viburl", SoftwareLab.Folder + SoftwareLab.GuideVib));
        Assert.Equal([SoftwareLab.GuideVibId], (List<string>)older["VIBsSkipped"]!);
        DataObject same = await lab.InstallAsync(Host67, Newer);
        Assert.Equal("Host is not changed.", same["Message"]);
        Assert.Single((List<string>)same["VIBsSkipped"]!);
        Assert.Single(lab.Raw.Host(Host67).Vibs, id => id.StartsWith("NVIDIA", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_component_is_applied_listed_and_removed()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        const string Host = "new-80-01";
        const string Component = "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240";
        await lab.MaintainAsync(Host);
        DataObject result = await lab.ResultAsync(Host, "software component apply", ("depot", SoftwareLab.Folder + Component + "_24487818.zip"), ("depot", SoftwareLab.Folder + "nvd-gpu-mgmt-daemon_550.144.02-0.0.0000_24479025.zip"));
        Assert.Equal([Component, "nvd-gpu-mgmt-daemon_550.144.02-0.0.0000"], (List<string>)result["ComponentsInstalled"]!);
        Assert.Equal(false, result["RebootRequired"]);
        DataObject row = (await lab.RowsAsync(Host, "software component list")).Single(each => (string?)each["Name"] == "NVD-VGPU-800");
        Assert.Equal(("550.144.02-1OEM.800.1.0.20613240", "550.144.02", "VMwareAccepted"), ((string)row["Version"]!, (string)row["DisplayVersion"]!, (string)row["AcceptanceLevel"]!));
        await lab.RestartAsync(Host);
        Assert.True(lab.Raw.Host(Host).HasGpuDriver);

        await lab.ResultAsync(Host, "software component remove", ("component", "NVD-VGPU-800"));
        await lab.RestartAsync(Host);
        Assert.False(lab.Raw.Host(Host).HasGpuDriver);
        Assert.Equal(["nvd-gpu-mgmt-daemon"], (await lab.RowsAsync(Host, "software component list")).Select(each => (string)each["Name"]!));
    }

    [Fact]
    public async Task ESXi_6_7_has_no_components()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        Assert.DoesNotContain(lab.Inventory.EsxCliCommands(lab.Host(Host67).Reference), command => command.Namespace == "software.component");
        await lab.MaintainAsync(Host67);
        DataObject result = await lab.InstallAsync(Host67, "NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516-offline_bundle.zip");
        Assert.Equal([SoftwareLab.GuideVibId], (List<string>)result["VIBsInstalled"]!);
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_a_staged_installation_shows_after_the_boot()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        DataObject dry = await lab.InstallAsync(Host67, SoftwareLab.GuideVib, ("dryrun", "true"));
        Assert.StartsWith("Dryrun only, host not changed.", (string)dry["Message"]!, StringComparison.Ordinal);
        Assert.Single(lab.Raw.Host(Host67).Vibs);

        DataObject staged = await lab.InstallAsync(Host67, SoftwareLab.GuideVib, ("noliveinstall", "true"));
        Assert.Equal(true, staged["RebootRequired"]);
        Assert.Single(await lab.RowsAsync(Host67, "software vib list"));
        Assert.Equal(2, (await lab.RowsAsync(Host67, "software vib list", ("rebootingimage", "true"))).Count);
        await lab.RestartAsync(Host67);
        Assert.Equal(2, (await lab.RowsAsync(Host67, "software vib list")).Count);
    }

    [Fact]
    public async Task What_is_in_a_package_is_told_before_it_is_installed()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        DataObject vib = (await lab.RowsAsync(Host67, "software sources vib get", ("viburl", SoftwareLab.Folder + SoftwareLab.GuideVib))).Single();
        Assert.Equal(("True", "True", "VMwareAccepted"), ((string)vib["MaintenanceModeRequired"]!, (string)vib["LiveInstallAllowed"]!, (string)vib["AcceptanceLevel"]!));
        Assert.Equal(["esx-version >= 6.7.0", "esx-version << 7.0.0"], (List<string>)vib["Depends"]!);
        await lab.MaintainAsync(Host67);
        await lab.InstallAsync(Host67, SoftwareLab.GuideVib);
        DataObject installed = (await lab.RowsAsync(Host67, "software vib get", ("vibname", "NVIDIA-VMware_ESXi_6.7_Host_Driver"))).Single();
        Assert.Equal("2025-03-03", installed["InstallDate"]);
        Assert.Equal("(Updated) ESXi-6.7.0-14320388-standard", (await lab.ResultAsync(Host67, "software profile get"))["Name"]);
    }

    [Fact]
    public async Task A_URL_is_reached_when_it_was_ordered()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        const string Url = "http://depot.sim.local/nvidia/driver.vib";
        await lab.MaintainAsync(Host67);
        Assert.Contains("No route to host", string.Join(" ", await SoftwareLab.RefusedAsync(lab.InstallAsync(Host67, Url))), StringComparison.Ordinal);
        lab.Simulator.Orders.Download(Url, SimulatedDrivers.File(SoftwareLab.GuideVib));
        await lab.InstallAsync(Host67, Url);
        Assert.Contains(SoftwareLab.GuideVibId, lab.Raw.Host(Host67).Vibs);
    }

    [Theory]
    [InlineData("/vmfs/volumes/gpu-ds/")]
    [InlineData("file:///vmfs/volumes/gpu-ds/")]
    [InlineData("{uuid}")]
    public async Task A_path_names_the_datastore_or_its_volume(string start)
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.MaintainAsync(Host67);
        string folder = start == "{uuid}" ? lab.Inventory.Datastores[0].Url.Substring("ds://".Length) : start;
        await lab.InstallAsync(Host67, folder + "NVIDIA/" + SoftwareLab.GuideVib);
        Assert.Contains(SoftwareLab.GuideVibId, lab.Raw.Host(Host67).Vibs);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("flipped")]
    [InlineData("text")]
    [InlineData("empty")]
    public async Task A_damaged_package_is_refused(string damage)
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.MaintainAsync("new-80-01");
        foreach (string name in new[] { SoftwareLab.GuideVib, "NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip" })
        {
            byte[] content = SimulatedDrivers.File(name);
            byte[] broken = damage switch
            {
                "cut" => content.Take(content.Length - 700).ToArray(),
                "flipped" => content.Select((value, i) => i == content.Length / 2 ? (byte)(value ^ 0x55) : value).ToArray(),
                "text" => Encoding.ASCII.GetBytes("<html>not found</html>"),
                _ => [],
            };
            lab.Simulator.Orders.DatastoreFile("gpu-ds", "NVIDIA/broken" + name.Substring(name.LastIndexOf('.')), broken);
            Assert.StartsWith("[", (await SoftwareLab.RefusedAsync(lab.InstallAsync("new-80-01", "broken" + name.Substring(name.LastIndexOf('.')))))[0], StringComparison.Ordinal);
        }

        Assert.Single(lab.Raw.Host("new-80-01").Vibs);
    }

    [Fact]
    public async Task The_refusal_of_an_acceptance_level_is_worded_as_in_the_sample()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        lab.Simulator.Orders.DatastoreFile("gpu-ds", "NVIDIA/own.vib", SimulatedPackage.Vib(new SimulatedVib { Name = "esxcli-nsx-ext", Version = "1.0.0-0.0.0", Vendor = "esxcliext", AcceptanceLevel = "community" }));
        await lab.MaintainAsync(Host67);
        IReadOnlyList<string> lines = await SoftwareLab.RefusedAsync(lab.InstallAsync(Host67, "own.vib"));
        Assert.Equal(
        [
            "[AcceptanceConfigError]",
            "VIB esxcliext_bootbank_esxcli-nsx-ext_1.0.0-0.0.0's acceptance level is community, which is not compliant with the ImageProfile acceptance level partner",
            "To change the host acceptance level, use the 'esxcli software acceptance set' command.",
            "Please refer to the log file for more details.",
        ], lines);
        await lab.EsxCliAsync(Host67, "software acceptance set", ("level", "CommunitySupported"));
        await lab.InstallAsync(Host67, "own.vib");
        Assert.Contains("CommunitySupported", string.Join(" ", await SoftwareLab.RefusedAsync(lab.EsxCliAsync(Host67, "software acceptance set", ("level", "PartnerSupported")))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("new-67-02", "NVIDIA-VMware_ESXi_6.5_Host_Driver_390.42-1OEM.650.0.0.4598673.vib")]
    [InlineData("new-67-02", "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip")]
    [InlineData("new-80-01", "NVD-VGPU-702_550.144.02-1OEM.702.0.0.17630552_24487797.zip")]
    [InlineData("new-90-01", "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip")]
    public async Task A_package_for_another_ESXi_is_refused_unless_forced(string host, string file)
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.MaintainAsync(host);
        Assert.Equal("[DependencyError]", (await SoftwareLab.RefusedAsync(lab.InstallAsync(host, file)))[0]);
        await lab.InstallAsync(host, file, ("force", "true"));
        Assert.Equal(2, lab.Raw.Host(host).Vibs.Count);
    }

    [Fact]
    public async Task A_remediation_removes_what_the_image_lacks()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        const string Host = "new-img-01";
        byte[] driver = SimulatedDrivers.File("NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip");
        Assert.Equal(true, lab.Host(Host).Compute.GetProperty("lifecycleManaged"));
        Assert.Equal(false, lab.Host(Host67).Compute.GetProperty("lifecycleManaged"));
        lab.Simulator.Orders.Install(Host, driver);
        Assert.True(lab.Raw.Host(Host).HasGpuDriver);
        lab.Simulator.Orders.RemediateCluster("NEW-IMAGE");
        Assert.False(lab.Raw.Host(Host).HasGpuDriver);
        Assert.Equal(2, lab.Raw.Host(Host).BootCount);
        lab.Simulator.Orders.ClusterImage("NEW-IMAGE", driver);
        lab.Simulator.Orders.RemediateCluster("NEW-IMAGE");
        Assert.True(lab.Raw.Host(Host).HasGpuDriver);
        Assert.Throws<ArgumentException>(() => lab.Simulator.Orders.RemediateCluster("NEW-80"));
    }

    [Fact]
    public async Task The_image_manager_tells_the_packages_and_takes_the_level()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        HostImageConfigManager manager = lab.Host(Host67).ImageConfig;
        Assert.Equal("partner", await lab.CallAsync(manager, "HostImageConfigGetAcceptance"));
        await lab.CallAsync(manager, "UpdateHostImageAcceptanceLevel", ("newAcceptanceLevel", "vmware_accepted"));
        Assert.Equal("VMwareAccepted", lab.Raw.Host(Host67).AcceptanceLevel);
        await lab.MaintainAsync(Host67);
        await lab.InstallAsync(Host67, SoftwareLab.GuideVib);
        DataObject package = ((List<object>)(await lab.CallAsync(manager, "fetchSoftwarePackages"))!).Cast<DataObject>().Single(each => (string?)each["vendor"] == "NVIDIA");
        Assert.Equal(("390.42-1OEM.670.0.0.7535516", "vmware_accepted", true), ((string)package["version"]!, (string)package["acceptanceLevel"]!, (bool)package["maintenanceModeRequired"]!));
        Assert.Equal("NoPermission", (await Assert.ThrowsAsync<SimulatedFault>(() => lab.CallAsync(new SimulatedSession("ro", "ro") { Privileges = [] }, manager, "fetchSoftwarePackages"))).Detail.TypeName);
        Assert.Equal("(Updated) ESXi-6.7.0-14320388-standard", ((DataObject)(await lab.CallAsync(manager, "HostImageConfigGetProfile"))!)["name"]);
    }

    [Fact]
    public async Task The_parameters_of_the_module_are_set_as_a_line_and_in_force_after_a_reboot()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        lab.Simulator.Orders.Install(Host67, SimulatedDrivers.File(SoftwareLab.GuideVib));
        await Set("NVreg_RegistryDwords=RmPVMRL=0x01 NVreg_EnableMSI=1");
        Assert.Equal("RmPVMRL=0x01", await Value("NVreg_RegistryDwords"));
        Assert.Empty(lab.Raw.Host(Host67).ModuleParametersInForce);
        await lab.RestartAsync(Host67);
        Assert.Equal("NVreg_RegistryDwords=RmPVMRL=0x01 NVreg_EnableMSI=1", lab.Raw.Host(Host67).ModuleParametersInForce["nvidia"]);
        await Set("NVreg_RegistryDwords=RmPVMRL=0x11", ("append", "true"));
        Assert.Equal("1", await Value("NVreg_EnableMSI"));
        await Set("NVreg_RegistryDwords=RmPVMRL=0x00");
        Assert.Equal(string.Empty, await Value("NVreg_EnableMSI"));
        Assert.Equal([("nvidia", true)], (await lab.RowsAsync(Host67, "system module list")).Where(row => (string?)row["Name"] == "nvidia").Select(row => ((string)row["Name"]!, (bool)row["IsLoaded"]!)));

        Task Set(string line, params (string Name, string Value)[] more) => lab.EsxCliAsync(Host67, "system module parameters set", [("module", "nvidia"), ("parameterstring", line), .. more]);
        async Task<string> Value(string name) => (string)(await lab.RowsAsync(Host67, "system module parameters list", ("module", "nvidia"))).Single(row => (string?)row["Name"] == name)["Value"]!;
    }

    [Fact]
    public async Task The_volumes_tell_their_room()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        lab.Simulator.Orders.DatastoreFree("gpu-ds", 1234);
        lab.Simulator.Orders.BootbankFree(Host67, 99);
        IReadOnlyList<DataObject> rows = await lab.RowsAsync(Host67, "storage filesystem list");
        Assert.Equal(1234L, rows.Single(row => (string?)row["VolumeName"] == "gpu-ds")["Free"]);
        Assert.Equal(99L, rows.First(row => (string?)row["VolumeName"] == "BOOTBANK1")["Free"]);
        Assert.Equal(1234L, lab.Inventory.Datastores[0].Summary()["freeSpace"]);
    }

    [Fact]
    public async Task Graphics_are_set_through_esxcli_as_the_guide_does()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.EsxCliAsync(Host67, "graphics host set", ("defaulttype", "SharedPassthru"), ("sharedpassthruassignmentpolicy", "Consolidation"));
        DataObject get = await lab.ResultAsync(Host67, "graphics host get");
        Assert.Equal(("SharedPassthru", "Consolidation"), ((string)get["DefaultGraphicsType"]!, (string)get["SharedPassthruAssignmentPolicy"]!));
        Assert.Equal("sharedDirect", lab.Raw.Host(Host67).Graphics.Device(Gpu).ConfiguredType);
        Assert.Equal("Basic", (await lab.RowsAsync(Host67, "graphics device list")).Single(row => (string?)row["Address"] == Gpu)["GraphicsType"]);
        Assert.NotEmpty(await SoftwareLab.RefusedAsync(lab.EsxCliAsync(Host67, "graphics host set", ("defaulttype", "SharedDirect"))));
        Assert.NotEmpty(await SoftwareLab.RefusedAsync(lab.EsxCliAsync(Host67, "graphics host set")));
    }

    [Fact]
    public async Task Files_are_deleted_and_folders_made()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        ManagedObject manager = lab.Simulator.World.All("FileManager").Single();
        await lab.CallAsync(manager, "MakeDirectory", ("name", "[gpu-ds] upload/new"), ("createParentDirectories", true));
        Assert.Equal(FileWrite.Done, lab.Inventory.Files.Write("DC", "gpu-ds", "upload/new/a.vib", [1, 2, 3]));
        Assert.Equal(["upload/new/a.vib"], lab.Raw.Files("gpu-ds", "upload/new"));
        await lab.CallAsync(manager, "DeleteDatastoreFile_Task", ("name", "[gpu-ds] upload/new/a.vib"));
        Assert.Empty(lab.Raw.Files("gpu-ds", "upload/new"));
        Assert.Equal("FileNotFound", (await Assert.ThrowsAsync<SimulatedFault>(() => lab.CallAsync(manager, "DeleteDatastoreFile_Task", ("name", "[gpu-ds] upload/new/a.vib")))).Detail.TypeName);
        Assert.Equal("FileAlreadyExists", (await Assert.ThrowsAsync<SimulatedFault>(() => lab.CallAsync(manager, "MakeDirectory", ("name", "[gpu-ds] NVIDIA")))).Detail.TypeName);
        Assert.Equal("NoPermission", (await Assert.ThrowsAsync<SimulatedFault>(() => lab.CallAsync(
            new SimulatedSession("ro", "ro") { Privileges = [] }, manager, "DeleteDatastoreFile_Task", ("name", "[gpu-ds] NVIDIA/" + SoftwareLab.GuideVib)))).Detail.TypeName);
    }

    private static long Memory(SimulatorLab lab) => (long)((List<object>)lab.Host(Host67).GraphicsManager.GetProperty("graphicsInfo")!).Cast<DataObject>().Single(info => (string?)info["pciId"] == Gpu)["memorySizeInKB"]!;
}
