using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Tests.Hosts;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Licences in guests from the plan to what is read back: legacy and by token, and each way that it does not come to a licence.</summary>
public sealed class VgpuLicenseTests : IDisposable
{
    // A command's limit of two minutes is two seconds here.
    private const double Speed = 60;

    private const string Early = "NVIDIA-Linux-x86_64-470.63.01-grid.run";
    private const string Late = "NVIDIA-Linux-x86_64-535.54.03-grid.run";
    private const string Product = "NVIDIA RTX Virtual Workstation";

    private static readonly GuestChangeOptions s_none = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheGuidesWay_LeadsToALicence_AndTheSecondTimeThereIsNothingToDo()
    {
        using GuestDriverLab lab = await ReadyAsync(Early);
        VgpuLicense before = await ReadAsync(lab);
        Assert.Equal((VgpuLicenseStatus.Unlicensed, LicenseTrouble.NotConfigured), (before.Status, before.Trouble));

        ChangeResult result = await lab.ApplyAsync(Legacy(lab, SimulatorLicensing.LegacyServer));

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains("by http://gridls.sim:7070/request", result.Message);
        VgpuLicense after = await ReadAsync(lab);
        Assert.Equal((VgpuLicenseStatus.Licensed, LicenseServerKind.Legacy, "gridls.sim", LicenseFeature.VirtualGpu), (after.Status, after.ServerKind, after.ServerAddress, after.Feature));
        Assert.Equal("13.0", after.Release);
        Assert.Equal([$"{lab.Vm}: {Product}"], lab.Lab.Simulator.Licensing.Leases(SimulatorLicensing.LegacyServer));
        Assert.Contains("ServerAddress=gridls.sim\n\n# Description: Set License Server port number", await lab.SaysAsync("cat /etc/nvidia/gridd.conf"));
        Assert.Equal("644 root\n", await lab.SaysAsync("stat -c '%a %U' /etc/nvidia/gridd.conf"));
        Assert.True((await lab.PlanAsync(Legacy(lab, SimulatorLicensing.LegacyServer))).IsEmpty);
    }

    [Fact]
    public async Task ThePlan_ChangesNothing_AndShowsEverySetting()
    {
        using GuestDriverLab lab = await ReadyAsync(Early);
        ChangePlan plan = await lab.PlanAsync(Legacy(lab, "gridls.sim"));
        Assert.Equal(["gridd.conf", "gridd.conf ServerAddress", "gridd.conf FeatureType", "vGPU licence"], plan.Changes.Select(change => change.Property));
        Assert.Equal("no\n", await lab.SaysAsync("[ -e /etc/nvidia/gridd.conf ] && echo yes || echo no"));
    }

    [Fact]
    public async Task AToken_ReplacesTheOneThatIsThere_IsReadable_AndIsNowhereElse()
    {
        using GuestDriverLab lab = await ReadyAsync(Late);
        await lab.SaysAsync("echo a.b.c > /etc/nvidia/ClientConfigToken/client_configuration_token_old.tok; echo '# mine' > /etc/nvidia/gridd.conf");
        string token = Token();

        ChangeIntent intent = ByToken(lab, token);
        ChangePlan plan = await lab.PlanAsync(intent);
        ChangeResult result = await lab.ApplyAsync(intent);

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains(", until ", result.Message);
        Assert.Equal("744 client_configuration_token_new.tok\n", await lab.SaysAsync("cd /etc/nvidia/ClientConfigToken && stat -c '%a %n' *"));
        Assert.Equal("# mine\nFeatureType=1\n", await lab.SaysAsync("cat /etc/nvidia/gridd.conf"));
        string secret = File.ReadAllText(token);
        string told = string.Join("\n", plan.Changes.Select(change => change.Before + change.After).Concat(intent.Targets[0].Wanted.Values).Append(result.Message));
        Assert.DoesNotContain(secret, told);
        Assert.DoesNotContain(secret, string.Join("\n", lab.Lab.Vm(lab.Vm).Guest.Journal.Select(line => line.Message)));
        VgpuLicense license = await ReadAsync(lab);
        Assert.Equal((VgpuLicenseStatus.Licensed, LicenseServerKind.Nls, "dls.sim", Product), (license.Status, license.ServerKind, license.LicensedBy, license.Product));
        Assert.True(license.Expiry > lab.Lab.Simulator.Clock.UtcNow);
    }

