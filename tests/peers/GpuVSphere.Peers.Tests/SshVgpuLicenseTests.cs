using System;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;

namespace GpuVSphere.Peers.Tests;

/// <summary>Set-VgpuLicense's operation and Get-VgpuLicense over a real sshd: gridd.conf, the token's file, the service and its log are those of a guest of its own.</summary>
public sealed class SshVgpuLicenseTests
{
    private const string Vm = "client-01";

    // Of the quick clock: half a minute.
    private const int Patience = 600;

    private static readonly GuestChangeOptions s_none = new();

    [SkippableFact]
    public async Task A_legacy_server_refuses_in_words_and_then_gives_the_licence()
    {
        using LicenseServer server = new() { Answer = "No licenses left" };
        using GuestLab lab = await StartAsync(string.Empty);
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        VgpuLicense before = await ReadAsync(lab);
        Assert.Equal((VgpuLicenseStatus.Unlicensed, LicenseTrouble.NotConfigured), (before.Status, before.Trouble));

        GpuVSphereException refused = await lab.FailsAsync(Legacy(lab, server.Port));

        Assert.Equal("LicenseNoneLeft", refused.Id);
        Assert.Contains("127.0.0.1 has no free licence of NVIDIA RTX Virtual Workstation", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Error: No licenses left", refused.Message, StringComparison.Ordinal);

        server.Answer = "granted";
        ChangeResult licensed = await lab.DoneAsync(Legacy(lab, server.Port));

        Assert.Contains($"licensed for NVIDIA RTX Virtual Workstation by http://127.0.0.1:{server.Port}/request", licensed.Message, StringComparison.Ordinal);
        VgpuLicense after = await ReadAsync(lab);
        Assert.Equal((VgpuLicenseStatus.Licensed, "127.0.0.1", server.Port, LicenseFeature.VirtualGpu, true), (after.Status, after.ServerAddress, after.ServerPort, after.Feature, after.IsServiceRunning));
        Assert.InRange(after.ClockSkewSeconds!.Value, -30, 30);
        string conf = guest.Read("/etc/nvidia/gridd.conf")!;
        Assert.Contains("#ServerAddress=\nServerAddress=127.0.0.1\n\n# Description: Set License Server port number", conf, StringComparison.Ordinal);
        Assert.Contains("#FeatureType=0\nFeatureType=1\n", conf, StringComparison.Ordinal);
        Assert.Equal("644 root root\n", await lab.AskAsync(Vm, async shell => (await shell.RunAsync(new("stat -c '%a %U %G' /etc/nvidia/gridd.conf"), CancellationToken.None)).Output));
        Assert.True((await lab.PlanAsync(Legacy(lab, server.Port))).IsEmpty);
        Assert.Empty(guest.Leftovers());
    }

    [SkippableFact]
    public async Task A_token_is_placed_and_replaced_and_is_nowhere_else()
    {
        using LicenseServer server = new() { Answer = "granted until 2030-11-22 6:51:17 GMT" };

        // Without a syslog the log is the journal; the old token is one that does not decode, and its folder's name has to be quoted.
        using GuestLab lab = await StartAsync(
            "rm /var/log/syslog; mkdir -p '/etc/nvidia/it'\\''s a $HOME'; echo old > '/etc/nvidia/it'\\''s a $HOME/client_configuration_token_old.tok'; "
            + "printf 'ClientConfigTokenPath=/etc/nvidia/it'\\''s a $HOME\\n' > /etc/nvidia/gridd.conf; chmod 666 /etc/nvidia/gridd.conf; systemctl restart nvidia-gridd; sleep 1");
        lab.User = "admin";
        lab.Password = GuestMachine.Password;
        lab.Reuse();
        GuestMachine guest = lab.Guest(Vm);
        VgpuLicense before = await ReadAsync(lab);
        Assert.Equal((VgpuLicenseStatus.Unlicensed, LicenseTrouble.TokenInvalid), (before.Status, before.Trouble));
        Assert.Equal(["client_configuration_token_old.tok"], before.Tokens);

        const string Key = "T0kenK3yThatNobodySees";
        string secret = Convert.ToBase64String(Encoding.ASCII.GetBytes($"127.0.0.1 {server.Port} {Key}"));
        string signature = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes($"127.0.0.1 {server.Port} {Key}"))).ToLowerInvariant()[..16];
        ChangeIntent intent = VgpuLicenseIntents.Token([lab.Vm(Vm)], lab.File("token.tok", $"header.{secret}.{signature}"), null, false, s_none, Patience);
        ChangePlan plan = await lab.PlanAsync(intent);
        Assert.DoesNotContain(secret, string.Join("\n", plan.Changes.Select(change => change.ToString())), StringComparison.Ordinal);
        ChangeResult result = await lab.DoneAsync(intent);

        Assert.Contains("until 2030-11-22 06:51 UTC", result.Message, StringComparison.Ordinal);
        Assert.Equal([Key], server.Proofs.Distinct());
        VgpuLicense after = await ReadAsync(lab);
        Assert.Equal((VgpuLicenseStatus.Licensed, new DateTimeOffset(2030, 11, 22, 6, 51, 17, TimeSpan.Zero)), (after.Status, after.Expiry));
        Assert.Equal(["client_configuration_token_token.tok"], after.Tokens);
        Assert.Equal(["/etc/nvidia/it's a $HOME/client_configuration_token_token.tok"], guest.Holding(secret));
        Assert.Equal("644 gridd.conf\n744 client_configuration_token_token.tok\n", await lab.AskAsync(Vm, async shell =>
            (await shell.RunAsync(new("cd /etc/nvidia && stat -c '%a %n' gridd.conf && cd it* && stat -c '%a %n' *"), CancellationToken.None)).Output));
        Assert.True((await lab.PlanAsync(intent)).IsEmpty);
        Assert.Empty(guest.Leftovers());
        Assert.Empty(guest.Holding(GuestMachine.Password));
    }

    private static Task<GuestLab> StartAsync(string prepare) =>
        GuestLab.StartAsync("guests", 1, (Vm, GuestLab.VgpuDevice + "\n" + GuestLab.Installed("470.63.01", "grid") + "\n" + prepare));

    private static ChangeIntent Legacy(GuestLab lab, int port) =>
        VgpuLicenseIntents.Legacy([lab.Vm(Vm)], "127.0.0.1", port, null, null, null, false, s_none, Patience);

    private static async Task<VgpuLicense> ReadAsync(GuestLab lab)
    {
        (VgpuLicense? license, GpuVSphereException? error) = Assert.Single(await VgpuLicenseReader.ReadAsync(lab.Context(), [lab.Vm(Vm)], CancellationToken.None));
        Assert.Null(error?.Message);
        return license!;
    }
}
