using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.GuestOs;

public class FakeGuestTests
{
    [Fact]
    public async Task FakeGuest_AnswersWhatIsWritten_KeepsInputs_AndModesOfReplacedFiles()
    {
        FakeGuestShells guests = new() { ["gpu-01"] = new FakeGuest().On("uname -r", "5.15\n").WithFile("/etc/a", "old", "0600", "nobody") };
        using IGuestShell shell = await guests.OpenAsync(AddressOf("gpu-01"), CancellationToken.None);
        using System.Security.SecureString secret = new NetworkCredential("", "key").SecurePassword;

        ShellResult result = await shell.RunAsync(new GuestCommand("uname -r") { Input = secret }, CancellationToken.None);
        await shell.WriteFileAsync("/etc/a", new MemoryStream([1, 2]), 2, GuestFileOptions.Default, CancellationToken.None);

        Assert.Equal(new ShellResult(0, "5.15\n", ""), result);
        Assert.Equal(["key"], guests["gpu-01"].Inputs);
        Assert.Equal("0600", guests["gpu-01"].Files["/etc/a"].Mode);
        Assert.Null(await shell.ReadFileAsync("/etc/b", CancellationToken.None));
        await Assert.ThrowsAnyAsync<System.Exception>(() => shell.RunAsync(new GuestCommand("rm -rf /"), CancellationToken.None));
        await Assert.ThrowsAsync<GpuVSphereException>(() => guests.OpenAsync(AddressOf("other"), CancellationToken.None));
    }

    private static GuestAddress AddressOf(string vm) =>
        new(new VimObjectId("uuid", new ManagedObjectReference("VirtualMachine", "vm-1")), vm, null, GuestFamily.Linux);
}
