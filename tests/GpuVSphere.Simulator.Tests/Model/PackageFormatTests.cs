using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>The packages that the simulator writes, looked at by others: byte by byte, and by the client.</summary>
public sealed class PackageFormatTests
{
    [Fact]
    public void A_VIB_is_an_ar_archive_of_descriptor_signature_and_payload()
    {
        byte[] vib = SimulatedDrivers.File(SoftwareLab.GuideVib);
        Assert.Equal("!<arch>\n", Encoding.ASCII.GetString(vib, 0, 8));
        Assert.Equal("descriptor.xml  ", Encoding.ASCII.GetString(vib, 8, 16));
        Assert.Equal("`\n", Encoding.ASCII.GetString(vib, 66, 2));
        string text = Encoding.UTF8.GetString(vib);
        Assert.Contains("<acceptance-level>accepted</acceptance-level>", text, StringComparison.Ordinal);
        int signature = text.IndexOf("sig.pkcs7       0", StringComparison.Ordinal);
        Assert.InRange(signature, 1, text.IndexOf("nvidia          0", StringComparison.Ordinal) - 1);
        Assert.Equal(vib, SimulatedDrivers.File(SoftwareLab.GuideVib));
    }

    [Fact]
    public void A_bundle_has_its_indexes_its_metadata_and_its_VIBs()
    {
        using ZipArchive zip = new(new MemoryStream(SimulatedDrivers.File("NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip")));
        Assert.Equal(
            ["index.xml", "vendor-index.xml", "vib20/NVD-VMware_ESXi_8.0.0_Driver/NVD_bootbank_NVD-VMware_ESXi_8.0.0_Driver_550.163.02-1OEM.800.1.0.20613240.vib", "metadata.zip"],
            zip.Entries.Select(entry => entry.FullName));
        using ZipArchive metadata = new(zip.GetEntry("metadata.zip")!.Open());
        Assert.Contains(metadata.Entries, entry => entry.FullName == "bulletins/NVD-VGPU-800.xml");
        Assert.Contains(metadata.Entries, entry => entry.FullName.StartsWith("vibs/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_client_uploads_and_installs_what_the_simulator_wrote()
    {
        using SimulatorLab lab = SoftwareLab.Start();
        using VimSession session = await VimSession.ConnectAsync(lab.Simulator.Server, new VimCredential("administrator@vsphere.local", SimulatorUser.DefaultPassword.ToCharArray()), CancellationToken.None);
        byte[] content = SimulatedDrivers.File("NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240_24697707.zip");
        using MemoryStream stream = new(content);
        await session.WriteAsync("DC", new DatastorePath("gpu-ds", "NVIDIA/uploaded.zip"), stream, content.Length, CancellationToken.None);
        await lab.MaintainAsync("new-80-01");
        ManagedObjectReference host = new("HostSystem", lab.Raw.Host("new-80-01").MoRef);
        EsxCliResult result = await session.EsxCliAsync(host, "software component apply", [new("depot", "/vmfs/volumes/gpu-ds/NVIDIA/uploaded.zip")], CancellationToken.None);
        Assert.Equal(("Operation finished successfully.", "false"), (result.Rows.Single()["Message"], result.Rows.Single()["RebootRequired"]));
        Assert.Equal(["NVD-VGPU-800_550.163.02-1OEM.800.1.0.20613240"], result.Rows.Single().All("ComponentsInstalled"));
        Assert.Equal(2, (await session.EsxCliAsync(host, "software vib list", null, CancellationToken.None)).Rows.Count);
        GpuVSphereException refused = await Assert.ThrowsAsync<GpuVSphereException>(() => session.EsxCliAsync(host, "software vib install", [new("viburl", "/vmfs/volumes/gpu-ds/NVIDIA/" + SoftwareLab.GuideVib)], CancellationToken.None));
        Assert.Contains("DependencyError", refused.Message, StringComparison.Ordinal);
    }
}
