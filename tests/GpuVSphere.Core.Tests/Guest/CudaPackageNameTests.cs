using GpuVSphere.Guest;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class CudaPackageNameTests
{
    [Theory]
    [InlineData("cuda_9.1.85_387.26_linux", CudaPackageKind.RunFile, "9.1.85", null, "387.26")]
    [InlineData("cuda_9.1.85_387.26linux", CudaPackageKind.RunFile, "9.1.85", null, "387.26")]
    [InlineData("/tmp/cuda_9.1.85_387.26_linux.run", CudaPackageKind.RunFile, "9.1.85", null, "387.26")]
    [InlineData(@"C:\x\cuda_8.0.61_375.26_linux-run", CudaPackageKind.RunFile, "8.0.61", null, "375.26")]
    [InlineData("cuda_12.4.1_550.54.15_linux.run", CudaPackageKind.RunFile, "12.4.1", null, "550.54.15")]
    [InlineData("cuda_9.1.85.3_linux", CudaPackageKind.Patch, "9.1.85", 3, null)]
    [InlineData("cuda_10.0.130.1_linux.run", CudaPackageKind.Patch, "10.0.130", 1, null)]
    [InlineData("cuda_10.2.2_linux.run", CudaPackageKind.Patch, "10.2", 2, null)]
    [InlineData("cuda-repo-ubuntu1604-9-1-local_9.1.85-1_amd64.deb", CudaPackageKind.DebRepository, "9.1.85", null, null)]
    [InlineData("cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb", CudaPackageKind.DebRepository, "12.4.1", null, null)]
    [InlineData("cuda-repo-rhel7-9-1-local-9.1.85-1.x86_64.rpm", CudaPackageKind.RpmRepository, "9.1.85", null, null)]
    [InlineData("cuda_12.4.1_551.78_windows.exe", CudaPackageKind.WindowsSetup, "12.4.1", null, "551.78")]
    [InlineData(@"C:\Users\me\cuda_10.0.130_411.31_win10.exe", CudaPackageKind.WindowsSetup, "10.0.130", null, "411.31")]
    [InlineData("cuda_9.1.85_win10.exe", CudaPackageKind.WindowsSetup, "9.1.85", null, null)]
    [InlineData("cuda_9.1.85_windows", CudaPackageKind.WindowsSetup, "9.1.85", null, null)]
    [InlineData("cuda_8.0.61_win10-exe", CudaPackageKind.WindowsSetup, "8.0.61", null, null)]
    [InlineData("cuda_13.0.2_windows.exe", CudaPackageKind.WindowsSetup, "13.0.2", null, null)]
    [InlineData("cuda_13.4.1_windows_x86_64.exe", CudaPackageKind.WindowsSetup, "13.4.1", null, null)]
    [InlineData("cuda_12.4.1_windows_network.exe", CudaPackageKind.WindowsNetworkSetup, "12.4.1", null, null)]
    [InlineData("cuda_9.1.85_win10_network.exe", CudaPackageKind.WindowsNetworkSetup, "9.1.85", null, null)]
    [InlineData("cuda_9.1.85.3_windows.exe", CudaPackageKind.WindowsPatch, "9.1.85", 3, null)]
    [InlineData("cuda_8.0.61.2_windows-exe", CudaPackageKind.WindowsPatch, "8.0.61", 2, null)]
    [InlineData("cuda_10.2.1_win10.exe", CudaPackageKind.WindowsPatch, "10.2", 1, null)]
    [InlineData("cuda_10.2.89_441.22_win10.exe", CudaPackageKind.WindowsSetup, "10.2.89", null, "441.22")]
    public void A_name_says_what_it_is(string name, CudaPackageKind kind, string version, int? patch, string? driver)
    {
        CudaPackageName read = CudaPackageName.Read(name)!;
        Assert.Equal(name.Contains("win", System.StringComparison.Ordinal), read.IsForWindows);
        Assert.Equal((kind, version, patch, driver), (read.Kind, read.Version.ToString(), read.Patch, read.BundledDriver?.ToString()));
    }

    [Theory]
    [InlineData("NVIDIA-Linux-x86_64-390.42-grid.run")]
    [InlineData("cuda_13.4.1_windows_arm64.exe")]
    [InlineData("cuda_9.1_windows.exe")]
    [InlineData("cuda_12.4.1_551.78_windows.exe & calc.exe")]
    [InlineData("cuda_9.1.85_387.26_linux;reboot")]
    [InlineData("cuda-keyring_1.1-1_all.deb")]
    [InlineData("cuda")]
    [InlineData("")]
    public void What_is_none_is_none(string name) => Assert.Null(CudaPackageName.Read(name));
}
