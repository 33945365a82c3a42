using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Guest;
using GpuVSphere.GuestOs;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class DriverUndoTests
{
    private const string Run = "NVIDIA-Linux-x86_64-390.42-grid.run";
    private const string Deb = "nvidia-linux-grid-470_470.63.01_amd64.deb";

    [Fact]
    public void A_driver_of_a_run_file_is_removed_with_what_kept_nouveau_away()
    {
        DriverGuest before = Bare() with { HasCompiler = false, Gpu = Bare().Gpu with { Modules = ["nouveau"], NouveauUses = 1 } };
        DriverUndoPlan plan = Plan(Wanted(before, Run), Running("390.42") with { DisplayManager = "gdm3", Services = ["nvidia-gridd"] }, nouveauText: DriverRun.Nouveau);

        Assert.Equal(
            [("NVIDIA driver", "390.42 (GRID)", null), ("nouveau", "kept from being loaded", "loaded from the next restart on")],
            plan.Rows);
        Assert.Equal(("390.42 (GRID)", true, true, "gdm3"), (plan.Driver, plan.FreesNouveau, plan.HadNouveau, plan.DisplayManager));
        Assert.Empty(plan.Packages);
        Assert.Contains(plan.Consequences, one => one.EndsPrograms && one.Text.Contains("gdm3", StringComparison.Ordinal));
        Assert.Contains(plan.Consequences, one => one.Text.StartsWith("build-essential stays", StringComparison.Ordinal));
        Assert.Contains(plan.Consequences, one => one.Text.Contains("gridd.conf", StringComparison.Ordinal));
        Assert.Contains(plan.Consequences, one => one.Text.Contains("with -Reboot", StringComparison.Ordinal));
    }

    [Fact]
    public void A_driver_of_packages_is_removed_with_those_that_came_and_are_there()
    {
        Dictionary<string, string> wanted = Wanted(Bare(), Deb, "nvidia-linux-grid-470", "dkms");
        Assert.Equal(["dkms", "nvidia-linux-grid-470"], CamePackages.Of(wanted));
        DriverUndoPlan plan = Plan(wanted, Running("470.63.01") with { CameByRunFile = false }, ["nvidia-linux-grid-470"]);
        Assert.Equal(["nvidia-linux-grid-470"], plan.Packages);
        Assert.Contains(("packages", "nvidia-linux-grid-470", null), plan.Rows);
    }

    [Theory]
    [InlineData("390.57", true, "installed since by somebody else")]
    [InlineData("390.42", false, "does not come from a .run file any more")]
    public void Another_driver_is_kept_and_what_it_needs_too(string now, bool byRunFile, string words)
    {
        DriverGuest before = Bare() with { Gpu = Bare().Gpu with { Modules = ["nouveau"] } };
        DriverUndoPlan plan = Plan(Wanted(before, Run), Running(now) with { CameByRunFile = byRunFile }, nouveauText: DriverRun.Nouveau);
        Assert.True(plan.IsEmpty);
        Assert.Contains(words, plan.Consequences[0].Text, StringComparison.Ordinal);
        Assert.Equal($"keeps {DriverRun.NouveauFile}: the driver that is there needs it", plan.Consequences[1].Text);
    }

    [Fact]
    public void A_file_against_nouveau_that_somebody_changed_is_kept()
    {
        DriverGuest before = Bare() with { Gpu = Bare().Gpu with { Modules = ["nouveau"] } };
        DriverUndoPlan plan = Plan(Wanted(before, Run), Running("390.42"), nouveauText: DriverRun.Nouveau + "# mine\n");
        Assert.Equal("NVIDIA driver", Assert.Single(plan.Rows).Property);
        Assert.False(plan.FreesNouveau);
        Assert.Contains(plan.Consequences, one => one.Text == $"keeps {DriverRun.NouveauFile}: it was changed since by somebody else");
    }

    [Theory]
    [InlineData(Run, "390.42", true)]
    [InlineData(Deb, "470.63.01", true)]
    [InlineData(Deb, "470.57.02", false)]
    public void A_module_that_is_in_memory_only_is_what_a_cut_undo_left(string file, string loaded, bool isOurs)
    {
        DriverUndoPlan plan = Plan(Wanted(Bare(), file, "nvidia-linux-grid-470"), Bare() with { Gpu = Bare().Gpu with { Modules = ["nvidia"], LoadedVersion = loaded } });
        Assert.Equal(isOurs ? [("NVIDIA driver", loaded + ", in memory only", null)] : [], plan.Rows);
        Assert.Equal((isOurs, isOurs ? loaded : null), (plan.IsOnlyLoaded, plan.Driver));
        Assert.Empty(plan.Packages);
        Assert.Equal(!isOurs, plan.Consequences.Any(one => one.Text.StartsWith("keeps the driver", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_driver_that_is_gone_needs_nothing_and_one_that_never_came_neither()
    {
        Assert.True(Plan(Wanted(Bare(), Run), Bare()).IsEmpty);

        // The installation of another one failed before it touched the one that is there.
        DriverUndoPlan plan = Plan(Wanted(Running("390.30"), Run), Running("390.30"));
        Assert.True(plan.IsEmpty);
        Assert.Empty(plan.Consequences);
    }

    [Fact]
    public void A_former_driver_is_asked_for_by_its_file()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Plan(Wanted(Running("390.30"), Run), Running("390.42")));
        Assert.Equal(("FormerDriverNeeded", GpuErrorCategory.InvalidState), (error.Id, error.Category));
        Assert.Equal("Install-NvidiaGuestDriver -VM 'ml 01' -Path <the file of driver 390.30 (GRID)> -AcceptEula", error.NextStep);
    }

    [Theory]
    [InlineData(Deb, "nvidia-linux-grid-470")]
    [InlineData("nvidia-linux-grid-470-470.63.01-1.x86_64.rpm", "nvidia-linux-grid-470")]
    [InlineData(Run, null)]
    public void The_package_in_a_file_is_known_by_the_files_name(string file, string? name) => Assert.Equal(name, DriverUndo.NameIn(GuestDriverPackage.Read(file)!));

    [Fact]
    public async Task Half_of_a_package_is_there_and_what_is_left_of_its_settings_is_not()
    {
        FakeGuest guest = new FakeGuest().On(command => command.CommandLine.StartsWith("dpkg-query -W", StringComparison.Ordinal), (_, _) =>
            Task.FromResult(new ShellResult(0, "gcc installed\nlibc6:amd64 installed\nnvidia-linux-grid-470 half-configured\ngone config-files\n", string.Empty)));
        Assert.Equal(["gcc", "libc6:amd64", "nvidia-linux-grid-470"], await Packages(guest, GuestPackageManager.Apt).AllAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(GuestPackageManager.Apt, "Purg dkms [2.8.7]\nPurg zfs-dkms [2.1.5]\nPurg libnvidia-470:i386 [470]\n", "zfs-dkms")]
    [InlineData(GuestPackageManager.Dnf, "error: Failed dependencies:\n\tdkms is needed by (installed) zfs-dkms-2.1.5-1.el8.noarch\n", "zfs-dkms-2.1.5-1.el8.noarch")]
    internal async Task What_would_go_along_is_read_from_a_trial(GuestPackageManager manager, string says, string needing)
    {
        FakeGuest guest = new FakeGuest().On(command => command.CommandLine.StartsWith(manager == GuestPackageManager.Apt ? "apt-get -s remove --purge dkms" : "rpm -e --test dkms", StringComparison.Ordinal), (_, _) =>
            Task.FromResult(new ShellResult(manager == GuestPackageManager.Apt ? 0 : 1, manager == GuestPackageManager.Apt ? says : string.Empty, manager == GuestPackageManager.Apt ? string.Empty : says)));
        Assert.Equal([needing], await Packages(guest, manager).NeedingAsync(["dkms", "libnvidia-470"], CancellationToken.None));
    }

    private static GuestPackages Packages(FakeGuest guest, GuestPackageManager manager) => new(guest, new GuestSystem { Family = GuestFamily.Linux, Packages = manager }, "ml-01");

    private static DriverUndoPlan Plan(IReadOnlyDictionary<string, string> wanted, DriverGuest guest, IReadOnlyList<string>? packages = null, string? nouveauText = null) =>
        DriverUndo.Plan("ml 01", guest, wanted, packages ?? [], nouveauText, hasUpgraded: false, reboots: false);

    private static Dictionary<string, string> Wanted(DriverGuest before, string file, params string[] came)
    {
        GuestDriverPackage package = GuestDriverPackage.Read(file)!;
        DriverPlan plan = DriverPlanner.Plan(before, new DriverWish { Path = "/tmp/" + file, Package = package });
        return DriverUndo.FieldsOf(before, plan, package, null).Concat(came.Select(CamePackages.Field))
            .SelectMany(field => new[] { (field.Name, field.Before), (IntentConditions.OnlyIf + field.Name, field.After) })
            .ToDictionary(pair => pair.Item1, pair => pair.Item2 ?? string.Empty);
    }

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

    private static DriverGuest Running(string version) => Bare() with
    {
        IsGrid = true,
        CameByRunFile = true,
        Gpu = Bare().Gpu with { Modules = ["nvidia"], Installed = new KernelModule { Version = version }, LoadedVersion = version, HasSmi = true },
    };
}
