using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Bitfusion;
using GpuVSphere.Core.Tests.GuestOs;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class FlexDirectInstallerTests
{
    private const string Folder = OneFolderGuest.Folder;
    private const string Script = Folder + "/installer.sh";

    private readonly List<string> _said = [];
    private readonly List<string> _warnings = [];

    [Fact]
    public async Task The_guide_s_way_fetches_looks_and_runs_as_root_and_cleans_up()
    {
        FakeGuest guest = Guest("wget").On("bash " + Script, "Installing ...\n");
        await InstallAsync(guest, new InstallWish());
        Assert.Equal(
            ["mkdir -m 0700 " + Folder, FlexDirectInstaller.FetcherQuestion, "wget -nv -T 30 -t 2 -O " + Script + " getflex.bitfusion.io", "head -c 1 " + Script, "bash " + Script, "rm -rf " + Folder],
            guest.Ran);
        Assert.Equal([true, false, true, true, true, true], guest.Commands.Select(command => command.AsRoot));
        Assert.Contains("Installing ...", _said);
    }

    [Fact]
    public async Task Curl_takes_the_place_of_wget()
    {
        FakeGuest guest = Guest("curl").On("bash " + Script);
        await InstallAsync(guest, new InstallWish { Source = "https://mirror.example/flex.sh?a=1&b=$(reboot)" });
        Assert.Contains("curl -fsSL --connect-timeout 30 -o " + Script + " 'https://mirror.example/flex.sh?a=1&b=$(reboot)'", guest.Ran);
    }

    [Theory]
    [InlineData("https://mirror.example/flex.sh", false)]
    [InlineData("https://mirror.example/flex.sh", true)]
    [InlineData("http://mirror.example/flex.sh", false)]
    public async Task Busyboxs_wget_fetches_without_options_what_needs_no_certificate(string source, bool hasChecksum)
    {
        string sum = new('a', 64);
        FakeGuest guest = Guest("wget").On("bash " + Script).On("sha256sum " + Script, sum + "  x\n")
            .On(command => command.CommandLine.StartsWith("wget -nv ", StringComparison.Ordinal), (_, _) => Task.FromResult(new ShellResult(139, string.Empty, "Segmentation fault\n")))
            .On("wget --help 2>&1", "BusyBox v1.35.0 multi-call binary.\n", 1).On($"wget -q -O {Script} {source}");
        Task install = InstallAsync(guest, new InstallWish { Source = source, Sha256 = hasChecksum ? sum : null });
        if (source.StartsWith("https", StringComparison.Ordinal) && !hasChecksum)
        {
            GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => install);
            Assert.Equal("FlexDirectDownloadFailed", error.Id);
            Assert.Contains("-Sha256", error.NextStep, StringComparison.Ordinal);
            Assert.DoesNotContain(guest.Ran, line => line.StartsWith("bash ", StringComparison.Ordinal));
            return;
        }

        await install;
        Assert.Contains($"wget -q -O {Script} {source}", guest.Ran);
        Assert.Contains("bash " + Script, guest.Ran);
    }

    [Fact]
    public async Task Without_bash_it_is_said_what_is_missing()
    {
        FakeGuest guest = Guest("wget").On("bash " + Script, exitCode: 127, error: "sh: bash: not found");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => InstallAsync(guest, new InstallWish()));
        Assert.Equal("FlexDirectInstallFailed", error.Id);
        Assert.Contains("install bash", error.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_uploaded_for_its_owner_only_and_the_guest_fetches_nothing()
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "#!/bin/bash\n");
            FakeGuest guest = Guest("wget");
            string? mode = null;
            guest.On("bash " + Script, _ =>
            {
                mode = guest.Files[Script].Mode;
                return new ShellResult(0, Encoding.UTF8.GetString(guest.Files[Script].Content), string.Empty);
            });
            await InstallAsync(guest, new InstallWish { Path = path });
            Assert.Equal("0600", mode);
            Assert.Contains("#!/bin/bash", _said);
            Assert.DoesNotContain(guest.Ran, line => line.Contains("wget", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("https://mirror.example/bitfusion-client.deb", "apt-get", "DEBIAN_FRONTEND=noninteractive apt-get install -y /var/tmp/gpuvsphere-x/installer.deb")]
    [InlineData("https://mirror.example/bitfusion-client.rpm?x=1", "dnf", "dnf install -y /var/tmp/gpuvsphere-x/installer.rpm")]
    [InlineData("https://mirror.example/bitfusion-client.rpm", "zypper", "zypper --non-interactive install --allow-unsigned-rpm /var/tmp/gpuvsphere-x/installer.rpm")]
    public async Task A_package_is_installed_by_the_guests_package_manager(string source, string manager, string command)
    {
        FakeGuest guest = Guest("wget").On(line => line.CommandLine.StartsWith("command -v apt-get", StringComparison.Ordinal) || line.CommandLine.StartsWith("command -v dnf", StringComparison.Ordinal), (_, _) => Task.FromResult(new ShellResult(0, "/usr/bin/" + manager + "\n", string.Empty)))
            .On(command);
        await InstallAsync(guest, new InstallWish { Source = source });
        Assert.Contains(command, guest.Ran);
    }

    [Theory]
    [InlineData("wget: unable to resolve host address", "FlexDirectDownloadFailed", "-Path")]
    [InlineData("<!DOCTYPE html>", "FlexDirectNotAnInstaller", "-Source")]
    [InlineData("", "FlexDirectNotAnInstaller", "empty")]
    [InlineData("wrong checksum", "FlexDirectChecksum", "SHA-256")]
    [InlineData("E: no room", "FlexDirectInstallFailed", "E: no room")]
    public async Task What_goes_wrong_is_told_and_nothing_stays_behind(string trouble, string id, string word)
    {
        FakeGuest guest = Guest("wget").On("bash " + Script, exitCode: 100, error: trouble).On("sha256sum " + Script, new string('a', 64) + "  x\n");
        if (id == "FlexDirectDownloadFailed")
        {
            guest.On(command => command.CommandLine.StartsWith("wget ", StringComparison.Ordinal), (_, _) => Task.FromResult(new ShellResult(4, string.Empty, trouble)));
        }
        else if (id == "FlexDirectNotAnInstaller")
        {
            guest.On("head -c 1 " + Script, trouble.Length > 0 ? "<" : string.Empty);
        }

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => InstallAsync(guest, new InstallWish { Sha256 = id == "FlexDirectChecksum" ? new string('b', 64) : null }));
        Assert.Equal(id, error.Id);
        Assert.Contains(word, error.Message + error.NextStep, StringComparison.Ordinal);
        Assert.Equal("rm -rf " + Folder, guest.Ran[^1]);
        Assert.Equal(id == "FlexDirectInstallFailed", guest.Ran.Contains("bash " + Script));
    }

    [Fact]
    public async Task A_stopped_installation_cleans_up()
    {
        using CancellationTokenSource stop = new();
        FakeGuest guest = Guest("wget").On(command => command.CommandLine == "bash " + Script, (_, token) =>
        {
            stop.Cancel();
            return Task.FromCanceled<ShellResult>(token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => InstallAsync(guest, new InstallWish(), "cpu-01", stop.Token));
        Assert.Equal("rm -rf " + Folder, guest.Ran[^1]);
    }

    [Fact]
    public async Task That_it_cannot_clean_up_does_not_hide_why_it_failed()
    {
        FakeGuest guest = Guest("wget").On("bash " + Script, exitCode: 100, error: "E: no room")
            .On(command => command.CommandLine == "rm -rf " + Folder, (_, _) => throw new GpuVSphereException("GuestToolsNotRunning", GpuErrorCategory.InvalidState, "VMware Tools do not run."));
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => InstallAsync(guest, new InstallWish()));
        Assert.Equal("FlexDirectInstallFailed", error.Id);
        Assert.EndsWith(" could not be removed: VMware Tools do not run.", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_gone_since_it_was_planned_is_said_and_nothing_stays_behind()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".sh");
        FakeGuest guest = Guest("wget");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => InstallAsync(guest, new InstallWish { Path = path }));
        Assert.Equal(("FileNotFound", path), (error.Id, error.Target));
        Assert.Equal("rm -rf " + Folder, guest.Ran[^1]);
    }

    [Fact]
    public async Task A_name_with_a_space_can_be_typed_as_it_is_advised()
    {
        FakeGuest guest = Guest("wget").On(command => command.CommandLine.StartsWith("wget ", StringComparison.Ordinal), (_, _) => Task.FromResult(new ShellResult(4, string.Empty, "no route")));
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => InstallAsync(guest, new InstallWish(), "cpu 01"));
        Assert.Contains("Install-FlexDirect -VM 'cpu 01' -Path", error.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("getflex.bitfusion.io; reboot")]
    [InlineData("file:///etc/passwd")]
    [InlineData("-O/etc/passwd")]
    [InlineData("")]
    [InlineData("https://")]
    [InlineData("https://user:secret@mirror.example/x")]
    public void An_address_to_fetch_from_is_one(string source)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(new InstallWish { Source = source }.Check);
        Assert.Equal("InvalidFlexDirectSource", error.Id);
        Assert.DoesNotContain("secret", error.Message + error.NextStep + error.Target, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checksum_and_a_file_are_looked_at_first()
    {
        new InstallWish { Sha256 = new string('A', 64) }.Check();
        Assert.Equal("InvalidFlexDirectSource", Assert.Throws<GpuVSphereException>(new InstallWish { Sha256 = "abc" }.Check).Id);
        Assert.Equal("FileNotFound", Assert.Throws<GpuVSphereException>(new InstallWish { Path = "/no/such/file.sh" }.Check).Id);
    }

    private Task InstallAsync(FakeGuest guest, InstallWish wish, string vm = "cpu-01", CancellationToken cancellationToken = default)
    {
        OneFolderGuest shell = new(guest);
        return GuestFolder.UseAsync(
            shell, vm, new InstantClock(), _warnings.Add, folder => FlexDirectInstaller.InstallAsync(new FlexDirectGuest(shell, vm), vm, wish, folder, _said.Add, cancellationToken), cancellationToken);
    }

    private static FakeGuest Guest(string fetcher) => new FakeGuest().On("mkdir -m 0700 " + Folder).On(FlexDirectInstaller.FetcherQuestion, "/usr/bin/" + fetcher + "\n")
        .On(command => command.CommandLine.StartsWith(fetcher + " ", StringComparison.Ordinal), (_, _) => Task.FromResult(new ShellResult(0, string.Empty, string.Empty)))
        .On(command => command.CommandLine.StartsWith("head -c 1 ", StringComparison.Ordinal), (_, _) => Task.FromResult(new ShellResult(0, "#", string.Empty)))
        .On("rm -rf " + Folder);
}