    public static TheoryData<string, bool, string, string, string> Troubles => new()
    {
        { Late, true, "own 0", "LicenseNoneLeft", "no free licence of " + Product },
        { Late, true, "unreachable", "LicenseServerUnreachable", "does not answer" },
        { Late, true, "skew", "LicenseClockSkew", "clock" },
        { Early, false, "unreachable", "LicenseServerUnreachable", "gridls.sim does not answer" },
        { Early, false, "own 0", "LicenseNoneLeft", "no free licence" },
        { Early, false, "feature", "LicenseFeatureTypeInvalid", "FeatureType" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task WhereTheServerRefuses_TheReasonIsSaid(string driver, bool isNls, string trouble, string errorId, string words)
    {
        using GuestDriverLab lab = await ReadyAsync(driver);
        string server = isNls ? SimulatorLicensing.CloudServer : SimulatorLicensing.LegacyServer;
        switch (trouble)
        {
            case "own 0": lab.Lab.Simulator.Licensing.Own(server, 0); break;
            case "unreachable": lab.Lab.Simulator.Licensing.Reachable(server, false); break;
            case "skew": lab.Lab.Simulator.Licensing.Skew(server, TimeSpan.FromHours(3)); break;
            default: await lab.SaysAsync("printf 'FeatureType=3\\n' > /etc/nvidia/gridd.conf; chmod 444 /etc/nvidia/gridd.conf"); break;
        }

        if (trouble == "feature")
        {
            // What is no type that is known is set right; the daemon's own words are read where it stays.
            await lab.SaysAsync("systemctl restart nvidia-gridd");
            await Eventually.IsTrueAsync(() => ReadAsync(lab).GetAwaiter().GetResult().Trouble == LicenseTrouble.FeatureTypeInvalid);
            return;
        }

        ChangeResult result = await lab.ApplyAsync(isNls ? ByToken(lab, Token()) : Legacy(lab, server));

        Assert.Equal((ChangeOutcome.Failed, errorId), (result.Outcome, result.Error!.Id));
        Assert.Contains(words, result.Message);
        Assert.Contains("is configured, and has no licence", result.Message);
        Assert.Equal(LicenseWordsOf(errorId), (await ReadAsync(lab)).Trouble.ToString());
    }

    [Fact]
    public async Task ABackupServer_IsWaitedFor()
    {
        using GuestDriverLab lab = await ReadyAsync(Early);
        lab.Lab.Simulator.Licensing.Add("gridls2.sim", isLegacy: true);
        lab.Lab.Simulator.Licensing.Reachable(SimulatorLicensing.LegacyServer, false);

        ChangeResult result = await lab.ApplyAsync(VgpuLicenseIntents.Legacy([lab.Target], "gridls.sim", null, "gridls2.sim", null, null, false, s_none));

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains("gridls2.sim", result.Message);
    }

    [Fact]
    public async Task WhatTheReleaseDoesNotWorkWith_IsRefusedBeforeAnythingIsTouched()
    {
        using GuestDriverLab lab = await ReadyAsync(Late);
        ChangePlan plan = await lab.PlanAsync(Legacy(lab, "gridls.sim"));
        Finding finding = plan.Findings.Single(one => one.RuleId == "LICENSE-SERVER-KIND");
        Assert.True(finding.Blocks);
        Assert.Contains("16.0", finding.Message);
        Assert.Equal(ChangeOutcome.Blocked, (await lab.ApplyAsync(Legacy(lab, "gridls.sim"))).Outcome);
        Assert.Equal("no\n", await lab.SaysAsync("[ -e /etc/nvidia/gridd.conf ] && echo yes || echo no"));
    }

    [Fact]
    public async Task WithoutADriver_OrWithAStockOne_NothingIsConfigured()
    {
        using GuestDriverLab bare = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        Assert.Equal("GuestDriverMissing", (await bare.PlanAsync(Legacy(bare, "gridls.sim"))).Findings.Single().ErrorId);

        using GuestDriverLab whole = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        whole.Drivers.Install(whole.Vm, GuestDriverLab.Stock);
        Assert.Equal("LicenseServiceMissing", (await whole.PlanAsync(Legacy(whole, "gridls.sim"))).Findings.Single().ErrorId);
    }

    [Fact]
    public async Task AWholeGpu_IsLicensedForTheProductThatIsNamed()
    {
        using GuestDriverLab lab = await GuestDriverLab.WholeAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, Late);
        string token = Token();
        Assert.Equal("LicenseFeatureNeeded", (await lab.PlanAsync(ByToken(lab, token))).Findings.Single().ErrorId);

        ChangeResult result = await lab.ApplyAsync(ByToken(lab, token, LicenseFeature.VirtualComputeServer));

        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        Assert.Contains("NVIDIA Virtual Compute Server", result.Message);
    }

    [Fact]
    public async Task ATokenThatWasChanged_SinceThePlan_IsNotTaken()
    {
        using GuestDriverLab lab = await ReadyAsync(Late);
        string token = Token();
        ChangeIntent intent = ByToken(lab, token);
        File.WriteAllText(token, "x.y.z");
        Assert.Equal("TokenChanged", (await lab.ApplyAsync(intent)).Error!.Id);
        Assert.Equal("", await lab.SaysAsync("ls /etc/nvidia/ClientConfigToken"));
    }

    [Fact]
    public async Task ADamagedToken_IsSaid()
    {
        using GuestDriverLab lab = await ReadyAsync(Late);
        string token = Path.Combine(_folder, "client_configuration_token_bad.tok");
        File.WriteAllText(token, "eyJhbGciOiJSUzI1NiJ9.eyJ4IjoxfQ.c2lnbmF0dXJl");
        Assert.Equal("LicenseTokenInvalid", (await lab.ApplyAsync(ByToken(lab, token))).Error!.Id);
    }

    [Fact]
    public async Task WithoutWaiting_ItSaysThatItDidNotWait()
    {
        using GuestDriverLab lab = await ReadyAsync(Late);
        ChangeResult result = await lab.ApplyAsync(VgpuLicenseIntents.Token([lab.Target], Token(), null, false, s_none, timeoutSeconds: 0));
        Assert.True(result.Outcome is ChangeOutcome.Pending or ChangeOutcome.Done);
    }

    [Fact]
    public async Task AUserWithoutRootsRights_ChangesNothing()
    {
        using GuestDriverLab lab = await ReadyAsync(Late);
        ChangeIntent intent = ByToken(lab, Token());
        ChangeResult result = await lab.ApplyAsync(intent, "guest");
        Assert.Equal(ChangeOutcome.Failed, result.Outcome == ChangeOutcome.Blocked ? ChangeOutcome.Failed : result.Outcome);
        Assert.Equal("", await lab.SaysAsync("ls /etc/nvidia/ClientConfigToken"));
    }

    [Theory]
    [InlineData("471.68_grid_win10_server2016_server2019_64bit_international.exe", true)]
    [InlineData("471.68_grid_win10_server2016_server2019_64bit_international.exe", false)]
    public async Task OnWindows_RegistryAndServiceLeadToALicence(string driver, bool isNls)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync("windows2019srv_64Guest", clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, driver);

        // The folder of the token is made where it is not there.
        const string Folder = "/C:/Program Files/NVIDIA Corporation/vGPU Licensing";
        lab.Change(guest => guest.Files.Remove(Folder));
        ChangeResult result = await lab.ApplyAsync(isNls ? ByToken(lab, Token()) : Legacy(lab, "gridls.sim"), "Administrator");
        lab.Change(guest => Assert.Equal(isNls, guest.Files.Exists(Folder + "/ClientConfigToken")));
        Assert.Equal((ChangeOutcome.Done, null), (result.Outcome, result.Error?.Message));
        VgpuLicense license = await ReadAsync(lab, "Administrator");
        Assert.Equal((VgpuLicenseStatus.Licensed, isNls ? LicenseServerKind.Nls : LicenseServerKind.Legacy, LicenseFeature.VirtualGpu), (license.Status, license.ServerKind, license.Feature));
        Assert.True((await lab.PlanAsync(isNls ? ByToken(lab, Token()) : Legacy(lab, "gridls.sim"), "Administrator")).IsEmpty);
    }

