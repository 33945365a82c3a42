using System;
using System.IO;
using System.Linq;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Guest;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class LicenseLogTests
{
    [SkippableFact]
    public void The_real_logs_are_read()
    {
        LicenseLogVerdict nls = LicenseLog.Read(File.ReadAllText(Samples.Require("gridd-log-nls-dls.txt")));
        Assert.Equal(LicenseLogState.Acquired, nls.State);
        Assert.Equal("lisens88.uib.no", nls.Server);
        Assert.Equal("NVIDIA RTX Virtual Workstation", nls.Product);
        Assert.Equal(new DateTimeOffset(2024, 10, 19, 7, 3, 42, TimeSpan.Zero), nls.Expiry);

        LicenseLogVerdict bare = LicenseLog.Read(File.ReadAllText(Samples.Require("gridd-log-misconfigured.txt")));
        Assert.Equal((LicenseLogState.Refused, LicenseTrouble.NotConfigured), (bare.State, bare.Trouble));
    }

    [Theory]
    [InlineData("Configuration parameter ( ServerAddress  FeatureType) not set", LicenseTrouble.NotConfigured)]
    [InlineData("Failed to open file /etc/nvidia/gridd.conf (No such file or directory)", LicenseTrouble.NotConfigured)]
    [InlineData("Invalid feature type requested", LicenseTrouble.FeatureTypeInvalid)]
    [InlineData("Unable to fetch the client configuration token file", LicenseTrouble.TokenMissing)]
    [InlineData("Failed to decode signature from token received", LicenseTrouble.TokenInvalid)]
    [InlineData("Failed to read configurations from client configuration token (Error: bad)", LicenseTrouble.TokenInvalid)]
    [InlineData("Failed to acquire license from dls01 (Info: NVIDIA Virtual PC - Error: No pool features found for : NVIDIA Virtual PC)", LicenseTrouble.NoLicense)]
    [InlineData("Failed to acquire license from dls01 (Info: NVIDIA Virtual PC - Error: The allowed time to process response has expired)", LicenseTrouble.ClockSkew)]
    [InlineData("Failed to acquire license from dls01 (Info: NVIDIA Virtual PC - Error: Couldn't connect to server)", LicenseTrouble.ServerUnreachable)]
    [InlineData("Failed to acquire license from dls01", LicenseTrouble.Refused)]
    [InlineData("Failed to acquire NVIDIA GRID Virtual Workstation license.", LicenseTrouble.Refused)]
    [InlineData("System clock windback detected", LicenseTrouble.ClockSkew)]
    public void A_refusal_says_why(string said, LicenseTrouble trouble)
    {
        LicenseLogVerdict verdict = LicenseLog.Read($"Oct 18 06:55:46 vm nvidia-gridd[1985]: {said}\n");
        Assert.Equal((LicenseLogState.Refused, trouble, said), (verdict.State, verdict.Trouble, verdict.Line));
    }

    [Fact]
    public void The_daemon_on_Windows_says_the_same_in_its_own_file()
    {
        LicenseLogVerdict verdict = LicenseLog.Read(
            "Tue Jan 21 19:54:14 2025:<1>:Failed to acquire license from api.cls.licensing.nvidia.com (Info: NVIDIA RTX Virtual Workstation - Error: No pool features found for : NVIDIA RTX Virtual Workstation)\r\n");
        Assert.Equal((LicenseTrouble.NoLicense, "api.cls.licensing.nvidia.com", "NVIDIA RTX Virtual Workstation"), (verdict.Trouble, verdict.Server, verdict.Product));
    }

    [Fact]
    public void The_oldest_daemon_names_a_url_and_says_it_in_two_lines()
    {
        LicenseLogVerdict verdict = LicenseLog.Read(
            "Oct 5 15:04:45 localhost nvidia-gridd: Started (16224)\nOct 5 15:05:17 localhost nvidia-gridd: License acquired successfully. Server URL : http://10.1.2.3:7070/request\n"
            + "Oct 5 15:05:17 localhost nvidia-gridd: Your system is licensed for GRID vGPU.\n");
        Assert.Equal((LicenseLogState.Acquired, "http://10.1.2.3:7070/request"), (verdict.State, verdict.Server));
        Assert.StartsWith("License acquired", verdict.Line);

        LicenseLogVerdict legacy = LicenseLog.Read("x nvidia-gridd[1]: License acquired successfully. (Info: http://10.1.2.3:7070/request; GRID-Virtual-WS,2.0)\n");
        Assert.Equal(("http://10.1.2.3:7070/request", "GRID-Virtual-WS,2.0"), (legacy.Server, legacy.Product));
    }

    [Fact]
    public void A_missing_address_is_no_refusal_where_a_token_serves()
    {
        const string Log = """
            a nvidia-gridd[2986]: Configuration parameter ( ServerAddress  ) not set
            a nvidia-gridd[2986]: vGPU Software package (0)
            a nvidia-gridd[2986]: NLS initialized
            a nvidia-gridd[2986]: Acquiring license. (Info: dls01; NVIDIA RTX Virtual Workstation)
            """;
        Assert.Equal((LicenseLogState.Acquiring, "dls01"), (LicenseLog.Read(Log).State, LicenseLog.Read(Log).Server));
    }

    [Fact]
    public void One_that_asks_again_is_still_refused_until_it_is_licensed()
    {
        const string Refused = "a nvidia-gridd[1]: Started (1)\na nvidia-gridd[1]: Acquiring license. (Info: gridls; vWS)\na nvidia-gridd[1]: Failed to acquire license from gridls (Info: vWS - Error: Couldn't connect to server)\n";
        const string Again = "a nvidia-gridd[1]: Acquiring license. (Info: gridls; vWS)\n";

        LicenseLogVerdict verdict = LicenseLog.Read(Refused + Again);
        Assert.Equal((LicenseLogState.Refused, LicenseTrouble.ServerUnreachable, 1), (verdict.State, verdict.Trouble, verdict.Refusals));
        Assert.Equal(LicenseLogState.Acquired, LicenseLog.Read(Refused + Again + "a nvidia-gridd[1]: License acquired successfully. (Info: gridls, vWS; Expiry: 2024-10-19 7:3:42 GMT)\n").State);
        Assert.Equal(LicenseTrouble.Refused, LicenseLog.Read(Refused + Again + "a nvidia-gridd[1]: Failed to acquire license from other (Info: vWS - Error: quarantined)\n").Trouble);
        Assert.Equal(LicenseLogState.Acquiring, LicenseLog.Read(Refused + "a nvidia-gridd[2]: Started (2)\n" + Again).State);
    }

    [Fact]
    public void What_it_said_before_it_was_last_started_does_not_count()
    {
        const string Log = "a nvidia-gridd[1]: Started (1)\na nvidia-gridd[1]: License acquired successfully. (Info: dls01, P; Expiry: 2026-4-3 19:11:16 GMT)\na nvidia-gridd[2]: Started (2)\n";
        Assert.Equal(LicenseLogState.Silent, LicenseLog.Read(Log).State);
        Assert.Equal(LicenseLogState.Silent, LicenseLog.Read("a systemd[1]: Started NVIDIA Grid Daemon.\n").State);
    }

    [Fact]
    public void The_line_that_says_why_wins_over_the_one_that_says_that()
    {
        LicenseLogVerdict verdict = LicenseLog.Read(
            "a nvidia-gridd: Failed to update local trusted store\na nvidia-gridd: System clock windback detected\na nvidia-gridd: Failed to register client (2)\na nvidia-gridd: Failed to acquire license from dls01\n");
        Assert.Equal((LicenseTrouble.ClockSkew, "dls01", 1), (verdict.Trouble, verdict.Server, verdict.Refusals));
    }

    [Theory]
    [InlineData("a\nb\n", "a\nb\nc\n", "c")]
    [InlineData("a\nb\n", "b\nc\n", "c")]
    [InlineData("", "c\n", "c")]
    [InlineData("a\nb\n", "c\n", "c")]
    [InlineData("a\nb\n", "a\nb\n", "")]
    public void Only_what_came_since_counts(string before, string now, string expected) => Assert.Equal(expected, LicenseLog.Since(before, now).Trim());

    [Fact]
    public void Each_trouble_has_words_a_next_step_and_an_error_of_its_own()
    {
        LicenseTrouble[] all = [.. Enum.GetValues<LicenseTrouble>().Where(trouble => trouble != LicenseTrouble.None)];
        Assert.Equal(all.Length, all.Select(LicenseWords.ErrorId).Distinct().Count());
        foreach (LicenseTrouble trouble in all)
        {
            (string? reason, string? nextStep) = LicenseWords.Explain(trouble, "vm1", "dls01", "P", "words of the log", TimeSpan.FromHours(3));
            Assert.EndsWith(trouble == LicenseTrouble.NotConfigured ? "." : "words of the log", reason);
            Assert.False(string.IsNullOrEmpty(nextStep));
        }

        Assert.Contains("3 hours ahead", LicenseWords.Explain(LicenseTrouble.ClockSkew, "vm1", null, null, null, TimeSpan.FromHours(3)).Reason);
        Assert.DoesNotContain("ahead", LicenseWords.Explain(LicenseTrouble.ClockSkew, "vm1", null, null, null, TimeSpan.FromSeconds(3)).Reason);
    }
}
