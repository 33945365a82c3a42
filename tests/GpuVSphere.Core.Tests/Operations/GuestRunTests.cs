using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Operations;

public sealed class GuestRunTests
{
    [Fact]
    public async Task A_guest_that_may_not_be_rebooted_is_not()
    {
        FakeGuest guest = new();
        using GuestRun run = Run(guest);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => run.RebootAsync(CancellationToken.None));
        Assert.Equal(("RebootNotAllowed", "gpu-01"), (error.Id, error.Target));
        Assert.Contains("-Reboot", error.NextStep, System.StringComparison.Ordinal);
        Assert.Empty(guest.Ran);
    }

    [Fact]
    public async Task A_command_that_fails_is_told_with_its_last_words_and_how_to_look()
    {
        using GuestRun run = Run(new FakeGuest().On("dracut --force", "working\n", 1, "no room\nfailed: /boot is full\n"));
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => run.RunAsync("The image could not be built", new GuestCommand("dracut --force"), CancellationToken.None));
        Assert.Equal(("GuestCommandFailed", "gpu-01", "The image could not be built in gpu-01: failed: /boot is full"), (error.Id, error.Target, error.Message));
        Assert.EndsWith("dracut --force", error.NextStep, System.StringComparison.Ordinal);
    }

    private static GuestRun Run(FakeGuest guest)
    {
        PlanTarget target = new(new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), "gpu-01", "vcenter");
        GuestSubject subject = new()
        {
            Intent = new IntentTarget(target, new Dictionary<string, string>()),
            Session = null!,
            Vm = null!,
            State = null!,
            Shell = guest,
            System = new GuestSystem(),
        };
        return new GuestRun(subject, new OperationContext([], new InstantClock(), "unused"), new GuestChangeOptions(), ChangeFeedback.None, _ => { });
    }
}
