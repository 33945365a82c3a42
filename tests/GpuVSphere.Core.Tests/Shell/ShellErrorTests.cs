using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Shell;

public sealed class ShellErrorTests
{
    [Fact]
    public async Task Without_a_way_to_the_shell_of_a_host_nothing_is_asked_of_the_server()
    {
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => HostShellAccess.UseAsync(
            null!, FakeSsh.Host.Host, "esx01", null, (_, _) => Task.FromResult(0), new HostShellNotes(), CancellationToken.None));
        Assert.Equal(("HostShellMissing", "esx01"), (error.Id, error.Target));
    }

    [SkippableFact]
    public async Task A_password_that_cannot_be_given_to_the_client_leads_to_keys_for_guests_too()
    {
        // Nothing else makes the program that the client asks on Windows.
        Skip.If(OperatingSystem.IsWindows(), "Windows has the compiler.");
        using ShellCredential login = FakeSsh.Login("admin", "secret");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => WindowsAskPass.CreateAsync(login, CancellationToken.None));
        Assert.Equal("SshPasswordNotPossible", error.Id);
        Assert.Contains("compiler", error.Message, StringComparison.Ordinal);
        GpuVSphereException ofGuest = GuestErrors.OfSsh(error, "gpu-01", "admin@gpu-01");
        Assert.Equal(("SshPasswordNotPossible", "gpu-01"), (ofGuest.Id, ofGuest.Target));
        Assert.Contains("Log in with a key", ofGuest.NextStep, StringComparison.Ordinal);
    }
}
