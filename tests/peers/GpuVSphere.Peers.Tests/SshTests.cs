using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Peers.Tests;

/// <summary>The ESXi shell over a real OpenSSH server with the system's own client, and nvidia-smi through it.</summary>
public sealed class SshTests : IDisposable
{
    private static readonly VimObjectId s_id = new("uuid", new ManagedObjectReference("HostSystem", "host-1"));
    private static readonly HostShellAddress s_address = new(s_id, SshServer.Name);

    private readonly SshServer _server;

    public SshTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "the server is set up for Linux");
        _server = SshServer.Start();
    }

    [SkippableFact]
    public async Task Nvidia_smi_is_read_through_the_shell()
    {
        File.WriteAllText(
            Path.Combine(_server.Folder, "report.xml"),
            """
            <?xml version="1.0" ?>
            <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
            <nvidia_smi_log>
            	<driver_version>535.161.05</driver_version>
            	<gpu id="00000000:3B:00.0">
            		<product_name>NVIDIA A40 (größer)</product_name>
            		<gpu_virtualization_mode><virtualization_mode>Host VGPU</virtualization_mode></gpu_virtualization_mode>
            		<ecc_mode><current_ecc>Enabled</current_ecc><pending_ecc>Disabled</pending_ecc></ecc_mode>
            	</gpu>
            </nvidia_smi_log>
            """);
        File.WriteAllText(
            Path.Combine(_server.Folder, "vgpus.txt"),
            "GPU 00000000:3B:00.0\n    Active vGPUs                          : 1\n    vGPU ID                               : 3251634327\n        VM Name                           : vm-1\n        vGPU Name                         : NVIDIA A40-8Q\n");
        _server.Put("nvidia-smi", $"case \"$*\" in '-q -x') cat {_server.Folder}/report.xml;; 'vgpu -q') cat {_server.Folder}/vgpus.txt;; *) echo \"$*\" >&2; exit 2;; esac");
        using IShell shell = await _server.Shells().OpenAsync(s_address, CancellationToken.None);

        NvidiaSmiReport report = await NvidiaSmiReader.ReadAsync(shell, Host(), CancellationToken.None);

        NvidiaSmiGpu gpu = Assert.Single(report.Gpus);
        Assert.Equal(("NVIDIA A40 (größer)", "0000:3b:00.0", true, false), (gpu.Name, gpu.Address.ToString(), gpu.EccCurrent, gpu.EccPending));
        Assert.Equal(("vm-1", "NVIDIA A40-8Q"), (Assert.Single(gpu.Vgpus).VmName, gpu.Vgpus[0].Name));
    }

    [SkippableFact]
    public async Task A_host_without_the_driver_is_told_from_one_whose_driver_does_not_run()
    {
        using IShell shell = await _server.Shells().OpenAsync(s_address, CancellationToken.None);
        _server.Put("nvidia-smi", "exit 127");
        Assert.Equal("NvidiaSmiMissing", (await Assert.ThrowsAsync<GpuVSphereException>(() => NvidiaSmiReader.ReadAsync(shell, Host(), CancellationToken.None))).Id);

        _server.Put("nvidia-smi", "echo \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\"; exit 9");
        Assert.Equal("NvidiaDriverNotLoaded", (await Assert.ThrowsAsync<GpuVSphereException>(() => NvidiaSmiReader.ReadAsync(shell, Host(), CancellationToken.None))).Id);
    }

    [SkippableFact]
    public async Task A_command_comes_through_as_it_is_and_its_exit_code_back()
    {
        using IShell shell = await _server.Shells().OpenAsync(s_address, CancellationToken.None);

        Assert.Equal(new ShellResult(3, "a  b'c\"$HOME\\ü|;&\n", "no\n"), await shell.RunAsync("printf '%s\\n' 'a  b'\\''c\"$HOME\\ü|;&'; echo no >&2; exit 3", CancellationToken.None));
        Assert.Equal(new ShellResult(255, "", ""), await shell.RunAsync("exit 255", CancellationToken.None));
        Assert.Equal(127, (await shell.RunAsync("no-such-program", CancellationToken.None)).ExitCode);
        ShellResult big = await shell.RunAsync("head -c 3000000 /dev/zero | tr '\\0' x", CancellationToken.None);
        Assert.Equal(3_000_000, big.Output.Length);
    }

    [SkippableFact]
    public async Task An_unknown_host_key_is_refused_and_shown()
    {
        _server.Knows(null);
        GpuVSphereException error = await FailAsync(_server.Shells());

        Assert.Equal("SshHostKeyUnknown", error.Id);
        Assert.Contains(_server.Fingerprint("host"), error.Message);
        Assert.Contains("ssh " + SshServer.Name, error.NextStep);
        Assert.Empty(File.ReadAllText(Path.Combine(_server.Folder, "known_hosts")));
        Assert.DoesNotContain("Accepted", _server.Log);
    }

    [SkippableFact]
    public async Task A_changed_host_key_is_refused_and_shown_with_the_line_that_knows_another()
    {
        _server.Knows("other_host");
        GpuVSphereException error = await FailAsync(_server.Shells());

        Assert.Equal("SshHostKeyChanged", error.Id);
        Assert.Contains(_server.Fingerprint("host"), error.Message);
        Assert.Contains(Path.Combine(_server.Folder, "known_hosts") + ", line 1", error.Message);
        Assert.DoesNotContain("Accepted", _server.Log);
    }

    [SkippableFact]
    public async Task A_key_that_the_host_does_not_know_is_a_failed_login()
    {
        GpuVSphereException error = await FailAsync(_server.Shells(key: "other_user"));

        Assert.Equal(("SshAuthenticationFailed", GpuErrorCategory.AuthenticationFailed), (error.Id, error.Category));
        Assert.Contains("publickey", error.Message);
        Assert.Contains("-HostCredential", error.NextStep);
    }

    [SkippableFact]
    public async Task A_port_where_nothing_listens_is_said_to_refuse()
    {
        int free = _server.Port;
        using (SshServer gone = SshServer.Start())
        {
            free = gone.Port;
        }

        Assert.Equal("SshRefused", (await FailAsync(_server.Shells(port: free))).Id);
    }

    [SkippableFact]
    public async Task The_way_over_a_jump_host_is_the_users_configuration()
    {
        using IShell shell = await _server.Shells(jump: true).OpenAsync(s_address, CancellationToken.None);

        Assert.Equal("there\n", (await shell.RunAsync("echo there", CancellationToken.None)).Output);
        Assert.Equal(2, _server.Log.Split("Accepted publickey").Length - 1);
    }

    [SkippableFact]
    public async Task A_password_is_taken_from_the_pipe_and_is_nowhere_else()
    {
        Skip.If(!_server.TakesPassword, "a password of its own takes root, openssl and a mount namespace (unshare -m)");
        using IShell shell = await _server.Shells(key: "other_user", password: SshServer.Password).OpenAsync(s_address, CancellationToken.None);
        Task<ShellResult> running = shell.RunAsync("sleep 2; echo in", CancellationToken.None);
        bool isSeen = false;
        while (!running.IsCompleted)
        {
            isSeen |= Directory.GetDirectories("/proc").Where(one => int.TryParse(Path.GetFileName(one), out int id) && id != Environment.ProcessId)
                .Any(one => Reads(one, "cmdline").Contains("s3cret", StringComparison.Ordinal) || Reads(one, "environ").Contains("s3cret", StringComparison.Ordinal));
            await Task.Delay(50);
        }

        Assert.Equal("in\n", (await running).Output);
        Assert.False(isSeen);
        Assert.Contains("Accepted password for", _server.Log);
    }

    [SkippableFact]
    public async Task A_wrong_password_is_a_failed_login_and_is_not_said()
    {
        Skip.If(!_server.TakesPassword, "a password of its own takes root, openssl and a mount namespace (unshare -m)");
        GpuVSphereException error = await FailAsync(_server.Shells(password: "wrong-pa55"));

        Assert.Equal("SshAuthenticationFailed", error.Id);
        Assert.DoesNotContain("wrong-pa55", error.ToString());
        Assert.Contains("-HostCredential", error.NextStep);
        Assert.Single(_server.Log.Split('\n'), line => line.StartsWith("Failed password for", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_cancelled_command_ends_the_client_at_once()
    {
        using IShell shell = await _server.Shells().OpenAsync(s_address, CancellationToken.None);
        using CancellationTokenSource stop = new();
        string started = Path.Combine(_server.Folder, "started");
        Task<ShellResult> running = shell.RunAsync($"touch {started}; while sleep 0.2; do echo waiting; done", stop.Token);
        while (!File.Exists(started))
        {
            await Task.Delay(20);
        }

        Stopwatch waited = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), waited.Elapsed.ToString());
    }

    public void Dispose() => _server.Dispose();

    private static string Reads(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static async Task<GpuVSphereException> FailAsync(OpenSshHostShells shells)
    {
        using IShell shell = await shells.OpenAsync(s_address, CancellationToken.None);
        return await Assert.ThrowsAsync<GpuVSphereException>(() => shell.RunAsync("true", CancellationToken.None));
    }

    private static GpuHost Host() => new()
    {
        Id = s_id,
        Name = SshServer.Name,
        ServerName = "vc",
        Devices = [new GpuDevice { HostId = s_id, HostName = SshServer.Name, ServerName = "vc", Address = new PciAddress(0, 0x3B, 0, 0), Name = "A40", VendorId = 0x10DE, DeviceId = 0x2235, IsCapable = true }],
    };
}
