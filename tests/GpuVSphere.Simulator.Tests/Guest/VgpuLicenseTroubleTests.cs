using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Tests.Hosts;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Licences that do not come, and guests that are not as the guide has them: gridd.conf without a template, silent servers, wrong clocks, services that do not run.</summary>
public sealed class VgpuLicenseTroubleTests : IDisposable
{
    private const double Speed = 60;

    private const string Vgpu11 = "NVIDIA-Linux-x86_64-450.119.03-grid.run";
    private const string Vgpu13 = "NVIDIA-Linux-x86_64-470.63.01-grid.run";
    private const string Vgpu16 = "NVIDIA-Linux-x86_64-535.54.03-grid.run";

    private static readonly GuestChangeOptions s_none = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task WithoutATemplate_GriddConfIsMadeAnew()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu13);
        await lab.SaysAsync("rm /etc/nvidia/gridd.conf.template");

        ChangeResult done = await lab.ApplyAsync(Legacy(lab));

        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Contains(done.Changes, change => change is { Property: "gridd.conf", Before: null, After: "made anew" });
        Assert.Equal("ServerAddress=gridls.sim\nFeatureType=1\n", await lab.SaysAsync("cat /etc/nvidia/gridd.conf"));
        Assert.Equal("644 root\n", await lab.SaysAsync("stat -c '%a %U' /etc/nvidia/gridd.conf"));
    }

    [Fact]
    public async Task AnExistingFile_KeepsItsCommentsSettingsAndMode()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu13);
        await lab.SaysAsync("printf '# ours\\nServerAddress=old # of 2019\\nEnableUI=TRUE\\nFeatureType=2\\n' > /etc/nvidia/gridd.conf; chmod 640 /etc/nvidia/gridd.conf");

        ChangeResult done = await lab.ApplyAsync(Legacy(lab));

        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Equal("# ours\n# of 2019\nServerAddress=gridls.sim\nEnableUI=TRUE\nFeatureType=2\n", await lab.SaysAsync("cat /etc/nvidia/gridd.conf"));
        Assert.Equal("640 root\n", await lab.SaysAsync("stat -c '%a %U' /etc/nvidia/gridd.conf"));
    }

    [Theory]
    [InlineData("ubuntu64Guest", "/var/log/syslog")]
    [InlineData("rhel8_64Guest", "/var/log/messages")]
    [InlineData("centos7_64Guest", "/var/log/messages")]
    [InlineData("rhel8_64Guest", "the journal")]
    public async Task TheReasonOfARefusal_IsReadWhereTheGuestWritesIt(string guestId, string log)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(guestId, clockSpeed: Speed);
        lab.Order(orders => orders.HasNoLogFile = log == "the journal");
        lab.Drivers.Install(lab.Vm, Vgpu13);
        await lab.SaysAsync("rm -f /var/log/syslog" + (log == "the journal" ? " /var/log/messages" : string.Empty));
        lab.Lab.Simulator.Licensing.Own(SimulatorLicensing.LegacyServer, 0);

        ChangeResult refused = await lab.ApplyAsync(Legacy(lab));

        // The daemon asks again by itself every half minute: it must not have the licence before it is planned for.
        await lab.SaysAsync("systemctl stop nvidia-gridd");
        lab.Lab.Simulator.Licensing.Own(SimulatorLicensing.LegacyServer, 1);
        ChangeResult done = await lab.ApplyAsync(Legacy(lab));

        Assert.Equal((ChangeOutcome.Failed, "LicenseNoneLeft"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains("No pool features found", refused.Message, StringComparison.Ordinal);
        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Contains("by http://gridls.sim:7070/request", done.Message, StringComparison.Ordinal);
        lab.Change(guest => Assert.Equal(log != "the journal", guest.Files.Exists(log)));
    }

    [Fact]
    public async Task AServerThatNeverAnswers_IsWaitedForUntilTheTimeIsOver()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);
        lab.Lab.Simulator.Licensing.Silent(SimulatorLicensing.CloudServer, true);

        ChangeResult result = await lab.ApplyAsync(ByToken(lab, Token(), timeoutSeconds: 90));

        Assert.Equal((ChangeOutcome.Failed, "LicenseNotAcquired", GpuErrorCategory.Timeout, lab.Vm), (result.Outcome, result.Error!.Id, result.Error.Category, result.Error.Target));
        Assert.Contains("It asks for the licence now. 90 seconds were waited.", result.Message, StringComparison.Ordinal);
        Assert.Contains($"Get-VgpuLicense -VM {lab.Vm}", result.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARefusalThatNobodyKnows_KeepsItsWords()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);
        lab.Lab.Simulator.Licensing.Refuse(SimulatorLicensing.CloudServer, "Scope reference is quarantined (0x2a)");

        ChangeResult result = await lab.ApplyAsync(ByToken(lab, Token()));

        Assert.Equal((ChangeOutcome.Failed, "LicenseRefused"), (result.Outcome, result.Error!.Id));
        Assert.Contains("Scope reference is quarantined (0x2a)", result.Message, StringComparison.Ordinal);
        Assert.Contains("licence server's own log", result.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGuestWhoseClockIsWrong_IsWarnedOfBefore_AndToldAfterwards()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);
        lab.Order(orders => orders.ClockSkew = TimeSpan.FromHours(-30));

        ChangePlan plan = await lab.PlanAsync(ByToken(lab, Token()));
        ChangeResult result = await lab.ApplyAsync(ByToken(lab, Token()));

        Finding warned = Assert.Single(plan.Findings, finding => finding.RuleId == "LICENSE-CLOCK");
        Assert.Equal(FindingSeverity.Warning, warned.Severity);
        Assert.Contains("hours behind", warned.Message, StringComparison.Ordinal);
        Assert.Equal((ChangeOutcome.Failed, "LicenseClockSkew"), (result.Outcome, result.Error!.Id));
        Assert.Contains("hours behind the vSphere server", result.Message, StringComparison.Ordinal);
        Assert.Contains("chrony", result.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AToken_ForADriverThatKnowsNone_IsRefusedBeforeAnythingIsTouched()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu11);

        ChangeResult result = await lab.ApplyAsync(ByToken(lab, Token()));

        Assert.Equal((ChangeOutcome.Blocked, "LicenseServerKindWrong"), (result.Outcome, result.Error!.Id));
        Assert.Contains("11.", result.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, (await lab.RunAsync("ls /etc/nvidia/ClientConfigToken/*.tok")).ExitCode);
        Assert.Equal(ChangeOutcome.Done, (await lab.ApplyAsync(Legacy(lab))).Outcome);
    }

    [Fact]
    public async Task ALegacyServerAlone_LeavesALaterDriverWithoutItsToken()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);

        ChangeResult result = await lab.ApplyAsync(VgpuLicenseIntents.Legacy([lab.Target], "gridls.sim", null, null, null, null, false, new GuestChangeOptions { SkipRules = ["LICENSE-SERVER-KIND"] }));
        VgpuLicense license = await ReadAsync(lab);

        Assert.Equal((ChangeOutcome.Failed, "LicenseTokenMissing"), (result.Outcome, result.Error!.Id));
        Assert.Contains("Unable to fetch the client configuration token", result.Message, StringComparison.Ordinal);
        Assert.Contains($"Set-VgpuLicense -VM {lab.Vm} -TokenPath <token>", result.Error.NextStep, StringComparison.Ordinal);
        Assert.Equal((VgpuLicenseStatus.Unlicensed, LicenseTrouble.TokenMissing), (license.Status, license.Trouble));
    }

    [Fact]
    public async Task AServiceThatDoesNotRun_IsSaid_AndOneThatCannotBeRestartedAsWell()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);
        Assert.Equal(ChangeOutcome.Done, (await lab.ApplyAsync(ByToken(lab, Token()))).Outcome);
        await lab.SaysAsync("systemctl stop nvidia-gridd");
        await Eventually.IsTrueAsync(async () => (await ReadAsync(lab)).Status == VgpuLicenseStatus.Unlicensed);

        VgpuLicense stopped = await ReadAsync(lab);
        await lab.SaysAsync("rm /usr/lib/systemd/system/nvidia-gridd.service");
        ChangeResult result = await lab.ApplyAsync(ByToken(lab, Token()));

        Assert.Equal((LicenseTrouble.ServiceNotRunning, false), (stopped.Trouble, stopped.IsServiceRunning));
        Assert.Contains($"Set-VgpuLicense -VM {lab.Vm} restarts it", stopped.NextStep, StringComparison.Ordinal);
        Assert.Equal((ChangeOutcome.Failed, "LicenseRestartFailed", lab.Vm), (result.Outcome, result.Error!.Id, result.Error.Target));
        Assert.Contains("What was configured stays", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "LicenseNotConfigured", "-TokenPath <token>")]
    [InlineData(false, "LicenseServiceNotRunning", "restarts it")]
    public async Task WhatTheGuestDidNotKeep_IsTheReasonThatIsTold(bool losesFile, string id, string next)
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu13);
        await lab.SaysAsync("systemctl stop nvidia-gridd; rm -f /etc/nvidia/gridd.conf /var/log/syslog");
        OperationContext context = new([lab.Session], lab.Lab.Simulator.Clock, lab.State)
        {
            Guests = new ForgetfulShells(lab.Guests("admin"), path => losesFile && path == "/etc/nvidia/gridd.conf", line => !losesFile && line.Contains("restart nvidia-gridd", StringComparison.Ordinal)),
        };
        IGpuOperation operation = GpuOperations.Create(Legacy(lab), context);

        ChangeResult failed = Assert.Single(await operation.ApplyAsync(await operation.PlanAsync(CancellationToken.None), new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Failed, id, lab.Vm), (failed.Outcome, failed.Error!.Id, failed.Error.Target));
        Assert.Contains(next, failed.Error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatCannotBeMade_IsSaid_AndTheTokenIsNowhere()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);
        await lab.SaysAsync("rmdir /etc/nvidia/ClientConfigToken; echo x > /etc/nvidia/ClientConfigToken");
        string token = Token();

        ChangeResult result = await lab.ApplyAsync(ByToken(lab, token));

        Assert.Equal((ChangeOutcome.Failed, "LicenseWriteFailed", lab.Vm), (result.Outcome, result.Error!.Id, result.Error.Target));
        string secret = File.ReadAllText(token);
        lab.Change(guest => Assert.DoesNotContain(guest.Files.Below("/").Where(path => !path.StartsWith("/proc", StringComparison.Ordinal)), path => guest.Files.Text(path)!.Contains(secret, StringComparison.Ordinal)));
        Assert.DoesNotContain(secret, result.Message + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostileNameOfATokensFile_IsMadePlain_AndReachesNoShell()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);
        string path = Path.Combine(_folder, "it's $(touch owned); `touch owned`.tok");
        File.WriteAllText(path, SimulatorLicensing.Token());

        ChangeResult done = await lab.ApplyAsync(ByToken(lab, path));

        Assert.True(done.Outcome == ChangeOutcome.Done, $"{done.Outcome}: {done.Message}");
        Assert.Equal("client_configuration_token_it_s___touch_owned____touch_owned_.tok\n", await lab.SaysAsync("ls /etc/nvidia/ClientConfigToken"));
        lab.Change(guest => Assert.DoesNotContain(guest.Files.Below("/"), file => file.EndsWith("/owned", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TheToken_IsOnNoCommandLine_AndInNoLineOfTheFeedback()
    {
        using GuestDriverLab lab = await ReadyAsync(Vgpu16);
        string token = Token();
        LabFeedback feedback = new();

        ChangeResult done = await lab.ApplyAsync(ByToken(lab, token), feedback: feedback);

        Assert.Equal(ChangeOutcome.Done, done.Outcome);
        string secret = File.ReadAllText(token);
        lab.Change(guest => Assert.DoesNotContain(guest.CommandHistory, line => line.Contains(secret, StringComparison.Ordinal)));
        Assert.DoesNotContain(secret, string.Join("\n", feedback.VerboseLines.Concat(feedback.Statuses).Concat(feedback.Warnings)), StringComparison.Ordinal);
    }

    // A guest whose driver the host's manager takes.
    private static async Task<GuestDriverLab> ReadyAsync(string driver)
    {
        GuestDriverLab lab = driver == Vgpu16 ? await GuestDriverLab.VgpuAsync("ubuntu64Guest", "grid_v100d-8q", "v70-01", Speed) : await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, driver);
        return lab;
    }

    private string Token()
    {
        string path = Path.Combine(_folder, "client_configuration_token_new.tok");
        File.WriteAllText(path, SimulatorLicensing.Token());
        return path;
    }

    private static ChangeIntent Legacy(GuestDriverLab lab) => VgpuLicenseIntents.Legacy([lab.Target], SimulatorLicensing.LegacyServer, null, null, null, null, false, s_none);

    private static ChangeIntent ByToken(GuestDriverLab lab, string token, int timeoutSeconds = VgpuLicenseIntents.DefaultTimeoutSeconds) => VgpuLicenseIntents.Token([lab.Target], token, null, false, s_none, timeoutSeconds);

    private static async Task<VgpuLicense> ReadAsync(GuestDriverLab lab)
    {
        (VgpuLicense? license, GpuVSphereException? error) = Assert.Single(await VgpuLicenseReader.ReadAsync(lab.Context(), [lab.Target], CancellationToken.None));
        Assert.Null(error);
        return license!;
    }
}
