BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $old = 'vgpu-67-01'
}

Describe 'Get-GpuEcc' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
    AfterAll { Disconnect-GpuVSphere }

    It 'shows what is in force and what will be, of hosts, clusters and GPUs' {
        $gpus = @(Get-GpuEcc -VMHost $old)
        $gpus.Current | Should -Be @($true, $true)
        $gpus.IsRebootPending | Should -Be @($false, $false)
        (Get-GpuEcc -Cluster 'VGPU-70').Count | Should -Be 3
        (Get-GpuDevice -VMHost $old -Device '0000:af:00.0' | Get-GpuEcc).Address | Should -Be '0000:af:00.0'
        (Get-TableText $gpus) -join "`n" | Should -Match 'Current\s+Pending\s+RebootPending'
    }

    It 'gives the hosts in the order of their names' {
        $names = (Get-GpuEcc -VMHost 'vgpu-8*').HostName | Select-Object -Unique
        $names | Should -Be @('vgpu-801-01', 'vgpu-801-02', 'vgpu-803-01', 'vgpu-803-02')
    }

    It 'explains a host without the driver and goes on with the others' {
        $gpus = Get-GpuEcc -VMHost 'vgpu-bare-01', $old -ErrorAction SilentlyContinue -ErrorVariable failed
        @($gpus).Count | Should -Be 2
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'NvidiaSmiMissing,*'
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'Install-NvidiaVib -VMHost vgpu-bare-01'
    }
}

Describe 'Set-GpuEcc' {
    BeforeEach { $connection = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf, with what the vGPU release says, and changes nothing' {
        $text = Set-GpuEcc -VMHost $old -All -Enabled $false -Reboot -WhatIf 6>&1 | Out-String
        $text | Should -Match 'ECC of 0000:3b:00\.0\s+enabled\s+disabled'
        $text | Should -Match 'ECC of 0000:af:00\.0 in force\s+enabled\s+disabled'
        $text | Should -Match 'WARNING ECC-RELEASE'
        (Get-GpuEcc -VMHost $old).Pending | Should -Be @($true, $true)
    }

    It 'stages it, says what is pending, and a reboot brings it into force' {
        Set-GpuEcc -VMHost $old -Device '0000:3b:00.0' -Enabled $false -WarningAction SilentlyContinue -WarningVariable said
        "$said" | Should -Match 'next reboot of vgpu-67-01: reboot it, or run the command again with -Reboot'
        (Get-GpuEcc -VMHost $old).IsRebootPending | Should -Be @($true, $false)

        $gpu = Set-GpuEcc -VMHost $old -Device '0000:3b:00.0' -Enabled $false -Reboot -Confirm:$false -PassThru -WarningAction SilentlyContinue
        $gpu.Current | Should -BeFalse
        $gpu.IsRebootPending | Should -BeFalse
        $text = Set-GpuEcc -VMHost $old -Device '0000:3b:00.0' -Enabled $false -Reboot -Confirm:$false -Verbose 4>&1 | Out-String
        $text | Should -Match 'nothing to change'
    }

    It 'goes from one host''s GPUs to the change by the pipeline, and is taken back' {
        Get-GpuEcc -VMHost $old | Where-Object Pending | Set-GpuEcc -Enabled $false -WarningAction SilentlyContinue
        (Get-GpuEcc -VMHost $old).Pending | Should -Be @($false, $false)
        (Get-GpuChange | Where-Object { $_.Hosts[0].Target.Id.ServerUuid -eq $connection.InstanceUuid } | Undo-GpuChange -Confirm:$false -PassThru).Outcome | Should -Be 'Done'
        (Get-GpuEcc -VMHost $old).Pending | Should -Be @($true, $true)
    }

    It 'names the VMs in the way of a reboot, and leaves the host as it was' {
        Add-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8q' -PowerOn
        $record = Get-ErrorOf { Set-GpuEcc -VMHost $old -All -Enabled $false -Reboot -Confirm:$false -WarningAction SilentlyContinue }
        $record.FullyQualifiedErrorId | Should -BeLike 'VmsInTheWay,*'
        $record.Exception.Message | Should -Match 'v67-01 \(has a vGPU'
        $record.ErrorDetails.RecommendedAction | Should -Match '-PowerOff'
        (Get-GpuEcc -VMHost $old).Pending | Should -Be @($true, $true)
    }

    It 'reports a name that is not found once, and changes the others' {
        $gpus = Set-GpuEcc -VMHost 'vgpu-67-0l', $old -All -Enabled $false -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue
        @($failed).Count | Should -Be 1
        $failed[0].ErrorDetails.RecommendedAction | Should -Match 'Did you mean vgpu-67-01'
        $gpus.Pending | Should -Be @($false, $false)
    }

    It 'wants to be told which GPUs' {
        $record = Get-ErrorOf { try { Set-GpuEcc -VMHost $old -Enabled $false } catch { $_ } }
        $record.FullyQualifiedErrorId | Should -BeLike 'NothingNamed,*'
        $record.ErrorDetails.RecommendedAction | Should -Match '-All'
    }
}

Describe 'Set-GpuEcc on hosts that have nothing to switch' {
    BeforeAll { $null = Connect-Simulator }
    AfterAll { Disconnect-GpuVSphere }

    It 'says why instead of being silent: <HostName>' -ForEach @(
        @{ HostName = 'esx-none-01'; Id = 'HostWithoutGpu'; Text = 'no NVIDIA GPU' }
        @{ HostName = 'esx-n*'; Id = 'HostWithoutGpu'; Text = 'no NVIDIA GPU' }
        @{ HostName = 'esx-down-01'; Id = 'HostNotConnected'; Text = 'disconnected' }
        @{ HostName = 'esx-67-01'; Id = 'NvidiaSmiMissing'; Text = 'not installed' }
    ) {
        $record = Get-ErrorOf { Set-GpuEcc -VMHost $HostName -All -Enabled $false -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $record.Exception.Message | Should -Match $Text
    }

    It 'names a GPU in passthrough' {
        Enable-GpuPassthrough -VMHost 'esx-80-02' -Device '0000:3b:00.0' -Reboot -PowerOff -Force -Confirm:$false
        $record = Get-ErrorOf { Set-GpuEcc -VMHost 'esx-80-02' -Device '0000:3b:00.0' -Enabled $false -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -BeLike 'GpuInPassthrough,*'
        $record.ErrorDetails.RecommendedAction | Should -Match 'Disable-GpuPassthrough -VMHost esx-80-02 -Device 0000:3b:00.0'
    }
}
