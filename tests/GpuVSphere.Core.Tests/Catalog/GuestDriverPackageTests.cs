using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

public sealed class GuestDriverPackageTests
{
    [Theory]
    [InlineData("NVIDIA-Linux-x86_64-390.42-grid.run", GuestDriverForm.RunFile, GuestDriverKind.Grid, "390.42", "x86_64")]
    [InlineData("/srv/drivers/NVIDIA-Linux-x86_64-418.165.01-grid.run", GuestDriverForm.RunFile, GuestDriverKind.Grid, "418.165.01", "x86_64")]
    [InlineData("NVIDIA-Linux-x86_64-525.60.13-grid-aie.run", GuestDriverForm.RunFile, GuestDriverKind.Grid, "525.60.13", "x86_64")]
    [InlineData("NVIDIA-Linux-x86_64-390.42-grid (1).run", GuestDriverForm.RunFile, GuestDriverKind.Grid, "390.42", "x86_64")]
    [InlineData("NVIDIA-Linux-x86_64-535.161.08.run", GuestDriverForm.RunFile, GuestDriverKind.Stock, "535.161.08", "x86_64")]
    [InlineData("NVIDIA-Linux-aarch64-535.161.08.run", GuestDriverForm.RunFile, GuestDriverKind.Stock, "535.161.08", "aarch64")]
    [InlineData("NVIDIA-Linux-x86_64-390.46-no-compat32.run", GuestDriverForm.RunFile, GuestDriverKind.Stock, "390.46", "x86_64")]
    [InlineData("NVIDIA-Linux-x86-390.46.run", GuestDriverForm.RunFile, GuestDriverKind.Stock, "390.46", "i686")]
    [InlineData("NVIDIA-Linux-x86_64-550.90.05-vgpu-kvm.run", GuestDriverForm.RunFile, GuestDriverKind.KvmManager, "550.90.05", "x86_64")]
    [InlineData("nvidia-linux-grid-550_550.54.14_amd64.deb", GuestDriverForm.Deb, GuestDriverKind.Grid, "550.54.14", "x86_64")]
    [InlineData("nvidia-linux-grid-550-550.54.14-1.x86_64.rpm", GuestDriverForm.Rpm, GuestDriverKind.Grid, "550.54.14", "x86_64")]
    [InlineData("nvidia-driver-535_535.161.08-0ubuntu1_amd64.deb", GuestDriverForm.Deb, GuestDriverKind.Stock, "535.161.08", "x86_64")]
    [InlineData("nvidia-driver-535.161.08-1.el9.x86_64.rpm", GuestDriverForm.Rpm, GuestDriverKind.Stock, "535.161.08", "x86_64")]
    [InlineData("kmod-nvidia-latest-dkms-535.161.08-1.el8.x86_64.rpm", GuestDriverForm.Rpm, GuestDriverKind.Stock, "535.161.08", "x86_64")]
    [InlineData("nvidia-vgpu-ubuntu-550_550.90.05_amd64.deb", GuestDriverForm.Deb, GuestDriverKind.KvmManager, "550.90.05", "x86_64")]
    [InlineData("nvidia-driver-local-repo-ubuntu2204-535.161.08_1.0-1_amd64.deb", GuestDriverForm.Deb, GuestDriverKind.Repository, "535.161.08", "x86_64")]
    [InlineData("nvidia-driver-local-repo-rhel8-535.161.08-1.0-1.x86_64.rpm", GuestDriverForm.Rpm, GuestDriverKind.Repository, "535.161.08", "x86_64")]
    [InlineData("391.03_grid_win10_server2016_64bit_international.exe", GuestDriverForm.Exe, GuestDriverKind.Grid, "391.03", "x86_64")]
    [InlineData("391.03_grid_win10_server2016_64bit_international..exe", GuestDriverForm.Exe, GuestDriverKind.Grid, "391.03", "x86_64")]
    [InlineData("370.17_grid_win10_32bit_international.exe", GuestDriverForm.Exe, GuestDriverKind.Grid, "370.17", "i686")]
    [InlineData("553.74_grid_win10_win11_server2022_dch_64bit_international.exe", GuestDriverForm.Exe, GuestDriverKind.Grid, "553.74", "x86_64")]
    [InlineData("451.48_grid_server2012R2_64bit_international.exe", GuestDriverForm.Exe, GuestDriverKind.Grid, "451.48", "x86_64")]
    [InlineData("538.15-data-center-tesla-desktop-winserver-2019-2022-dch-international.exe", GuestDriverForm.Exe, GuestDriverKind.Stock, "538.15", "x86_64")]
    [InlineData(@"C:\drivers\391.03-quadro-desktop-notebook-win10-64bit-international-whql.exe", GuestDriverForm.Exe, GuestDriverKind.Stock, "391.03", "x86_64")]
    public void A_name_tells_form_kind_version_and_machine(string name, GuestDriverForm form, GuestDriverKind kind, string driver, string machine)
    {
        GuestDriverPackage? package = GuestDriverPackage.Read(name);

        Assert.NotNull(package);
        Assert.Equal((form, kind, driver, machine), (package.Form, package.Kind, package.Driver.ToString(), package.Architecture));
        Assert.Equal(form == GuestDriverForm.Exe, package.IsForWindows);
        Assert.DoesNotContain('/', package.Name);
        Assert.DoesNotContain('\\', package.Name);
    }

    [Theory]
    [InlineData("NVIDIA-Linux-x86_64-550.144.06-grid-azure.run", "azure")]
    [InlineData("NVIDIA-Linux-x86_64-580.105.08-grid-aws.run", "aws")]
    [InlineData("NVIDIA-Linux-x86_64-580.105.08-grid.run", null)]
    public void A_driver_of_a_cloud_is_known_as_such(string name, string? cloud) => Assert.Equal(cloud, GuestDriverPackage.Read(name)?.Cloud);

    [Theory]
    [InlineData("driver.run")]
    [InlineData("grid.run")]
    [InlineData("cuda_9.1.85_387.26_linux.run")]
    [InlineData("NVIDIA-GRID-vSphere-8.0-550.90.05-550.90.07-552.74.zip")]
    [InlineData("NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib")]
    [InlineData("setup.exe")]
    [InlineData("gridd.conf")]
    [InlineData("")]
    public void What_is_no_guest_driver_is_not_taken_for_one(string name) => Assert.Null(GuestDriverPackage.Read(name));
}
