using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class CudaPlannerTests
{
    private static readonly PlanTarget s_target = new(new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), "ml-01", "vc");

    [Fact]
    public void The_guide_s_way_installs_toolkit_samples_link_and_patches_in_order()
    {
        CudaPlan plan = Plan(Guest(), Guide());

        Assert.Equal(
            [
                ("CUDA toolkit in /usr/local/cuda-9.1", null, "9.1.85"),
                ("CUDA samples", null, "/usr/local/src/NVIDIA_CUDA-9.1_Samples"),
                ("CUDA patch 9.1.85.1", null, "applied"),
                ("CUDA patch 9.1.85.2", null, "applied"),
                ("CUDA patch 9.1.85.3", null, "applied"),
                ("/usr/local/cuda", null, "/usr/local/cuda-9.1"),
            ],
            plan.Rows);
        Finding warning = Assert.Single(plan.Findings);
        Assert.Equal(("CUDA-DRIVER", FindingSeverity.Warning), (warning.RuleId, warning.Severity));
        Assert.Contains("390.42 is below 390.46", warning.Message);
        Assert.Contains(plan.Consequences, text => text.Contains("declined; the guest keeps 390.42"));
    }

    [Fact]
    public void What_is_there_is_not_installed_again()
    {
        CudaGuest guest = Guest() with { Toolkits = [V("9.1.85"), V("8.0.61")], Patches = [1, 2, 3], HasSamples = true, Link = "/usr/local/cuda-9.1" };
        Assert.True(Plan(guest, Guide()).IsEmpty);

        CudaPlan third = Plan(guest with { Patches = [1, 2] }, Guide());
        Assert.Equal([("CUDA patch 9.1.85.3", null, "applied")], third.Rows);
        Assert.False(third.Installs);

        CudaPlan link = Plan(guest with { Link = "/usr/local/cuda-8.0" }, Guide());
        Assert.Equal([("/usr/local/cuda", "/usr/local/cuda-8.0", "/usr/local/cuda-9.1")], link.Rows);
        Assert.True(Plan(guest with { Link = null }, Guide() with { IsLinked = false }).IsEmpty);
    }

    [Fact]
    public void A_driver_whose_branch_is_too_old_is_an_error()
    {
        CudaPlan plan = Plan(Guest() with { Driver = DriverVersion.TryParse("384.81") }, Guide());
        Finding error = plan.Findings.Single(finding => finding.Severity == FindingSeverity.Block);
        Assert.Equal("CudaDriverTooOld", error.ErrorId);
        Assert.Contains("384.81", error.Message);
        Assert.Contains("Install-NvidiaGuestDriver", error.NextStep);
    }

    [Fact]
    public void Without_a_driver_nothing_is_begun()
    {
        CudaPlan plan = Plan(Guest() with { Driver = null, DriverTrouble = new GpuVSphereException("NvidiaSmiMissing", GpuErrorCategory.InvalidState, "no nvidia-smi") }, Guide());
        Assert.Equal("GuestDriverMissing", Assert.Single(plan.Findings).ErrorId);
    }

    [Fact]
    public void Without_the_licence_nothing_is_installed()
    {
        Assert.Equal("EulaNotAccepted", Plan(Guest(), Guide() with { AcceptsEula = false }).Findings.Single(finding => finding.Severity == FindingSeverity.Block).ErrorId);
        CudaGuest there = Guest() with { Toolkits = [V("9.1.85")], Patches = [1, 2, 3], HasSamples = true, Link = "/usr/local/cuda-8.0" };
        Assert.DoesNotContain(Plan(there, Guide() with { AcceptsEula = false }).Findings, finding => finding.Severity == FindingSeverity.Block);
    }

    [Fact]
    public void A_patch_left_out_is_warned_of()
    {
        CudaPlan plan = Plan(Guest(), Guide() with { Patches = ["cuda_9.1.85.3_linux"] });
        Assert.Contains("Patch 1, 2", plan.Findings.Single(finding => finding.RuleId == "CUDA-PATCHES").Message);
        Assert.DoesNotContain(Plan(Guest() with { Toolkits = [V("9.1.85")], Patches = [1, 2] }, Guide() with { Patches = ["cuda_9.1.85.3_linux"] }).Findings, finding => finding.RuleId == "CUDA-PATCHES");
    }

    [Fact]
    public void A_newer_one_of_the_same_minor_version_is_not_overwritten()
    {
        CudaGuest guest = Guest() with { Driver = DriverVersion.TryParse("550.54.15"), Toolkits = [V("12.4.1")] };
        Assert.Equal("CudaNewerInstalled", Plan(guest, Modern("12.4.0")).Findings.Single(finding => finding.Severity == FindingSeverity.Block).ErrorId);
        Assert.Equal(("CUDA toolkit in /usr/local/cuda-12.4", "12.4.0", "12.4.1"), Plan(guest with { Toolkits = [V("12.4.0")] }, Modern("12.4.1")).Rows[0]);
    }

    [Fact]
    public void A_toolkit_without_samples_says_so()
    {
        CudaPlan plan = Plan(Guest() with { Driver = DriverVersion.TryParse("550.54.15") }, Modern("12.4.1"));
        Assert.False(plan.InstallsSamples);
        Assert.Contains(plan.Consequences, text => text.Contains("brings no samples"));
        Assert.True(CudaPlanner.HasSamples(V("11.5.2")));
        Assert.False(CudaPlanner.HasSamples(V("11.6.0")));
    }

    [Fact]
    public void A_guest_without_a_compiler_is_warned_that_deviceQuery_is_not_run() =>
        Assert.Contains("deviceQuery", Plan(Guest() with { HasCompiler = false }, Guide()).Findings.Single(finding => finding.RuleId == "CUDA-COMPILER").Message);

    [Theory]
    [InlineData("apt", "ubuntu 22.04", null, null, "CudaPackageUnavailable")]
    [InlineData("apt", "ubuntu 22.04", "12.4.1-1", null, null)]
    [InlineData("apt", "ubuntu 22.04", null, "cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb", null)]
    [InlineData("dnf", "rhel 8.9", null, "cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb", "CudaPackageWrongKind")]
    [InlineData("dnf", "rhel 8.9", null, "cuda-repo-rhel8-12-4-local-12.4.1_550.54.15-1.x86_64.rpm", null)]
    [InlineData("dnf", "rocky 8.9", null, "cuda-repo-rhel8-12-4-local-12.4.1_550.54.15-1.x86_64.rpm", null)]
    [InlineData("apt", "ubuntu 20.04", null, "cuda-repo-ubuntu2204-12-4-local_12.4.1-550.54.15-1_amd64.deb", "warning")]
    [InlineData(null, "arch", null, null, "CudaPackagesUnknown")]
    public void Packages_come_from_where_the_guest_can_take_them(string? manager, string distribution, string? offered, string? file, string? expected)
    {
        CudaPlan plan = Plan(
            Guest() with { Driver = DriverVersion.TryParse("550.54.15"), PackageManager = manager, Distribution = distribution, PackageOffered = offered },
            new CudaWish { Method = CudaMethod.Package, Version = V(file is null ? "12.4" : "12.4.1"), File = file, IsLinked = true, AcceptsEula = true });
        Finding? finding = plan.Findings.FirstOrDefault(finding => finding.RuleId == "CUDA-PACKAGES");
        Assert.Equal(expected, finding?.Severity == FindingSeverity.Warning ? "warning" : finding?.ErrorId);
        Assert.Equal(["cuda-toolkit-12-4"], plan.Packages);
    }

    [Fact]
    public void Containers_need_docker_and_the_runtime()
    {
        CudaGuest bare = Guest() with { ContainerPackages = ["docker.io", "nvidia-container-toolkit"] };
        CudaWish wish = new() { Method = CudaMethod.Container, Image = "ubuntu" };
        CudaPlan plan = Plan(bare, wish);
        Assert.Equal(["docker.io", "nvidia-container-toolkit"], plan.Packages);
        Assert.True(plan.ConfiguresRuntime);
        Assert.Equal(["package docker.io", "package nvidia-container-toolkit", "runtime nvidia of docker", "nvidia-smi in a container of ubuntu"], plan.Rows.Select(row => row.Property));

        Assert.Equal(["DockerUnavailable", "ContainerToolkitUnavailable"], Plan(Guest(), wish).Findings.Select(finding => finding.ErrorId));
        CudaGuest ready = bare with { HasDocker = true, HasContainerToolkit = true, HasRuntime = true };
        Assert.Equal(["nvidia-smi in a container of ubuntu"], Plan(ready, wish).Rows.Select(row => row.Property));
        Assert.True(Plan(ready with { ContainerAnswers = true }, wish).IsEmpty);
    }

    [Fact]
    public void On_Windows_the_setup_is_given_its_parts_and_CUDA_PATH_leads_to_it()
    {
        CudaPlan plan = Plan(Windows(), Setup());

        Assert.Equal([(@"CUDA toolkit in " + Folder, null, "11.4.0"), ("CUDA_PATH", @"C:\other", Folder)], plan.Rows);
        Assert.Empty(plan.Findings);
        Assert.Contains("nvcc", plan.Subpackages);
        Assert.Contains(plan.Consequences, text => text.Contains("Display.Driver") && text.Contains("keeps 471.68"));
        Assert.DoesNotContain(plan.Consequences, text => text.Contains("internet"));
        Assert.DoesNotContain("demo_suite", Plan(Windows(), Setup() with { SamplesFolder = null }).Subpackages);

        CudaPlan network = Plan(Windows(), Setup() with { File = "cuda_11.4.0_win10_network.exe", Subpackages = ["nvcc"], IsLinked = false });
        Assert.Equal(["nvcc"], network.Subpackages);
        Assert.Contains(network.Consequences, text => text.Contains("internet"));
        Assert.Contains(network.Consequences, text => text.Contains("no deviceQuery"));
        Assert.DoesNotContain(network.Rows, row => row.Property == "CUDA_PATH");
    }

    [Fact]
    public void On_Windows_what_is_there_is_left_alone()
    {
        CudaGuest there = Windows() with { Toolkits = [V("11.4.0")], Link = Folder.ToUpperInvariant() };
        Assert.True(Plan(there, Setup()).IsEmpty);
        Assert.True(Plan(there with { Toolkits = [V("11.4")] }, Setup()).IsEmpty);
        Assert.Equal("11.4.2", Plan(there, Setup() with { Version = V("11.4.2") }).Rows.Single().After);
        Finding newer = Plan(there with { Toolkits = [V("11.4.2")] }, Setup()).Findings.Single(finding => finding.Severity == FindingSeverity.Block);
        Assert.Equal("CudaNewerInstalled", newer.ErrorId);
        Assert.Contains(Folder, newer.Message);
    }

    [Fact]
    public void On_Windows_nothing_is_run_whose_parts_are_not_known_or_whose_driver_is_too_old()
    {
        Finding unknown = Plan(Windows() with { Driver = DriverVersion.TryParse("600.10") }, Setup() with { Version = V("14.0.0") }).Findings.Single(finding => finding.Severity == FindingSeverity.Block);
        Assert.Equal(("CUDA-PARTS", "CudaSubpackagesUnknown"), (unknown.RuleId, unknown.ErrorId));
        Assert.DoesNotContain(unknown.RuleId, CudaPlanner.Rules);
        Assert.Contains("-Subpackage", unknown.NextStep);

        // 450.80 would do for Linux; Windows' drivers have numbers of their own.
        Assert.Equal("CudaDriverTooOld", Plan(Windows() with { Driver = DriverVersion.TryParse("442.50") }, Setup()).Findings.Single().ErrorId);
        Assert.Equal("EulaNotAccepted", Plan(Windows(), Setup() with { AcceptsEula = false }).Findings.Single().ErrorId);
    }

    [Theory]
    [InlineData(GuestFamily.Windows, CudaMethod.RunFile, "cuda_<version>_<driver>_windows.exe")]
    [InlineData(GuestFamily.Windows, CudaMethod.Package, "cuda_<version>_<driver>_windows.exe")]
    [InlineData(GuestFamily.Windows, CudaMethod.Container, "cuda_<version>_<driver>_windows.exe")]
    [InlineData(GuestFamily.Linux, CudaMethod.Setup, "_linux.run")]
    public void A_way_that_a_system_does_not_have_is_refused(GuestFamily family, CudaMethod method, string nextStep)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => CudaPlanner.RequireFitting("ml-01", family, Guide() with { Method = method }));
        Assert.Equal("GuestNotSupported", error.Id);
        Assert.Contains(nextStep, error.NextStep);
        CudaPlanner.RequireFitting("ml-01", GuestFamily.Windows, Setup());
        CudaPlanner.RequireFitting("ml-01", GuestFamily.Linux, Guide());
    }

    private const string Folder = @"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v11.4";

    private static CudaWish Setup() => new()
    {
        Method = CudaMethod.Setup,
        Version = V("11.4.0"),
        File = "cuda_11.4.0_471.11_win10.exe",
        SamplesFolder = "demo_suite",
        IsLinked = true,
        AcceptsEula = true,
    };

    private static CudaGuest Windows() => new() { Family = GuestFamily.Windows, Driver = DriverVersion.TryParse("471.68"), Link = @"C:\other" };

    private static CudaPlan Plan(CudaGuest guest, CudaWish wish) => CudaPlanner.Plan(s_target, guest, wish, VgpuCatalog.Default);

    private static CudaVersion V(string text) => CudaVersion.TryParse(text)!;

    private static CudaWish Guide() => new()
    {
        Method = CudaMethod.RunFile,
        Version = V("9.1.85"),
        File = "/x/cuda_9.1.85_387.26_linux",
        Patches = ["/x/cuda_9.1.85.1_linux", "/x/cuda_9.1.85.2_linux", "/x/cuda_9.1.85.3_linux"],
        SamplesFolder = "/usr/local/src",
        IsLinked = true,
        AcceptsEula = true,
    };

    private static CudaWish Modern(string version) => Guide() with { Version = V(version), File = $"cuda_{version}_550.54.15_linux.run", Patches = [] };

    private static CudaGuest Guest() => new() { Driver = DriverVersion.TryParse("390.42"), Distribution = "ubuntu 16.04", PackageManager = "apt", HasCompiler = true };
}
