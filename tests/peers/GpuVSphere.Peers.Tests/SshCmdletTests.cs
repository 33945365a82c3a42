using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Pester.Tests;

namespace GpuVSphere.Peers.Tests;

/// <summary>
/// The cmdlets themselves with -Ssh, in a PowerShell of its own: they find the guest, its port, its key and the login by vSphere and by the configuration of the
/// machine's OpenSSH client, as an admin's do. The simulated vCenter is in another process, so that nothing leads past the network.
/// </summary>
public sealed class SshCmdletTests
{
    private const string Vm = "flex-gpu-01";

    // What is written is compared word by word.
    private const string Script =
        """
        param($Module, $Server, $Password, $Key, $Installer)
        $ErrorActionPreference = 'Stop'
        Import-Module $Module
        $admin = [pscredential]::new('administrator@vsphere.local', (ConvertTo-SecureString $Password -AsPlainText -Force))
        $null = Connect-GpuVSphere -Server $Server -Credential $admin -SkipCertificateCheck -WarningAction Ignore
        $guest = @{ VM = 'flex-gpu-01'; Ssh = $true }
        Test-GpuGuest @guest | Where-Object Check -in GpuSeen, Driver, NvidiaSmi | ForEach-Object { '{0} {1}' -f $_.Check, $_.Outcome }
        try { Invoke-FlexDirect @guest -Local -Program nvidia-smi -WarningAction Ignore } catch { $_.FullyQualifiedErrorId.Split(',')[0] }
        $installed = Install-FlexDirect @guest -Path $Installer -PassThru -Confirm:$false -WarningAction Ignore
        '{0} {1}' -f $installed.Outcome, $installed.Message
        (Initialize-FlexDirect @guest -LicenseKey (ConvertTo-SecureString $Key -AsPlainText -Force) -AcceptEula -PassThru -Confirm:$false -WarningAction Ignore).Outcome
        Invoke-FlexDirect @guest -Local -Program nvidia-smi -ArgumentList '-L' -WarningAction Ignore
        $run = Invoke-FlexDirect @guest -Local -Program /bin/sh -ArgumentList '-c', 'echo "$1" "$2"; exit 7', 'sh', "it's", 'a  $HOME' -PassThru -WarningAction Ignore -ErrorAction SilentlyContinue
        '{0} {1}' -f $run.ExitCode, $run.Output[0]
        """;

    [SkippableFact]
    public void An_admin_goes_by_ssh_from_the_prompt_into_the_guest()
    {
        Peer.Pwsh.Require();
        using GuestMachine guest = GuestMachine.Start(Vm, SshFlexDirectTests.Gpu + "\n" + SshFlexDirectTests.Keys + "\nprintf 'admin ALL=(ALL:ALL) NOPASSWD: ALL\\n' > /etc/sudoers");
        using SimulatorFixture vcenter = new(scenario: "flexdirect", clockSpeed: 1);
        string script = Path.Combine(guest.Folder, "script.ps1");
        File.WriteAllText(script, Script);
        string installer = Path.Combine(guest.Folder, "flexdirect.sh");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "programs", "guest", "flexdirect", "installer"), installer);

        // The client's own configuration, and not one that the cmdlets were given: theirs is what this process alone sees in its place.
        string configuration = Path.Combine(guest.Folder, "ssh_config");
        File.WriteAllText(configuration, guest.Configuration(vcenter.Simulator.Raw.Vm(Vm).Guest.Address, "admin"));
        PeerRun run = PeerRun.Of(
            "pwsh",
            "unshare",
            [
                "--mount", "/bin/sh", "-c", $"mount --make-rprivate / && mount --bind '{configuration}' /etc/ssh/ssh_config && exec \"$@\"", "sh",
                Peer.Pwsh.Path, "-NoProfile", "-NonInteractive", "-File", script,
                new StagedModule().Manifest, vcenter.HostAndPort, vcenter.Password, SshFlexDirectTests.Key, installer,
            ],
            new Dictionary<string, string> { ["NO_COLOR"] = "1", ["POWERSHELL_TELEMETRY_OPTOUT"] = "1", ["POWERSHELL_UPDATECHECK"] = "Off", ["GPUVSPHERE_STATE"] = Path.Combine(guest.Folder, "state") },
            TimeSpan.FromMinutes(5));

        Assert.Equal(
            [
                "GpuSeen Passed",
                "Driver Passed",
                "NvidiaSmi Passed",
                "FlexDirectMissing",
                "Done /usr/bin/flexdirect is there.",
                "Done",
                "GPU 0: Tesla V100-PCIE-32GB (UUID: GPU-7f0c2d5e-1a2b-11f0-9c3d-000000000001)",
                "7 it's a  $HOME",
            ],
            run.Succeeded().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0));
        Assert.Contains("Accepted publickey for admin", guest.Log, StringComparison.Ordinal);
        Assert.Empty(guest.Leftovers());
        Assert.Empty(guest.Holding(SshFlexDirectTests.Key));
    }
}
