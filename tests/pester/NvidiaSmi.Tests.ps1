BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
}

Describe 'Get-NvidiaSmi' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
    AfterAll { Disconnect-GpuVSphere }

    It 'gives the GPUs of a host as objects, in a table that fits' {
        $gpus = @(Get-NvidiaSmi -VMHost 'vgpu-67-01')
        $gpus.VirtualizationMode | Should -Be @('Host VGPU', 'Host VGPU')
        $gpus[0].DriverVersion | Should -Match '^\d+\.\d+'
        $gpus[0].MemoryTotalMB | Should -Be 16384
        $gpus[0].EccPending | Should -BeTrue
        $lines = Get-TableText (Get-NvidiaSmi -VMHost 'vgpu-*' -ErrorAction SilentlyContinue)
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'switches SSH on for the call only, and says so' {
        $text = Get-NvidiaSmi -VMHost 'vgpu-67-01' -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | Out-String
        $text | Should -Match 'SSH was off on vgpu-67-01: it was started'
        $text | Should -Match 'SSH on vgpu-67-01 was stopped again'
    }

    It 'shows the vGPUs that run, with their VMs' {
        Add-VmVgpuProfile -VM 'v67-01', 'v67-02' -VgpuProfile 'grid_p100-8q' -PowerOn
        $vgpus = Get-NvidiaSmi -VMHost 'vgpu-67-01' | Select-Object -ExpandProperty Vgpus
        $vgpus.VmName | Sort-Object | Should -Be @('v67-01', 'v67-02')
        (Get-TableText $vgpus) -join "`n" | Should -Match 'v67-01\s+GRID P100-8Q'
    }

    It 'gives the hosts in the order of their names, and those that fail do not stop the others' {
        $names = (Get-NvidiaSmi -VMHost '*' -ErrorAction SilentlyContinue -ErrorVariable failed).HostName | Select-Object -Unique
        $names | Should -Be @('vgpu-67-01', 'vgpu-70-01', 'vgpu-801-01', 'vgpu-801-02', 'vgpu-803-01', 'vgpu-803-02', 'vgpu-90-01')
        $failed.FullyQualifiedErrorId | Should -BeLike 'NvidiaSmiMissing,*'
        "$($failed.TargetObject)" | Should -Be 'vgpu-bare-01'
    }

    It 'stops when the pipeline has had enough' {
        @(Get-NvidiaSmi -VMHost '*' -ErrorAction SilentlyContinue | Select-Object -First 1).HostName | Should -Be 'vgpu-67-01'
    }

    It 'takes a GPU from the pipeline, and gives the text with -Raw' {
        (Get-GpuDevice -VMHost 'vgpu-803-02' -Device '0000:af:00.0' | Get-NvidiaSmi).Address | Should -Be '0000:af:00.0'
        $xml = [xml](Get-NvidiaSmi -VMHost 'vgpu-67-01' -Raw)
        @($xml.DocumentElement.gpu).Count | Should -Be 2
    }

    It 'says of GPUs that are not in vGPU mode what brings it' {
        Set-HostGraphicsMode -VMHost 'vgpu-70-01' -GraphicsType Shared -Reboot -Confirm:$false
        $gpus = Get-NvidiaSmi -VMHost 'vgpu-70-01' -WarningAction SilentlyContinue -WarningVariable said
        @($gpus).Count | Should -Be 3
        "$said" | Should -Match 'vgpu-70-01 are not in vGPU mode \(virtualization mode Host VSGA\)'
        "$said" | Should -Match 'Set-HostGraphicsMode -VMHost vgpu-70-01 -GraphicsType SharedDirect -Reboot'
    }

    It 'wants a host to be named' {
        $record = Get-ErrorOf { try { Get-NvidiaSmi } catch { $_ } }
        $record.FullyQualifiedErrorId | Should -BeLike 'NothingNamed,*'
    }

    It 'suggests near names' {
        $record = Get-ErrorOf { Get-NvidiaSmi -VMHost 'vgpu-67-0l' }
        $record.ErrorDetails.RecommendedAction | Should -Match 'Did you mean vgpu-67-01'
    }
}

