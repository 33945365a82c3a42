using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class FlexDirectLicensingTests
{
    private const string Key = "Q7Z1-0042";
    private const string Ready = "Refresh successful. License is ready for use.\n";

    private static readonly FlexDirectProgram s_program = new("flexdirect", "/usr/bin/flexdirect");

    [Fact]
    public async Task One_that_is_licensed_already_is_only_refreshed()
    {
        FakeGuest guest = Asking(_ => Ready);
        Assert.Contains("ready for use", await InitializeAsync(guest, null, false), StringComparison.Ordinal);
        Assert.Empty(guest.Inputs);
        Assert.True(Assert.Single(guest.Commands).AsRoot);
    }

    [Fact]
    public async Task A_key_goes_to_the_standard_input_and_nowhere_else()
    {
        FakeGuest guest = Asking(input => input.StartsWith(Key, StringComparison.Ordinal) ? "Enter your license key: " + Key + "\n" + Ready : "Enter your license key: \nError: no license key was entered");
        string said = await InitializeAsync(guest, Key, true);
        Assert.Equal([Key + "\ny\n"], guest.Inputs);
        Assert.DoesNotContain(Key, said + string.Concat(guest.Ran), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_asks_for_the_terms_first_is_answered_in_that_order()
    {
        FakeGuest guest = Asking(input => input.StartsWith("y\n" + Key, StringComparison.Ordinal) ? Ready : "Do you accept the license agreement? [y/N] \nError: not accepted");
        await InitializeAsync(guest, Key, true);
        Assert.Equal(["y\n" + Key + "\n"], guest.Inputs);
    }

    [Theory]
    [InlineData(null, true, "Enter your license key: ", "FlexDirectKeyNeeded")]
    [InlineData(Key, false, "Do you accept the license agreement? [y/N] ", "FlexDirectTermsNotAccepted")]
    [InlineData(Key, true, "Enter your license key: \nError: the license key Q7Z1-0042 is invalid", "FlexDirectLicenseRefused")]
    [InlineData(null, true, "Error: cannot reach the license server", "FlexDirectLicenseRefused")]
    public async Task What_is_missing_or_refused_is_told_without_the_key(string? key, bool accepts, string says, string id)
    {
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => InitializeAsync(Asking(_ => says), key, accepts));
        Assert.Equal(id, error.Id);
        Assert.DoesNotContain(Key, error.Message + error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terms_that_are_asked_for_behind_the_key_are_told()
    {
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => InitializeAsync(
            Asking(input => input.Length > 0 ? "Enter your license key: \nDo you accept the license agreement? [y/N] \nError: not accepted" : "Enter your license key: "), Key, false));
        Assert.Equal("FlexDirectTermsNotAccepted", error.Id);
    }

    private static Task<string> InitializeAsync(FakeGuest guest, string? key, bool accepts) => FlexDirectLicensing.InitializeAsync(
        new FlexDirectGuest(guest, "cpu-01"), "cpu-01", s_program, key is null ? null : new NetworkCredential(string.Empty, key).SecurePassword, accepts, CancellationToken.None);

    private static FakeGuest Asking(Func<string, string> init) => new FakeGuest().On("/usr/bin/flexdirect init", command =>
    {
        string said = init(command.Input is null ? string.Empty : new NetworkCredential(string.Empty, command.Input).Password);
        return new ShellResult(said.Contains("ready", StringComparison.Ordinal) ? 0 : 1, said, string.Empty);
    });
}