    [Theory]
    [InlineData("http://gridls.sim")]
    [InlineData("gridls.sim:7070 ")]
    [InlineData("a b")]
    [InlineData("x\nFeatureType=4")]
    [InlineData("-x")]
    [InlineData("")]
    public void WhatIsNoServer_IsRefused(string server)
    {
        if (server.StartsWith("gridls.sim:", StringComparison.Ordinal))
        {
            // An IPv6 address has colons too.
            Assert.NotNull(VgpuLicenseIntents.Legacy([], server, null, null, null, null, false, s_none));
            return;
        }

        Assert.Equal("LicenseServerInvalid", Assert.Throws<GpuVSphereException>(() => VgpuLicenseIntents.Legacy([], server, null, null, null, null, false, s_none)).Id);
    }

    [Fact]
    public void WhatIsNoToken_IsRefused()
    {
        Assert.Equal("TokenNotFound", Assert.Throws<GpuVSphereException>(() => VgpuLicenseIntents.Token([], Path.Combine(_folder, "none.tok"), null, false, s_none)).Id);
        string page = Path.Combine(_folder, "page.tok");
        File.WriteAllText(page, "<html>not found</html>");
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => VgpuLicenseIntents.Token([], page, null, false, s_none));
        Assert.Equal("TokenInvalid", error.Id);
        Assert.DoesNotContain("html", error.Message);
    }

    private static string LicenseWordsOf(string errorId) => errorId switch
    {
        "LicenseNoneLeft" => "NoLicense",
        _ => errorId.Substring("License".Length),
    };

    // A guest whose driver the host's manager takes: vGPU 13, which knows both kinds of server, or 16.
    private static async Task<GuestDriverLab> ReadyAsync(string driver)
    {
        GuestDriverLab lab = driver == Late ? await GuestDriverLab.VgpuAsync("ubuntu64Guest", "grid_v100d-8q", "v70-01", Speed) : await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, driver);
        return lab;
    }

    private string Token()
    {
        string path = Path.Combine(_folder, "client_configuration_token_new.tok");
        File.WriteAllText(path, SimulatorLicensing.Token());
        return path;
    }

    private static ChangeIntent Legacy(GuestDriverLab lab, string server) => VgpuLicenseIntents.Legacy([lab.Target], server, null, null, null, null, false, s_none);

    private static ChangeIntent ByToken(GuestDriverLab lab, string token, LicenseFeature? feature = null) => VgpuLicenseIntents.Token([lab.Target], token, feature, false, s_none);

    private static async Task<VgpuLicense> ReadAsync(GuestDriverLab lab, string user = "admin")
    {
        (VgpuLicense? license, GpuVSphereException? error) = Assert.Single(await VgpuLicenseReader.ReadAsync(lab.Context(user), [lab.Target], CancellationToken.None));
        Assert.Null(error);
        return license!;
    }
}
