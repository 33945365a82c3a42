using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Pester.Tests;

namespace GpuVSphere.Peers.Tests;

/// <summary>
/// The cmdlets themselves with -Ssh, in a PowerShell of its own: they find the guest, its port, its key and the login by vSphere and by the configuration of the
/// machine's OpenSSH client, as an admin's do. The simulated vCenters are in another process, so that nothing leads past the network.
/// </summary>
public sealed class SshCmdletTests
{
    private const string Vm = "flex-gpu-01";

    private const string Licensed = "client-01";

    // What is written is compared word by word. The cmdlets write tables for people, too: those are looked at for what must stand in them.
    private const string Script =
        """
        param($Module, $Server, $OtherServer, $Password, $Key, $Files, $LicensePort, $Port)
        $ErrorActionPreference = 'Stop'
        $WarningPreference = 'Ignore'
        Import-Module $Module
        $admin = [pscredential]::new('administrator@vsphere.local', (ConvertTo-SecureString $Password -AsPlainText -Force))
        $null = Connect-GpuVSphere -Server $Server, $OtherServer -Credential $admin -SkipCertificateCheck
        $guest = @{ VM = 'flex-gpu-01'; Ssh = $true }
        $change = $guest + @{ PassThru = $true; Confirm = $false }
        function Tell($Name, $What) { '{0}: {1}' -f $Name, ((@($What) | ForEach-Object { "$_" }) -join ' | ') }
        function Refused($Name, [scriptblock] $Do) { try { $null = & $Do; Tell $Name 'not refused' } catch { Tell $Name $_.FullyQualifiedErrorId.Split(',')[0] } }
        function Checks($Named) { Test-GpuGuest @guest | Where-Object Check -in $Named | ForEach-Object { '{0} {1}' -f $_.Check, $_.Outcome } }
        function Looks($Text, $Words) { foreach ($one in $Words) { if (-not $Text.Contains($one)) { "not shown: $one in $Text" } } }
        function Done($Name, $Result) { Tell $Name ('{0} {1}' -f $Result.Outcome, $Result.Message) }

        function Last { (Get-GpuChange)[0].Id }
        function Back($Change) { Done Undo-GpuChange (Undo-GpuChange $Change -Ssh -PassThru -Confirm:$false) }

        Tell Test-GpuGuest (Checks GpuSeen, Driver, NvidiaSmi)
        Refused Install-NvidiaGuestDriver { Install-NvidiaGuestDriver @change -Path $Files/NVIDIA-Linux-x86_64-418.87.00.run }
        Done Install-NvidiaGuestDriver (Install-NvidiaGuestDriver @change -Path $Files/NVIDIA-Linux-x86_64-418.87.00.run -AcceptEula)
        Done Install-CudaToolkit (Install-CudaToolkit @change -Path $Files/cuda_9.1.85_387.26_linux.run -Patch $Files/cuda_9.1.85.1_linux.run -AcceptEula -OverrideCompilerCheck)
        $checks = Test-GpuGuest @guest
        Tell Test-GpuGuest ($checks | ForEach-Object { '{0} {1}' -f $_.Check, $_.Outcome })
        Looks ($checks | Out-String -Width 200) 'flex-gpu-01', 'NvidiaSmi', 'Passed', '418.87.00'

        Refused Invoke-FlexDirect { Invoke-FlexDirect @guest -Local -Program nvidia-smi }
        Done Install-FlexDirect (Install-FlexDirect @change -Path $Files/flexdirect.sh)
        Tell Initialize-FlexDirect (Initialize-FlexDirect @change -LicenseKey (ConvertTo-SecureString $Key -AsPlainText -Force) -AcceptEula).Outcome
        $scheduler = Start-FlexDirectScheduler @change -Port $Port -StartTimeoutSeconds 300
        Tell Start-FlexDirectScheduler ('{0} {1} {2}' -f ($scheduler.Port -eq $Port), $scheduler.GpuCount, $scheduler.MemoryMB)
        Looks ($scheduler | Out-String -Width 200) 'flex-gpu-01', $Port, '32768'
        Done Set-FlexDirectServer (Set-FlexDirectServer @change -Address "127.0.0.1:$Port")
        $set = Last
        $servers = Get-FlexDirectServer @guest
        Tell Get-FlexDirectServer ($servers | ForEach-Object { '{0} {1}' -f $_.ServerAddress, ($_.Port -eq $Port) })
        Looks ($servers | Out-String -Width 200) 'flex-gpu-01', '127.0.0.1', $Port
        $gpus = Get-FlexDirectGpu @guest
        Tell Get-FlexDirectGpu ($gpus | ForEach-Object { '{0} {1} {2}' -f $_.Index, $_.Name, $_.FreeMemoryMB })
        Looks ($gpus | Out-String -Width 200) 'Tesla V100-PCIE-32GB', "127.0.0.1:$Port", '32768'
        Tell Get-FlexDirectGpu (Get-FlexDirectGpu @guest -Smi | ForEach-Object { '{0} {1}' -f $_.Name, $_.DriverVersion })
        Tell Invoke-FlexDirect (Invoke-FlexDirect @guest -MemoryMB 2048 -Program nvidia-smi -ArgumentList '-L')[-1]
        $run = Invoke-FlexDirect @guest -Local -Program /bin/sh -ArgumentList '-c', 'echo "$1" "$2"; exit 7', 'sh', "it's", 'a  $HOME' -PassThru -ErrorAction SilentlyContinue
        Tell Invoke-FlexDirect ('{0} {1}' -f $run.ExitCode, $run.Output[0])
        $health = Test-FlexDirectHealth @guest
        Tell Test-FlexDirectHealth ($health | ForEach-Object { '{0} {1}' -f $_.Report, $_.Status })
        Looks ($health | Out-String -Width 200) 'flex-gpu-01', 'Resource scheduler', 'Passed'

        Done Stop-FlexDirectScheduler (Stop-FlexDirectScheduler @change -Port $Port)
        Refused Get-FlexDirectGpu { Get-FlexDirectGpu @guest -ErrorAction Stop }
        Back (Last)
        Tell Get-FlexDirectGpu @(Get-FlexDirectGpu @guest).Count
        Back $set
        Tell Get-FlexDirectServer @(Get-FlexDirectServer @guest).Count

        $licensed = @{ VM = 'client-01'; Ssh = $true }
        Tell Get-VgpuLicense (Get-VgpuLicense @licensed | ForEach-Object { '{0} {1}' -f $_.Status, $_.Trouble })
        $license = Set-VgpuLicense @licensed -ServerAddress 127.0.0.1 -ServerPort $LicensePort -PassThru -Confirm:$false
        Tell Set-VgpuLicense ('{0} {1} {2}' -f $license.Status, $license.ServerAddress, $license.Feature)
        Looks ($license | Out-String -Width 200) 'client-01', 'Licensed', '127.0.0.1'
        Back (Last)
        Tell Get-VgpuLicense (Get-VgpuLicense @licensed | ForEach-Object { '{0} [{1}]' -f $_.Status, $_.ServerAddress })
        """;

