using System;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Operations;

namespace GpuVSphere.Peers.Tests;

/// <summary>What keeps an operation from a guest that is reached by a real sshd: each is said in words, and nothing of the guest is changed.</summary>
public sealed class SshGuestTroubleTests
{
    private const string Vm = "client-01";

    [SkippableFact]
    public async Task A_host_key_that_is_not_known_or_another_than_known_is_shown_by_its_fingerprint()
    {
        using GuestLab lab = await StartAsync();
        GuestMachine guest = lab.Guest(Vm);
        guest.Knows(null);
        Finding unknown = await BlockedAsync(lab);
        Assert.Equal("SshHostKeyUnknown", unknown.ErrorId);
        Assert.Contains(guest.Fingerprint("host"), unknown.Message, StringComparison.Ordinal);
        Assert.Contains("ssh ", unknown.NextStep, StringComparison.Ordinal);

        guest.Knows("other_host");
        Finding changed = await BlockedAsync(lab);
        Assert.Equal("SshHostKeyChanged", changed.ErrorId);
        Assert.Contains(guest.Fingerprint("host"), changed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Accepted", guest.Log, StringComparison.Ordinal);
        Assert.Null(guest.Read("/etc/nvidia/gridd.conf"));
    }

    [SkippableFact]
    public async Task Who_cannot_log_in_or_not_be_root_is_told_so_before_anything_is_done()
    {
        using GuestLab lab = await StartAsync();
        GuestMachine guest = lab.Guest(Vm);
        lab.User = "admin";
        lab.Password = "not the password";
        Finding denied = await BlockedAsync(lab);
        Assert.Equal("SshAuthenticationFailed", denied.ErrorId);
        Assert.Contains("-GuestCredential", denied.NextStep, StringComparison.Ordinal);

        // One who may log in, and is not one of sudo's.
        lab.User = "guest";
        lab.Password = GuestMachine.Password;
        Finding noSudo = await BlockedAsync(lab);
        Assert.Equal("GuestNotRoot", noSudo.ErrorId);
        Assert.Contains("guest cannot be root in client-01: guest is not in the sudoers file", noSudo.Message, StringComparison.Ordinal);

        // The connection is there, by a key, and the password that is given for sudo is wrong.
        lab.User = "admin";
        lab.Reuse();
        lab.Password = "not the password";
        Finding wrong = await BlockedAsync(lab);
        Assert.Equal("GuestNotRoot", wrong.ErrorId);
        Assert.Contains("sudo: 1 incorrect password attempt", wrong.Message, StringComparison.Ordinal);
        Assert.Null(guest.Read("/etc/nvidia/gridd.conf"));
        Assert.Empty(guest.Holding("not the password"));
        Assert.Empty(guest.Leftovers());

        // With a key alone and a sudo that asks for none, all is well; also for those whose client keeps connections for later by itself.
        lab.Password = null;
        lab.Unuse();
        lab.Configures = $"Host *\n  ControlMaster auto\n  ControlPersist 600\n  ControlPath {lab.Folder}/kept\n";
        guest.Write("/etc/sudoers", "admin ALL=(ALL:ALL) NOPASSWD: ALL\n");
        Assert.DoesNotContain((await lab.PlanAsync(Intent(lab))).Findings, finding => finding.Blocks);
    }

    private static Task<GuestLab> StartAsync() => GuestLab.StartAsync("guests", 1, (Vm, GuestLab.VgpuDevice + "\n" + GuestLab.Installed("470.63.01", "grid")));

    private static ChangeIntent Intent(GuestLab lab) => VgpuLicenseIntents.Legacy(lab.Vms(Vm), "127.0.0.1", 7070, null, null, null, false, new GuestChangeOptions());

    private static async Task<Finding> BlockedAsync(GuestLab lab) => Assert.Single((await lab.PlanAsync(Intent(lab))).Findings, finding => finding.Blocks);
}
