using System.Linq;
using GpuVSphere.Guest;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Guest;

/// <summary>What programs of a guest write: modinfo, lsmod, dmesg, CUDA's samples, the processes of nvidia-smi.</summary>
public sealed class GuestProgramTextTests
{
    [Fact]
    public void A_module_is_told_with_version_licence_and_signer()
    {
        KernelModule? module = KernelModule.Read("""
            filename:       /lib/modules/5.15.0-91-generic/updates/dkms/nvidia.ko
            alias:          char-major-195-*
            version:        535.161.08
            supported:      external
            license:        Dual MIT/GPL
            signer:         ubuntu Secure Boot Module Signature key
            """);

        Assert.Equal(("535.161.08", "Dual MIT/GPL", "ubuntu Secure Boot Module Signature key"), (module?.Version, module?.License, module?.Signer));
        Assert.Null(KernelModule.Read("modinfo: ERROR: Module nvidia not found.\n"));
        Assert.Null(KernelModule.Read("filename:  /lib/modules/x/nvidia.ko\nversion: 390.42\n")?.Signer);
    }

    [Fact]
    public void Loaded_modules_are_listed_without_the_headline() => Assert.Equal(
        ["nvidia_uvm", "nvidia"],
        KernelModule.ReadLoaded("Module                  Size  Used by\nnvidia_uvm            798720  0\nnvidia              14368768  2 nvidia_uvm,nvidia_modeset\n"));

    [Theory]
    [InlineData("nouveau 2437120 3 - Live 0x0000000000000000\n", 3)]
    [InlineData("Module                  Size  Used by\nnouveau              2437120  1 mxm_wmi\n", 1)]
    [InlineData("nouveau 2437120 0 - Live 0x0000000000000000\n", 0)]
    [InlineData("nouveau 2437120 -1 - Live 0x0000000000000000\n", -1)]
    [InlineData("drm_nouveau_x 16384 4 - Live 0x0000000000000000\n", 0)]
    public void How_many_use_a_module_is_read(string text, int uses) => Assert.Equal(uses, KernelModule.ReadUses(text, "nouveau"));

    [Theory]
    [InlineData("[   12.345678] Loading of unsigned module is rejected")]
    [InlineData("[    9.1] Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7")]
    [InlineData("modprobe: ERROR: could not insert 'nvidia': Required key not available")]
    public void That_a_signature_was_wanting_is_seen(string line)
    {
        Assert.NotNull(KernelLog.Read("[ 1.0] nvidia: loading out-of-tree module taints kernel.\n" + line).SignatureRefused);
        Assert.Null(KernelLog.Read("[ 1.0] nvidia: module verification failed: signature and/or required key missing - tainting kernel").SignatureRefused);
    }

    [Fact]
    public void Programs_of_a_gpu_are_told_once_each()
    {
        const string Report = """
            <?xml version="1.0" ?>
            <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
            <nvidia_smi_log>
              <gpu id="00000000:02:01.0"><processes>
                <process_info><pid>4711</pid><type>C</type><process_name>python3</process_name><used_memory>512 MiB</used_memory></process_info>
                <process_info><pid>812</pid><type>G</type><process_name>/usr/lib/xorg/Xorg</process_name></process_info></processes></gpu>
              <gpu id="00000000:02:02.0"><processes>
                <process_info><pid>4711</pid><type>C</type><process_name>python3</process_name></process_info></processes></gpu>
            </nvidia_smi_log>
            """;

        Assert.Equal([new GpuProcess(812, "/usr/lib/xorg/Xorg", "G"), new GpuProcess(4711, "python3", "C")], GpuProcess.Read(Report));
        Assert.Empty(GpuProcess.Read("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."));
    }

    [Fact]
    public void DeviceQuery_that_passed_names_the_device()
    {
        CudaSample sample = CudaSample.Read(new ShellResult(0, """
            ./deviceQuery Starting...

             CUDA Device Query (Runtime API) version (CUDART static linking)

            Detected 1 CUDA Capable device(s)

            Device 0: "GRID P100-8Q"
              CUDA Driver Version / Runtime Version          9.1 / 9.1
              CUDA Capability Major/Minor version number:    6.0

            deviceQuery, CUDA Driver = CUDART, CUDA Driver Version = 9.1, CUDA Runtime Version = 9.1, NumDevs = 1
            Result = PASS
            """, string.Empty));

        Assert.True(sample.HasPassed);
        Assert.Equal("1 CUDA device: GRID P100-8Q; CUDA 9.1 of the driver, 9.1 of the toolkit", sample.Seen);
    }

    [Theory]
    [InlineData(1, "cudaGetDeviceCount returned 35\n-> CUDA driver version is insufficient for CUDA runtime version\nResult = FAIL\n", true)]
    [InlineData(1, "cudaGetDeviceCount returned 100\n-> no CUDA-capable device is detected\nResult = FAIL\n", false)]
    [InlineData(1, "[Vector addition of 50000 elements]\nFailed to allocate device vector A (error code no CUDA-capable device is detected)!\n", false)]
    [InlineData(0, "[Vector addition of 50000 elements]\nResult verification failed\nTest FAILED\n", false)]
    [InlineData(127, "", false)]
    public void A_sample_that_failed_says_why(int exitCode, string output, bool isTooOld)
    {
        CudaSample sample = CudaSample.Read(new ShellResult(exitCode, output, string.Empty));

        Assert.Equal((false, isTooOld), (sample.HasPassed, sample.IsDriverTooOld));
        Assert.NotEmpty(sample.Seen);
    }

    [Fact]
    public void VectorAdd_that_passed_has_passed() => Assert.True(CudaSample.Read(new ShellResult(
        0, "[Vector addition of 50000 elements]\nCopy input data from the host memory to the CUDA device\nTest PASSED\nDone\n", string.Empty)).HasPassed);
}
