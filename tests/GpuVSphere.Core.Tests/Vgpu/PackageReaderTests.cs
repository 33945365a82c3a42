using System;
using System.IO;
using System.Linq;
using System.Text;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class PackageReaderTests
{
    [Fact]
    public void A_vib_is_read_from_its_descriptor()
    {
        NvidiaPackage package = Read(PackageFile.Vib());

        Assert.Equal(PackageKind.Vib, package.Kind);
        PackageVib vib = Assert.Single(package.Vibs);
        Assert.Equal("NVIDIA-VMware_ESXi_6.7_Host_Driver", vib.Name);
        Assert.Equal("390.42-1OEM.670.0.0.7535516", vib.Version);
        Assert.Equal("NVIDIA", vib.Vendor);
        Assert.Equal("VMwareAccepted", vib.AcceptanceLevel);
        Assert.Equal(["esx-version >= 6.7.0"], vib.Depends);
        Assert.True(vib.NeedsMaintenanceMode);
        Assert.False(vib.IsLiveInstallable);
        Assert.Equal("x.vib", package.FileName);
        Assert.Null(package.ComponentName);
    }

    [Theory]
    [InlineData("<maintenance-mode install=\"false\" remove=\"true\"/>", false)]
    [InlineData("<maintenance-mode>false</maintenance-mode>", false)]
    [InlineData("", null)]
    public void Maintenance_mode_is_read_in_both_forms(string written, bool? expected) =>
        Assert.Equal(expected, Read(PackageFile.Vib(maintenance: written)).Vibs.Single().NeedsMaintenanceMode);

    [Theory]
    [InlineData("certified", "VMwareCertified")]
    [InlineData("partner", "PartnerSupported")]
    [InlineData("community", "CommunitySupported")]
    [InlineData("something", "")]
    public void The_acceptance_level_is_given_as_esxcli_names_it(string written, string expected) =>
        Assert.Equal(expected, Read(PackageFile.Vib(acceptance: written)).Vibs.Single().AcceptanceLevel);

    [Fact]
    public void An_offline_bundle_and_a_component_are_told_apart()
    {
        NvidiaPackage bundle = Read(PackageFile.Bundle("NVIDIA-VMware_ESXi_7.0_Host_Driver", "450.80-1OEM.700.0.0.15525992"), "b.zip");
        Assert.Equal(PackageKind.OfflineBundle, bundle.Kind);
        Assert.Equal("450.80-1OEM.700.0.0.15525992", Assert.Single(bundle.Vibs).Version);

        NvidiaPackage component = Read(PackageFile.Bundle("NVIDIA-AIE_ESXi_8.0.0_Driver", "525.105.14-1OEM.800.1.0.20613240", "NVD-AIE-800"), "c.zip");
        Assert.Equal(PackageKind.Component, component.Kind);
        Assert.Equal("NVD-AIE-800", component.ComponentName);
        Assert.Equal("525.105.14-1OEM.800.1.0.20613240", component.ComponentVersion);
        Assert.Equal("NVD-AIE-800 525.105.14-1OEM.800.1.0.20613240", component.Title);
        Assert.True(Assert.Single(component.Vibs).NeedsMaintenanceMode);
    }

    [Fact]
    public void The_whole_download_is_refused_with_what_is_in_it()
    {
        byte[] download = PackageFile.Zip(
            ("Host_Drivers/NVD-VGPU-800_550.54.10.zip", [1]), ("Guest_Drivers/nvidia-linux-grid.zip", [2]));
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Read(download, "NVIDIA-GRID-vSphere-8.0.zip"));
        Assert.Equal("PackageNotInstallable", error.Id);
        Assert.Contains("Host_Drivers/NVD-VGPU-800_550.54.10.zip", error.NextStep, StringComparison.Ordinal);
        Assert.DoesNotContain("Guest", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_a_vib_is_found()
    {
        byte[] whole = PackageFile.Vib(payload: new byte[101]);
        for (int length = 0; length < whole.Length - 1; length++)
        {
            byte[] cut = whole[..length];
            GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Read(cut));
            Assert.Equal("PackageDamaged", error.Id);
        }
    }

    [Fact]
    public void A_payload_that_is_not_as_described_is_found()
    {
        byte[] vib = PackageFile.Vib();
        vib[^3] ^= 1;
        Assert.Equal("PackageDamaged", Assert.Throws<GpuVSphereException>(() => Read(vib)).Id);

        byte[] inBundle = PackageFile.Bundle("N", "1-1OEM.700.0.0.1", vib: vib);
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Read(inBundle, "b.zip"));
        Assert.Equal("PackageDamaged", error.Id);
        Assert.Equal("b.zip", error.Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello, this is no package at all")]
    [InlineData("PK\u0003\u0004 and then nothing of a zip file")]
    [InlineData("!<arch>\n")]
    public void What_is_no_package_is_said_to_be_damaged(string content) =>
        Assert.Equal("PackageDamaged", Assert.Throws<GpuVSphereException>(() => Read(Encoding.Latin1.GetBytes(content))).Id);

    [Fact]
    public void A_descriptor_with_a_document_type_is_refused()
    {
        byte[] vib = PackageFile.Zip(
            ("index.xml", Encoding.UTF8.GetBytes("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a><url>&x;</url></a>")));
        Assert.Equal("PackageDamaged", Assert.Throws<GpuVSphereException>(() => Read(vib, "b.zip")).Id);
    }

    [Fact]
    public void A_missing_file_is_not_called_damaged()
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + ".vib");
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => PackageReader.ReadFile(path));
        Assert.Equal("PackageNotFound", error.Id);
        Assert.Equal(path, error.Target);
    }

    private static NvidiaPackage Read(byte[] content, string name = "x.vib") => PackageReader.Read(new MemoryStream(content), name, content.Length);
}
