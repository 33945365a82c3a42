using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class LicensePlannerTests
{
    private const string Template = "# settings\nServerAddress=\nServerPort=7070\n#BackupServerAddress=\nFeatureType=0\n";

    private static readonly PlanTarget s_target = new(new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), "ml-01", "vc");
    private static readonly string s_hash = new('a', 64);

    [Fact]
    public void The_guide_s_way_makes_gridd_conf_from_its_template()
    {
        LicensePlan plan = Plan(Guest(), Legacy("10.1.2.3"));

        Assert.Empty(plan.Findings);
        Assert.Equal("# settings\nServerAddress=10.1.2.3\nServerPort=7070\n#BackupServerAddress=\nFeatureType=1\n", Encoding.ASCII.GetString(plan.Conf!));
        Assert.Equal("644", plan.ConfMode);
        Assert.Equal(
            [("gridd.conf", null, "made from gridd.conf.template"), ("gridd.conf ServerAddress", null, "10.1.2.3"), ("gridd.conf FeatureType", null, "1"), ("vGPU licence", "Unlicensed", "Licensed")],
            plan.Rows);
        Assert.Contains("restarted", Assert.Single(plan.Consequences));
    }

    [Fact]
    public void What_is_as_wanted_is_an_empty_plan()
    {
        LicenseGuest guest = Guest("# mine\nServerAddress=10.1.2.3\nFeatureType=2\nEnableUI=TRUE\n") with { StatusText = "Licensed" };
        Assert.True(Plan(guest, Legacy("10.1.2.3")).IsEmpty);
        Assert.True(Plan(guest, Legacy("10.1.2.3") with { Port = 7070 }).IsEmpty);
        Assert.Null(Plan(guest, Legacy("10.1.2.3")).Conf);
        Assert.Equal("FeatureType=4", Last(Plan(guest, Legacy("10.1.2.3") with { Feature = LicenseFeature.VirtualComputeServer })));
    }

    [Fact]
    public void Configured_and_without_a_licence_the_service_is_restarted_and_nothing_written()
    {
        LicensePlan plan = Plan(Guest("ServerAddress=10.1.2.3\nFeatureType=1\n"), Legacy("10.1.2.3"));
        Assert.Equal([("vGPU licence", "Unlicensed", "Licensed")], plan.Rows);
        Assert.Null(plan.Conf);
        Assert.Null(plan.ConfMode);
    }

    [Fact]
    public void A_backup_and_other_ports_are_set_and_a_default_port_is_not_written()
    {
        LicensePlan plan = Plan(Guest(), Legacy("ls1") with { Port = 7070, Backup = "ls2", BackupPort = 7071 });
        Assert.Equal("# settings\nServerAddress=ls1\nServerPort=7070\n#BackupServerAddress=\nBackupServerAddress=ls2\nFeatureType=1\nBackupServerPort=7071\n", Encoding.ASCII.GetString(plan.Conf!));
    }

    [Fact]
    public void A_file_that_others_may_write_is_closed()
    {
        LicensePlan plan = Plan(Guest("ServerAddress=a\nFeatureType=1\n") with { ConfMode = "666", StatusText = "Licensed" }, Legacy("a"));
        Assert.Contains(("gridd.conf mode", "666", "644"), plan.Rows);
        Assert.Null(plan.Conf);
        Assert.Equal("644", plan.ConfMode);
        Assert.Null(Plan(Guest("ServerAddress=a\nFeatureType=1\n") with { ConfMode = "600", StatusText = "Licensed" }, Legacy("a")).ConfMode);
    }

    // The kind of server by the release of the guest's driver: 390 is vGPU 6, 450 is 11, 460 is 12, 470 is 13, 510 is 14, 535 is 16.
    [Theory]
    [InlineData("390.42", false, null)]
    [InlineData("390.42", true, FindingSeverity.Block)]
    [InlineData("450.156.00", true, FindingSeverity.Block)]
    [InlineData("460.32.04", true, FindingSeverity.Warning)]
    [InlineData("460.32.04", false, null)]
    [InlineData("470.129.06", true, null)]
    [InlineData("470.129.06", false, null)]
    [InlineData("510.108.03", false, null)]
    [InlineData("525.60.13", false, FindingSeverity.Block)]
    [InlineData("535.161.07", false, FindingSeverity.Block)]
    [InlineData("535.161.07", true, null)]
    [InlineData("999.1", true, FindingSeverity.Warning)]
    public void The_kind_of_server_has_to_fit_the_release(string driver, bool isNls, FindingSeverity? expected)
    {
        LicensePlan plan = Plan(Guest() with { Driver = DriverVersion.TryParse(driver) }, isNls ? Nls() : Legacy("ls1"));
        Assert.Equal(expected, plan.Findings.FirstOrDefault(finding => finding.RuleId == "LICENSE-SERVER-KIND")?.Severity);
        if (expected is not null)
        {
            Assert.Contains(driver, plan.Findings[0].Message);
            Assert.False(driver != "999.1" && string.IsNullOrEmpty(plan.Findings[0].NextStep));
        }
    }

    [Fact]
    public void A_token_replaces_those_that_are_there()
    {
        LicenseGuest guest = Modern() with { Tokens = [Token("client_configuration_token_old.tok", 'b'), Token("client_configuration_token_older.tok", 'c')] };
        LicensePlan plan = Plan(guest, Nls());

        Assert.Equal("/etc/nvidia/ClientConfigToken/client_configuration_token_new.tok", plan.TokenPath);
        Assert.Equal(2, plan.RemovedTokens.Count);
        (string _, string? before, string? after) = plan.Rows.Single(row => row.Property == "client configuration token");
        Assert.Contains("old.tok (SHA-256 bbbbbbbbbbbb)", before);
        Assert.Equal("client_configuration_token_new.tok (SHA-256 aaaaaaaaaaaa)", after);
        Assert.Contains(("gridd.conf FeatureType", null, "1"), plan.Rows);
    }

    [Fact]
    public void The_same_token_is_not_written_again_whatever_its_name()
    {
        LicenseGuest licensed = Modern("FeatureType=1\n") with { StatusText = "Licensed (Expiry: 2026-4-3 19:11:16 GMT)", Tokens = [Token("client_configuration_token_other.tok", 'a')] };
        Assert.True(Plan(licensed, Nls()).IsEmpty);

        LicensePlan opened = Plan(licensed with { Tokens = [Token("client_configuration_token_other.tok", 'a') with { Mode = "600" }] }, Nls());
        Assert.Contains(("client configuration token mode", "600", "744"), opened.Rows);
        Assert.Null(opened.TokenPath);
        Assert.NotNull(opened.TokenToOpen);

        LicensePlan alone = Plan(licensed with { Tokens = [.. licensed.Tokens, Token("client_configuration_token_z.tok", 'd')] }, Nls());
        Assert.Equal(["/etc/nvidia/ClientConfigToken/client_configuration_token_z.tok"], alone.RemovedTokens);
        Assert.Null(alone.TokenPath);
    }

    [Fact]
    public void A_token_of_the_same_name_is_overwritten_and_not_removed()
    {
        LicensePlan plan = Plan(Modern() with { Tokens = [Token("client_configuration_token_new.tok", 'b')] }, Nls());
        Assert.NotNull(plan.TokenPath);
        Assert.Empty(plan.RemovedTokens);
    }

    [Fact]
    public void The_other_kind_is_warned_of_or_taken_away()
    {
        LicenseGuest guest = Guest("ServerAddress=ls1\nBackupServerAddress=ls2\nFeatureType=1\n") with { Driver = DriverVersion.TryParse("470.129.06") };
        Assert.Contains("ls1", Plan(guest, Nls()).Findings.Single(finding => finding.RuleId == "LICENSE-TWO-SERVERS").Message);

        LicensePlan taken = Plan(guest, Nls() with { RemovesOther = true });
        Assert.Empty(taken.Findings);
        Assert.Equal("ServerAddress=\nBackupServerAddress=\nFeatureType=1\n", Encoding.ASCII.GetString(taken.Conf!));

        LicenseGuest tokens = guest with { Tokens = [Token("client_configuration_token_a.tok", 'a')] };
        Assert.Contains("LICENSE-TWO-SERVERS", Plan(tokens, Legacy("ls1")).Findings.Select(finding => finding.RuleId));
        Assert.Single(Plan(tokens, Legacy("ls1") with { RemovesOther = true }).RemovedTokens);
    }

    [Fact]
    public void A_whole_GPU_needs_to_be_told_its_product()
    {
        LicenseGuest whole = Guest() with { VirtualizationMode = "Pass-Through", StatusText = null };
        Assert.Equal("LicenseFeatureNeeded", Assert.Single(Plan(whole, Legacy("a")).Findings).ErrorId);
        Assert.Equal("LicenseFeatureNeeded", Assert.Single(Plan(whole, Legacy("a") with { Feature = LicenseFeature.VirtualGpu }).Findings).ErrorId);
        LicensePlan told = Plan(whole, Legacy("a") with { Feature = LicenseFeature.VirtualWorkstation });
        Assert.Empty(told.Findings);
        Assert.Equal("FeatureType=2", Last(told));
    }

    [Fact]
    public void A_guest_without_driver_or_service_is_left_alone()
    {
        GpuVSphereException trouble = new("NvidiaSmiMissing", GpuErrorCategory.InvalidState, "ml-01 has no nvidia-smi.");
        LicensePlan none = Plan(Guest() with { Driver = null, DriverTrouble = trouble }, Legacy("a"));
        Assert.Equal("GuestDriverMissing", Assert.Single(none.Findings).ErrorId);
        Assert.Contains("no nvidia-smi", none.Findings[0].Message);
        Assert.True(none.IsEmpty);

        LicensePlan stock = Plan(Guest() with { HasService = false }, Legacy("a"));
        Assert.Equal("LicenseServiceMissing", Assert.Single(stock.Findings).ErrorId);
        Assert.True(stock.IsEmpty);
    }

    [Fact]
    public void A_wrong_clock_is_warned_of()
    {
        Assert.Contains("2 hours behind", Assert.Single(Plan(Guest() with { Skew = TimeSpan.FromMinutes(-130) }, Legacy("a")).Findings).Message);
        Assert.Empty(Plan(Guest() with { Skew = TimeSpan.FromMinutes(4) }, Legacy("a")).Findings);
    }

    [Fact]
    public void On_Windows_the_registry_is_written()
    {
        LicenseGuest guest = Guest() with { Family = GuestFamily.Windows, Conf = null, Template = null, Settings = new Dictionary<string, string?> { ["ServerAddress"] = "old", ["FeatureType"] = "1" }, TokenFolder = ClientToken.WindowsFolder };
        LicensePlan plan = Plan(guest, Legacy("new"));
        Assert.Equal([("GridLicensing ServerAddress", "old", "new"), ("vGPU licence", "Unlicensed", "Licensed")], plan.Rows);
        Assert.Equal("new", Assert.Single(plan.Registry).Value);
        Assert.Null(plan.Conf);
        Assert.Equal(ClientToken.WindowsFolder + @"\client_configuration_token_new.tok", Plan(guest with { Driver = DriverVersion.TryParse("538.33") }, Nls()).TokenPath);
    }

    private static LicensePlan Plan(LicenseGuest guest, LicenseWish wish) => LicensePlanner.Plan(s_target, guest, wish, VgpuCatalog.Default);

    private static string Last(LicensePlan plan) => Encoding.ASCII.GetString(plan.Conf!).Split('\n').Last(line => line.StartsWith("FeatureType", StringComparison.Ordinal));

    private static LicenseWish Legacy(string server) => new() { Kind = LicenseServerKind.Legacy, Server = server };

    private static LicenseWish Nls() => new() { Kind = LicenseServerKind.Nls, TokenFile = "/tokens/client_configuration_token_new.tok", TokenHash = s_hash };

    private static GuestToken Token(string name, char hash) => new(ClientToken.LinuxFolder + "/" + name, name, new string(hash, 64), "744");

    private static LicenseGuest Modern(string? conf = null) => Guest(conf) with { Driver = DriverVersion.TryParse("535.161.07") };

    private static LicenseGuest Guest(string? conf = null) => new()
    {
        Family = GuestFamily.Linux,
        Driver = DriverVersion.TryParse("390.42"),
        VirtualizationMode = "VGPU",
        StatusText = "Unlicensed",
        HasService = true,
        IsServiceRunning = true,
        Conf = conf is null ? null : Encoding.ASCII.GetBytes(conf),
        Template = Encoding.ASCII.GetBytes(Template),
        ConfMode = conf is null ? null : "644",
        Settings = LicenseSettings.All.ToDictionary(name => name, name => GriddConf.Parse(conf is null ? null : Encoding.ASCII.GetBytes(conf)).Value(name)),
        TokenFolder = ClientToken.LinuxFolder,
    };
}
