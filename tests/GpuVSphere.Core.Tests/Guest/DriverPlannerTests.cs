using System;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Guest;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class DriverPlannerTests
{
    private const string Grid = "NVIDIA-Linux-x86_64-390.42-grid.run";

    [Fact]
    public void A_bare_Ubuntu_gets_compiler_headers_and_the_driver()
    {
        DriverPlan plan = DriverPlanner.Plan(Bare() with { HasCompiler = false, HasHeaders = false }, Wish(Grid));

        Assert.Equal(
            [(null, "packages", null, "build-essential linux-headers-5.15.0-119-generic"), (null, "NVIDIA driver", null, "390.42 (GRID)")],
            plan.Rows);
        Assert.True(plan.Installs);
        Assert.False(plan.RebootsFirst);
        Assert.Contains(plan.Consequences, text => text.Contains("after an update of the kernel", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("apt", "5.15.0-119-generic", "build-essential linux-headers-5.15.0-119-generic")]
    [InlineData("dnf", "4.18.0-553.el8_10.x86_64", "gcc make kernel-devel-4.18.0-553.el8_10.x86_64 elfutils-libelf-devel")]
    [InlineData("yum", "3.10.0-1160.el7.x86_64", "gcc make kernel-devel-3.10.0-1160.el7.x86_64 elfutils-libelf-devel")]
    [InlineData("yum", "5.4.17-2136.el8uek.x86_64", "gcc make kernel-uek-devel-5.4.17-2136.el8uek.x86_64 elfutils-libelf-devel")]
    [InlineData("zypper", "5.14.21-150500.55.19-default", "gcc make kernel-default-devel")]
    public void Packages_are_named_as_each_distribution_names_them(string manager, string kernel, string expected)
    {
        DriverGuest guest = Bare() with { HasCompiler = false, HasHeaders = false, PackageManager = manager, Kernel = kernel };

        Assert.Equal(expected, string.Join(" ", DriverPlanner.Plan(guest, Wish(Grid)).Packages));
    }

    [Fact]
    public void What_is_there_is_not_installed_and_nothing_is_upgraded_unasked()
    {
        DriverPlan plan = DriverPlanner.Plan(Bare(), Wish(Grid));

        Assert.Empty(plan.Packages);
        Assert.False(plan.UpgradesPackages);
        Assert.Equal("NVIDIA driver", Assert.Single(plan.Rows).Property);
        Assert.True(DriverPlanner.Plan(Bare(), Wish(Grid) with { UpgradesPackages = true }).UpgradesPackages);
    }

    [Fact]
    public void Nouveau_is_silenced_and_the_driver_comes_behind_a_restart()
    {
        DriverPlan plan = DriverPlanner.Plan(Bare() with { Gpu = Bare().Gpu with { Modules = ["nouveau"], NouveauUses = 1 } }, Wish(Grid));

        Assert.Equal([(null, "nouveau", "loaded", "kept from being loaded"), ("guest reboot", "NVIDIA driver", null, "390.42 (GRID)")], plan.Rows);
        Assert.True(plan.RebootsFirst);
    }

    [Fact]
    public void Nouveau_that_is_silenced_already_only_waits_for_the_restart()
    {
        DriverPlan plan = DriverPlanner.Plan(Bare() with { IsNouveauBlacklisted = true, Gpu = Bare().Gpu with { Modules = ["nouveau"], NouveauUses = 1 } }, Wish(Grid));

        Assert.Equal("guest reboot", Assert.Single(plan.Rows).Barrier);
        Assert.False(plan.SilencesNouveau);
    }

    [Fact]
    public void Nouveau_that_nothing_uses_is_unloaded_and_no_restart_is_needed()
    {
        DriverPlan plan = DriverPlanner.Plan(Bare() with { Gpu = Bare().Gpu with { Modules = ["nouveau"] } }, Wish(Grid));

        Assert.Equal([(null, "nouveau", "loaded", "unloaded, and kept from being loaded"), (null, "NVIDIA driver", null, "390.42 (GRID)")], plan.Rows);
        Assert.Equal((true, true, false), (plan.UnloadsNouveau, plan.SilencesNouveau, plan.RebootsFirst));
        Assert.DoesNotContain(plan.Consequences, consequence => consequence.Contains("restarted before", StringComparison.Ordinal));
    }

    [Fact]
    public void Nouveau_in_place_of_a_driver_that_is_there_is_unloaded_when_nothing_uses_it()
    {
        DriverGuest guest = Running("390.42", isGrid: true) with { IsNouveauBlacklisted = true };
        DriverPlan idle = DriverPlanner.Plan(guest with { Gpu = guest.Gpu with { Modules = ["nouveau"], LoadedVersion = null, Smi = null } }, Wish(Grid));
        DriverPlan used = DriverPlanner.Plan(guest with { Gpu = guest.Gpu with { Modules = ["nouveau"], NouveauUses = 2, LoadedVersion = null, Smi = null } }, Wish(Grid));

        Assert.Equal([(null, "nouveau", "loaded", "unloaded"), (null, "NVIDIA driver", "not loaded", "390.42 (GRID)")], idle.Rows);
        Assert.Equal((true, false, false), (idle.UnloadsNouveau, idle.RebootsFirst, idle.Installs));
        Assert.Equal("guest reboot", Assert.Single(used.Rows).Barrier);
        Assert.Equal((false, true), (used.UnloadsNouveau, used.RebootsFirst));
    }

    [Fact]
    public void The_driver_that_runs_already_is_nothing_to_do()
    {
        Assert.True(DriverPlanner.Plan(Running("390.42", isGrid: true), Wish(Grid) with { UpgradesPackages = true }).IsEmpty);
        Assert.True(DriverPlanner.Plan(Running("535.161.08", isGrid: false), Wish("NVIDIA-Linux-x86_64-535.161.08.run")).IsEmpty);
    }

    [Fact]
    public void A_stock_driver_of_the_same_version_is_not_the_GRID_one() =>
        Assert.Equal([(null, "NVIDIA driver", "390.42", "390.42 (GRID)")], DriverPlanner.Plan(Running("390.42", isGrid: false), Wish(Grid)).Rows);

    [Fact]
    public void A_driver_that_is_installed_and_not_loaded_only_needs_a_restart()
    {
        DriverGuest guest = Running("390.42", isGrid: true);
        DriverPlan plan = DriverPlanner.Plan(guest with { Gpu = guest.Gpu with { LoadedVersion = "384.81" } }, Wish(Grid));

        Assert.Equal([("guest reboot", "NVIDIA driver", "384.81", "390.42 (GRID)")], plan.Rows);
        Assert.False(plan.Installs);
        Assert.True(plan.RebootsFirst);
    }

    [Fact]
    public void Programs_are_ended_only_on_request_and_those_of_the_desktop_go_with_its_manager()
    {
        DriverGuest guest = Running("384.81", isGrid: true);
        guest = guest with { DisplayManager = "gdm3", Gpu = guest.Gpu with { Processes = [new GpuProcess(812, "/usr/lib/xorg/Xorg", "G"), new GpuProcess(4711, "python3", "C")] } };

        Assert.Empty(DriverPlanner.Plan(guest, Wish(Grid)).Ends);
        Assert.Equal(4711, Assert.Single(DriverPlanner.Plan(guest, Wish(Grid) with { EndsProcesses = true }).Ends).Id);
        Assert.Equal([812, 4711], DriverPlanner.Blocking(guest with { DisplayManager = null }).Select(process => process.Id));
        Assert.Equal(["gdm3 is stopped for the installation and started again: sessions on the desktop of the guest end"], DriverPlanner.Plan(guest, Wish(Grid)).Endings);
        Assert.Contains("these programs use the GPU and are ended: python3 (4711)", DriverPlanner.Plan(guest, Wish(Grid) with { EndsProcesses = true }).Endings);
        Assert.Empty(DriverPlanner.Plan(guest with { DisplayManager = null }, Wish(Grid)).Endings);
    }

    [Fact]
    public void An_X_server_without_a_display_manager_is_in_the_way_although_nvidia_smi_does_not_list_it() =>
        Assert.Equal(900, Assert.Single(DriverPlanner.Blocking(Bare() with { XServers = [new GpuProcess(900, "Xorg", string.Empty)] })).Id);

    [Fact]
    public void A_driver_that_is_loaded_and_finds_no_GPU_is_not_said_to_wait_for_its_loading()
    {
        DriverGuest guest = Running("390.42", isGrid: true);
        DriverPlan plan = DriverPlanner.Plan(guest with { Gpu = guest.Gpu with { Smi = null } }, Wish(Grid));

        Assert.Equal([("guest reboot", "NVIDIA driver", "loaded, without a GPU", "390.42 (GRID)")], plan.Rows);
        Assert.Contains("nvidia-smi shows no GPU", Assert.Single(plan.Consequences), StringComparison.Ordinal);
        Assert.True(DriverPlanner.IsLoaded(guest, Wish(Grid).Package));
        Assert.False(DriverPlanner.IsLoaded(guest with { Gpu = guest.Gpu with { LoadedVersion = "384.81" } }, Wish(Grid).Package));
    }

    [Fact]
    public void A_step_back_is_said() =>
        Assert.Contains(DriverPlanner.Plan(Running("535.161.08", isGrid: true), Wish(Grid)).Consequences, text => text.Contains("from 535.161.08 to 390.42", StringComparison.Ordinal));

    [Fact]
    public void Windows_needs_no_packages_and_no_compiler()
    {
        DriverGuest guest = Bare() with { Family = GuestFamily.Windows, PackageManager = null, HasCompiler = false, HasHeaders = false, Kernel = string.Empty };
        DriverPlan plan = DriverPlanner.Plan(guest, Wish("391.03_grid_win10_server2016_64bit_international.exe"));

        Assert.Equal([(null, "NVIDIA driver", null, "391.03 (GRID)")], plan.Rows);
        Assert.Empty(plan.Packages);
    }

    [Fact]
    public void On_Windows_the_setup_replaces_a_driver_that_is_in_use_and_what_computes_is_named()
    {
        DriverGuest guest = Running("391.03", isGrid: true);
        guest = guest with { Family = GuestFamily.Windows, Gpu = guest.Gpu with { Processes = [new GpuProcess(812, @"C:\Windows\explorer.exe", "C+G"), new GpuProcess(4711, "python.exe", "C")] } };
        DriverPlan plan = DriverPlanner.Plan(guest, Wish("392.05_grid_win10_server2016_64bit_international.exe") with { EndsProcesses = true });

        Assert.Empty(DriverPlanner.Blocking(guest));
        Assert.Empty(plan.Ends);
        Assert.Contains("these programs compute on the GPU and lose it: python.exe (4711)", plan.Endings);
    }

    [Fact]
    public void Dkms_is_told_of_the_module_of_a_run_file_only()
    {
        Assert.True(DriverPlanner.Plan(Bare() with { HasDkms = true }, Wish(Grid)).UsesDkms);
        Assert.False(DriverPlanner.Plan(Bare() with { HasDkms = true }, Wish("nvidia-linux-grid-550_550.54.14_amd64.deb")).UsesDkms);
    }

    private static DriverWish Wish(string name) => new() { Path = "/tmp/" + name, Package = GuestDriverPackage.Read(name) ?? throw new ArgumentException(name, nameof(name)), IsEulaAccepted = true };

    private static DriverGuest Bare() => new()
    {
        Family = GuestFamily.Linux,
        System = "Ubuntu 22.04.4 LTS",
        Kernel = "5.15.0-119-generic",
        Architecture = "x86_64",
        PackageManager = "apt",
        HasCompiler = true,
        HasHeaders = true,
        Gpu = new GuestGpuState { Vm = Readiness.Samples.Vm(), Family = GuestFamily.Linux },
    };

    private static DriverGuest Running(string version, bool isGrid) => Bare() with
    {
        IsGrid = isGrid,
        Gpu = Bare().Gpu with
        {
            Modules = ["nvidia"],
            Installed = new KernelModule { Version = version },
            LoadedVersion = version,
            HasSmi = true,
            Smi = new NvidiaSmiReport { Text = string.Empty, DriverVersion = version, Gpus = [new NvidiaSmiGpu { Name = "GRID P100-8Q" }] },
        },
    };
}
