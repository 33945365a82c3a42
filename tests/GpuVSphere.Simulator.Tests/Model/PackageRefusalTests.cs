using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>What a host does with packages that it does not take, and with a driver that is not running yet or any more.</summary>
public sealed class PackageRefusalTests
{
    private const string Host67 = "new-67-02";
    private const string Host80 = "new-80-01";
    private const string Bundle80 = "NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip";
    private const string Name67 = "NVIDIA-VMware_ESXi_6.7_Host_Driver";

    [Theory]
    [InlineData("viburl", SoftwareLab.GuideVib, "[VibDownloadError]")]
    [InlineData("viburl", "/tmp/" + SoftwareLab.GuideVib, "[VibDownloadError]")]
    [InlineData("viburl", "/vmfs/volumes/other-ds/NVIDIA/" + SoftwareLab.GuideVib, "[VibDownloadError]")]
    [InlineData("viburl", "[gpu-ds] NVIDIA/" + SoftwareLab.GuideVib, "[VibDownloadError]")]
    [InlineData("viburl", "https://nowhere.example/" + SoftwareLab.GuideVib, "[VibDownloadError]")]
    [InlineData("depot", "NVIDIA/" + Bundle80, "[MetadataDownloadError]")]
    [InlineData("depot", "https://nowhere.example/" + Bundle80, "[MetadataDownloadError]")]
    [InlineData("viburl", SoftwareLab.Folder + Bundle80, "[VibFormatError]")]
    [InlineData("depot", SoftwareLab.Folder + SoftwareLab.GuideVib, "[MetadataFormatError]")]
    public async Task A_place_or_a_kind_that_a_host_cannot_use_is_refused(string option, string value, string kind)
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.MaintainAsync(Host67);
        string before = State(lab, Host67);
        Assert.Equal(kind, (await SoftwareLab.RefusedAsync(lab.EsxCliAsync(Host67, "software vib install", (option, value))))[0]);
        Assert.Equal(before, State(lab, Host67));
    }

    [Fact]
    public async Task Nothing_that_is_refused_leaves_a_trace()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        string before = State(lab, Host80);
        Assert.Equal("[MaintenanceModeError]", (await SoftwareLab.RefusedAsync(lab.InstallAsync(Host80, Bundle80)))[0]);
        Assert.Equal(before, State(lab, Host80));

        await lab.MaintainAsync(Host80);
        lab.Simulator.Orders.AcceptanceLevel(Host80, "VMwareCertified");
        before = State(lab, Host80);
        Assert.Equal("[AcceptanceConfigError]", (await SoftwareLab.RefusedAsync(lab.InstallAsync(Host80, Bundle80)))[0]);
        Assert.Equal(before, State(lab, Host80));

        lab.Simulator.Orders.AcceptanceLevel(Host80, "PartnerSupported");
        lab.Simulator.Orders.BootbankFree(Host80, 10);
        before = State(lab, Host80);
        Assert.Equal("[InstallationError]", (await SoftwareLab.RefusedAsync(lab.InstallAsync(Host80, Bundle80)))[0]);
        Assert.Equal(before, State(lab, Host80));
    }

    [Fact]
    public async Task One_package_of_several_that_does_not_fit_stops_all_of_them()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.MaintainAsync(Host80);
        string before = State(lab, Host80);
        System.Collections.Generic.IReadOnlyList<string> refused = await SoftwareLab.RefusedAsync(lab.EsxCliAsync(
            Host80,
            "software vib install",
            ("depot", SoftwareLab.Folder + "nvd-gpu-mgmt-daemon_550.144.02-0.0.0000_24479025.zip"),
            ("depot", SoftwareLab.Folder + "NVD-VGPU-702_550.144.02-1OEM.702.0.0.17630552_24487797.zip")));
        Assert.Equal("[DependencyError]", refused[0]);
        Assert.Equal(before, State(lab, Host80));
    }

    [Fact]
    public async Task A_driver_cannot_be_removed_outside_of_maintenance_mode()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        lab.Simulator.Orders.Install(Host67, SimulatedDrivers.File(SoftwareLab.GuideVib));
        Assert.Equal("[MaintenanceModeError]", (await SoftwareLab.RefusedAsync(lab.EsxCliAsync(Host67, "software vib remove", ("vibname", Name67))))[0]);
        Assert.Contains(SoftwareLab.GuideVibId, lab.Raw.Host(Host67).Vibs);
    }

    [Fact]
    public async Task A_driver_that_waits_for_its_reboot_runs_no_vGPU_and_one_that_waits_to_go_still_does()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        await lab.EsxCliAsync(Host67, "graphics host set", ("defaulttype", "SharedPassthru"));
        await lab.MaintainAsync(Host67);
        await lab.InstallAsync(Host67, SoftwareLab.GuideVib);
        await lab.EsxCliAsync(Host67, "system maintenanceMode set", ("enable", "false"));
        lab.Host(Host67).Function("0000:3b:00.0")!.Gpu.IsEccOn = false;
        lab.Host(Host67).Function("0000:3b:00.0")!.Gpu.WillEccBeOn = false;
        await lab.NoRoomAsync("desk-67a", "grid_p100-8q");

        await lab.MaintainAsync(Host67);
        await lab.RestartAsync(Host67);
        await lab.EsxCliAsync(Host67, "software vib remove", ("vibname", Name67));
        await lab.EsxCliAsync(Host67, "system maintenanceMode set", ("enable", "false"));
        await lab.RunAsync("desk-67a", "grid_p100-8q");
        Assert.Equal(1, lab.Device(Host67, "0000:3b:00.0").VgpuCount);
    }

    [Fact]
    public async Task ECC_on_under_the_guides_driver_is_a_plug_in_that_does_not_initialise()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        lab.Simulator.Orders.Install(Host67, SimulatedDrivers.File(SoftwareLab.GuideVib));
        lab.Host(Host67).Graphics.DefaultType = "sharedDirect";
        lab.Host(Host67).Graphics.TakeEffect();
        await lab.PluginFailsAsync("desk-67a", "grid_p100-8q");
        Assert.Equal("poweredOff", lab.Raw.Vm("desk-67a").PowerState);
        Assert.Equal(0, lab.Device(Host67, "0000:3b:00.0").VgpuCount);
    }

    [Theory]
    [InlineData("readonly@vsphere.local", "DC", "gpu-ds", "NVIDIA/own.vib", "DatastoreFileRefused")]
    [InlineData("administrator@vsphere.local", "DC", "other-ds", "NVIDIA/own.vib", "DatastoreFileNotFound")]
    [InlineData("administrator@vsphere.local", "Elsewhere", "gpu-ds", "NVIDIA/own.vib", "DatastoreFileNotFound")]
    [InlineData("administrator@vsphere.local", "DC", "gpu-ds", "no-such-folder/own.vib", "DatastoreFileNotFound")]
    public async Task An_upload_that_may_not_be_or_has_no_place_is_refused(string user, string datacenter, string datastore, string path, string id)
    {
        using SimulatorLab lab = SoftwareLab.Start();
        string[] before = [.. lab.Raw.Files("gpu-ds", "NVIDIA")];
        using VimSession session = await VimSession.ConnectAsync(lab.Simulator.Server, new VimCredential(user, SimulatorUser.DefaultPassword.ToCharArray()), CancellationToken.None);
        using MemoryStream content = new([1, 2, 3]);
        GpuVSphereException refused = await Assert.ThrowsAnyAsync<GpuVSphereException>(
            () => session.WriteAsync(datacenter, new DatastorePath(datastore, path), content, content.Length, CancellationToken.None));
        Assert.Equal(id, refused.Id);
        Assert.Equal(before, lab.Raw.Files("gpu-ds", "NVIDIA"));
    }

    [Fact]
    public async Task An_upload_without_a_session_is_refused()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        using VimSession session = await VimSession.ConnectAsync(lab.Simulator.Server, new VimCredential("administrator@vsphere.local", SimulatorUser.DefaultPassword.ToCharArray()), CancellationToken.None);
        await session.LogoutAsync(CancellationToken.None);
        using MemoryStream content = new([1, 2, 3]);
        await Assert.ThrowsAnyAsync<GpuVSphereException>(() => session.WriteAsync("DC", new DatastorePath("gpu-ds", "NVIDIA/own.vib"), content, content.Length, CancellationToken.None));
        Assert.DoesNotContain("NVIDIA/own.vib", lab.Raw.Files("gpu-ds", "NVIDIA"));
    }

    private static string State(SimulatorLab lab, string host)
    {
        RawHost raw = lab.Raw.Host(host);
        return string.Join("; ", raw.Vibs) + FormattableString.Invariant($" | {raw.IsInMaintenance} {raw.BootCount} {raw.HasGpuDriver} {raw.AcceptanceLevel} {lab.Host(host).Software.BootbankFreeBytes} {raw.Graphics.DefaultType}");
    }
}