    [SkippableFact]
    public void An_admin_goes_by_ssh_from_the_prompt_into_the_guests_with_each_cmdlet()
    {
        Peer.Pwsh.Require();
        string device = GuestLab.Device("GV100GL [Tesla V100 PCIe 32GB] [10de:1db6]", "Tesla V100-PCIE-32GB", "Pass-Through", 32768);
        const string Sudo = "\nprintf 'admin ALL=(ALL:ALL) NOPASSWD: ALL\\n' > /etc/sudoers";
        using LicenseServer license = new() { Answer = "granted" };
        using GuestMachine guest = GuestMachine.Start(Vm, $"{device}\n{GuestLab.Compiler}\n{SshFlexDirectTests.Keys}{Sudo}");
        using GuestMachine licensed = GuestMachine.Start(Licensed, $"{GuestLab.VgpuDevice}\n{GuestLab.Installed("470.63.01", "grid")}{Sudo}");
        using SimulatorFixture vcenter = new(scenario: "flexdirect", clockSpeed: 1);
        using SimulatorFixture other = new(scenario: "guests", clockSpeed: 1);
        string script = Path.Combine(guest.Folder, "script.ps1");
        File.WriteAllText(script, Script);
        string files = Directory.CreateDirectory(Path.Combine(guest.Folder, "files")).FullName;
        Put("NVIDIA-Linux-x86_64-418.87.00.run", "#!/bin/sh\nversion=418.87.00 kind=stock\n", "nvidia/installer");
        Put("cuda_9.1.85_387.26_linux.run", "#!/bin/sh\nversion=9.1.85 gcc=6\n", "cuda/toolkit");
        Put("cuda_9.1.85.1_linux.run", "#!/bin/sh\nversion=9.1.85 number=1\n", "cuda/patch");
        Put("flexdirect.sh", string.Empty, "flexdirect/installer");
        string port = SshFlexDirectTests.Text(SshFlexDirectTests.FreePort());

        // The client's own configuration, and not one that the cmdlets were given: theirs is what this process alone sees in its place. It keeps
        // connections for later, as that of many admins does; what is kept ends with the process's namespace.
        string configuration = Path.Combine(guest.Folder, "ssh_config");
        File.WriteAllText(
            configuration,
            guest.Configuration(vcenter.Simulator.Raw.Vm(Vm).Guest.Address, "admin") + $"  ControlMaster auto\n  ControlPersist 600\n  ControlPath {guest.Folder}/kept\n"
                + licensed.Configuration(other.Simulator.Raw.Vm(Licensed).Guest.Address, "admin") + $"  ControlMaster auto\n  ControlPersist 600\n  ControlPath {licensed.Folder}/kept\n");
        PeerRun run = PeerRun.Of(
            "pwsh",
            "unshare",
            [
                "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c", $"mount --bind '{configuration}' /etc/ssh/ssh_config && exec \"$@\"", "sh",
                Peer.Pwsh.Path, "-NoProfile", "-NonInteractive", "-File", script,
                new StagedModule().Manifest, vcenter.HostAndPort, other.HostAndPort, vcenter.Password, SshFlexDirectTests.Key, files, SshFlexDirectTests.Text(license.Port), port,
            ],
            new Dictionary<string, string> { ["NO_COLOR"] = "1", ["POWERSHELL_TELEMETRY_OPTOUT"] = "1", ["POWERSHELL_UPDATECHECK"] = "Off", ["GPUVSPHERE_STATE"] = Path.Combine(guest.Folder, "state") },
            TimeSpan.FromMinutes(8));

        Assert.Equal(
            [
                "Test-GpuGuest: GpuSeen Passed | Driver Failed | NvidiaSmi Failed",
                "Install-NvidiaGuestDriver: EulaNotAccepted",
                "Install-NvidiaGuestDriver: Done nvidia-smi says: driver 418.87.00, Tesla V100-PCIE-32GB.",
                "Install-CudaToolkit: Done CUDA 9.1.85 is in /usr/local/cuda-9.1 with patches 1; deviceQuery: 1 CUDA device: Tesla V100-PCIE-32GB; CUDA 11.4 of the driver, 9.1 of the toolkit; vectorAdd: it passed",
                "Test-GpuGuest: Guest Passed | GpuSeen Passed | BarAssigned Passed | Driver Passed | SecureBoot Passed | NvidiaSmi Passed | VirtualizationMode Passed | Cuda Passed | DeviceQuery Passed | VectorAdd Passed",
                "Invoke-FlexDirect: FlexDirectMissing",
                "Install-FlexDirect: Done /usr/bin/flexdirect is there.",
                "Initialize-FlexDirect: Done",
                "Start-FlexDirectScheduler: True 1 32768",
                "Set-FlexDirectServer: Done",
                "Get-FlexDirectServer: 127.0.0.1 True",
                "Get-FlexDirectGpu: 0 Tesla V100-PCIE-32GB 32768",
                "Get-FlexDirectGpu: Tesla V100-PCIE-32GB 418.87.00",
                "Invoke-FlexDirect: GPU 0: Tesla V100-PCIE-32GB (UUID: GPU-7f0c2d5e-1a2b-11f0-9c3d-000000000001)",
                "Invoke-FlexDirect: 7 it's a  $HOME",
                "Test-FlexDirectHealth: localhealth Passed | localhealth Passed | localhealth Passed | localhealth Passed | health Passed | health Passed",
                "Stop-FlexDirectScheduler: Done",
                "Get-FlexDirectGpu: FlexDirectSchedulerDown",
                "Undo-GpuChange: Done",
                "Get-FlexDirectGpu: 1",
                "Undo-GpuChange: Done",
                "Get-FlexDirectServer: 0",
                "Get-VgpuLicense: Unlicensed NotConfigured",
                "Set-VgpuLicense: Licensed 127.0.0.1 VirtualGpu",
                "Undo-GpuChange: Done what configured the licence of client-01 before is back; nvidia-smi says: Unlicensed (Unrestricted)",
                "Get-VgpuLicense: Unlicensed []",
            ],
            run.Succeeded().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0));
        Assert.Contains("Accepted publickey for admin", guest.Log, StringComparison.Ordinal);
        Assert.Contains("Accepted publickey for admin", licensed.Log, StringComparison.Ordinal);
        Assert.All([guest, licensed], one => Assert.Empty(one.Leftovers()));
        Assert.Empty(guest.Holding(SshFlexDirectTests.Key));

        void Put(string name, string head, string program) =>
            File.WriteAllText(Path.Combine(files, name), head + File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "programs", "guest", program)));
    }
}