Describe 'Get-NvidiaSmi of GPUs that the host does not see' {
    BeforeAll { $null = Connect-Simulator }
    AfterAll { Disconnect-GpuVSphere }

    It 'explains it: <Name>' -ForEach @(
        @{ Name = 'esx-none-01'; Id = 'NvidiaNoDevices'; Text = 'has no NVIDIA GPU' }
        @{ Name = 'esx-down-01'; Id = 'HostNotConnected'; Text = 'disconnected' }
        @{ Name = 'esx-80-01'; Id = 'NvidiaSmiMissing'; Text = 'not installed' }
    ) {
        $record = Get-ErrorOf { Get-NvidiaSmi -VMHost $Name }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $record.Exception.Message | Should -Match $Text
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'says that a GPU is in passthrough, not that there is none' {
        Enable-GpuPassthrough -VMHost 'esx-67-01' -All -Reboot -PowerOff -Force -Confirm:$false
        $record = Get-ErrorOf { Get-NvidiaSmi -VMHost 'esx-67-01' }
        $record.FullyQualifiedErrorId | Should -BeLike 'NvidiaNoDevices,*'
        $record.Exception.Message | Should -Match '0000:3b:00\.0 .*0000:af:00\.0 .* are in passthrough and not visible to the host'
    }
}

Describe 'Get-NvidiaSmi by an account without privileges' {
    It 'says which privilege starts SSH' {
        $simulator = Start-GpuVSphereSimulator -Scenario vgpu
        try {
            $login = [pscredential]::new('readonly@vsphere.local', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
            $null = Connect-GpuVSphere -Server $simulator -Credential $login
            $record = Get-ErrorOf { Get-NvidiaSmi -VMHost 'vgpu-67-01' }
            $record.FullyQualifiedErrorId | Should -BeLike 'SshServiceNotStarted,*'
            $record.Exception.Message | Should -Be 'SSH is off on vgpu-67-01 and could not be started: the account lacks Host.Config.NetService on it.'
        }
        finally {
            Disconnect-GpuVSphere
            $simulator | Stop-GpuVSphereSimulator
        }
    }
}

Describe 'Get-NvidiaSmi -Text' {
    It 'understands what the guide greps, without a connection' {
        $gpus = @(Get-NvidiaSmi -Text '    GPU Virtualization Mode', '        Virtualization Mode               : Host VGPU', '        Host VGPU Mode                    : SR-IOV')
        $gpus.VirtualizationMode | Should -Be 'Host VGPU'
        $gpus.HostVgpuMode | Should -Be 'SR-IOV'
    }

    It 'reads the XML of another day' {
        $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000
        $raw = Get-NvidiaSmi -VMHost 'vgpu-67-01' -Raw
        Disconnect-GpuVSphere
        Get-NvidiaSmi -Text ($raw -split "`n") | ForEach-Object { "$($_.Address)" } | Should -Be @('0000:3b:00.0', '0000:af:00.0')
    }

    It 'explains a text that says why it failed: <Id>' -ForEach @(
        @{ Id = 'NvidiaNotInVgpuMode'; Text = 'No supported devices in vGPU mode'; Step = 'Set-HostGraphicsMode -VMHost <host> -GraphicsType SharedDirect' }
        @{ Id = 'NvidiaDriverNotLoaded'; Text = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; Step = 'vmkload_mod' }
        @{ Id = 'NvidiaNoDevices'; Text = 'No devices were found'; Step = 'Get-GpuDevice' }
        @{ Id = 'NvidiaSmiNotUnderstood'; Text = 'It is a nice day'; Step = 'Raw' }
    ) {
        $said = $Text
        $record = Get-ErrorOf { try { Get-NvidiaSmi -Text $said } catch { $_ } }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $record.ErrorDetails.RecommendedAction | Should -Match $Step
    }

    It 'is not mixed with a host' {
        $record = Get-ErrorOf { try { Get-NvidiaSmi -VMHost 'esx-01' -Text 'x' } catch { $_ } }
        $record.FullyQualifiedErrorId | Should -BeLike 'ConflictingParameters,*'
    }
}
