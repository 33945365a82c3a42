BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands'
}

Describe 'Add-, Set- and Remove-VmVgpuProfile' {
    BeforeEach { $connection = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Add-VmVgpuProfile -VM 'c803-01' -VgpuProfile 'grid_a100d-40c' -WhatIf 6>&1 | Out-String
        $text | Should -Match 'c803-01\s+vGPU grid_a100d-40c\s+\(absent\)\s+1'
        $text | Should -Match '64bitMMIOSizeGB\s+\(absent\)\s+64'
        (($text -split "`r?`n") | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        Get-VmGpu -VM 'c803-01' | Should -BeNullOrEmpty
    }

    It 'gives a VM a vGPU, replaces it and takes it away' {
        $gpu = Add-VmVgpuProfile v67-01 GRID_P100-8Q -PowerOn -PassThru
        $gpu.VgpuProfile | Should -Be 'grid_p100-8q'
        $gpu.Kind | Should -Be 'Vgpu'
        $gpu = Set-VmVgpuProfile v67-01 grid_p100-16q -PowerOff -Force -PowerOn -Confirm:$false -PassThru
        $gpu.VgpuProfile | Should -Be 'grid_p100-16q'
        (Remove-VmVgpuProfile v67-01 -All -PowerOff -Force -Confirm:$false -PassThru).Outcome | Should -Be 'Done'
        Get-VmGpu -VM 'v67-01' | Should -BeNullOrEmpty
    }

    It 'does nothing twice' {
        Add-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8q'
        (Add-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8q' -AsPlan).Changes | Should -BeNullOrEmpty
        @(Get-VmGpu -VM 'v67-01').Count | Should -Be 1
    }

    It 'takes rows with columns, and a plan for another time' {
        'VM,VgpuProfile', 'v67-01,grid_p100-8q', 'c803-01,grid_a100d-20c', 'c803-01,grid_a100d-20c' | ConvertFrom-Csv | Add-VmVgpuProfile
        (Get-VmGpu | ForEach-Object { "$($_.VmName) $($_.VgpuProfile)" }) | Should -Be @('c803-01 grid_a100d-20c', 'c803-01 grid_a100d-20c', 'v67-01 grid_p100-8q')
        $plan = Set-VmVgpuProfile -VM 'c803-01' -VgpuProfile 'grid_a100d-10c' -AsPlan
        ($plan | Invoke-GpuPlan -Confirm:$false -PassThru).Outcome | Should -Be 'Done'
        (Get-VmGpu -VM 'c803-01').VgpuProfile | Should -Be @('grid_a100d-10c', 'grid_a100d-10c')
    }

    It 'takes a profile from the pipeline, several of one, and plug-in parameters' {
        Get-VgpuProfile -VMHost 'vgpu-803-02' | Where-Object Name -EQ 'grid_a100d-80c' | Add-VmVgpuProfile -VM 'c803-01' -Count 2 -PluginParameter @{ enable_uvm = 1 }
        $gpus = @(Get-VmGpu -VM 'c803-01')
        $gpus.VgpuProfile | Should -Be @('grid_a100d-80c', 'grid_a100d-80c')
        $gpus[1].PluginParameters['enable_uvm'] | Should -Be '1'
        ($gpus[0] | Format-List | Out-String) | Should -Match 'PluginParameters : enable_uvm=1'
        Set-VmVgpuProfile -VM 'c803-01' -PluginParameter @{ enable_uvm = $null }
        Get-VmGpu -VM 'c803-01' | ForEach-Object { $_.PluginParameters.Count } | Should -Be @(0, 0)
    }

    It 'gives GPUs joined by NVLink' {
        Add-VmVgpuProfile -VM 'c803-01' -DeviceGroup 'Nvidia:2@grid_a100d-80c%NVLink' -PowerOn
        (Get-VmGpu -VM 'c803-01').DeviceGroup | Should -Be @('Nvidia:2@grid_a100d-80c%NVLink', 'Nvidia:2@grid_a100d-80c%NVLink')
    }

    It 'takes GPUs of Get-VmGpu, and names the right command for the wrong kind' {
        Add-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8q'
        $record = Get-ErrorOf { Get-VmGpu -VM 'v67-01' | Remove-VmGpuPassthrough -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Be "NotAGpu,$command.RemoveVmGpuPassthroughCommand"
        $record.ErrorDetails.RecommendedAction | Should -Match 'Remove-VmVgpuProfile'
        @(Get-VmGpu -VM 'v67-01').Count | Should -Be 1
        Get-VmGpu | Where-Object VgpuProfile -Like 'grid_p100*' | Remove-VmVgpuProfile -Confirm:$false
        Get-VmGpu | Should -BeNullOrEmpty
    }

    It 'refuses with a reason and changes nothing: <What>' -ForEach @(
        @{ What = 'misspelt profile'; Id = 'BlockedByRule'; Text = 'grid_p100-8q'; Body = { Add-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8z' } }
        @{ What = 'no driver'; Id = 'BlockedByRule'; Text = 'Install-NvidiaVib'; Body = { Add-VmVgpuProfile -VM 'bare-01' -VgpuProfile 'nvidia_l40-8q' } }
        @{ What = 'profile of another series in MIG mode'; Id = 'BlockedByRule'; Text = 'room|offer'; Body = { Add-VmVgpuProfile -VM 'c803-01' -VgpuProfile 'grid_a100-40c' } }
        @{ What = 'unknown profile, remove'; Id = 'VgpuProfileNotFound'; Text = 'Get-VmGpu'; Body = { Remove-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_z9-1q' -Confirm:$false } }
        @{ What = 'set without a vGPU'; Id = 'VgpuNotFound'; Text = 'Add-VmVgpuProfile'; Body = { Set-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8q' } }
        @{ What = 'bad plug-in parameter'; Id = 'InvalidPluginParameter'; Text = 'enable_uvm'; Body = { Add-VmVgpuProfile -VM 'c803-01' -VgpuProfile 'grid_a100d-80c' -PluginParameter @{ 'a.b' = 1 } } }
        @{ What = 'no profile'; Id = 'NothingNamed'; Text = 'Get-VgpuProfile'; Body = { Add-VmVgpuProfile -VM 'v67-01' } }
        @{ What = 'nothing to remove named'; Id = 'NothingNamed'; Text = '-All'; Body = { Remove-VmVgpuProfile -VM 'v67-01' -Confirm:$false } }
        @{ What = 'no such VM'; Id = 'VMNotFound'; Text = '.'; Body = { Add-VmVgpuProfile -VM 'v67-0x' -VgpuProfile 'grid_p100-8q' } }
    ) {
        $record = Get-ErrorOf { try { & $Body } catch { $_ } }
        $record.FullyQualifiedErrorId | Should -Match "^$Id,"
        "$($record.Exception.Message) $($record.ErrorDetails.RecommendedAction)" | Should -Match $Text
        Get-VmGpu | Should -BeNullOrEmpty
    }

    It 'narrows piped vGPUs down by the profile that is named' {
        Add-VmVgpuProfile -VM 'v801-01' -VgpuProfile 'nvidia_a40-8q', 'nvidia_a40-16q'
        Get-VmGpu -VM 'v801-01' | Set-VmVgpuProfile -Replace 'nvidia_a40-8q' -VgpuProfile 'nvidia_a40-4q'
        (Get-VmGpu -VM 'v801-01').VgpuProfile | Should -Be @('nvidia_a40-4q', 'nvidia_a40-16q')
        Get-VmGpu -VM 'v801-01' | Remove-VmVgpuProfile -VgpuProfile 'nvidia_a40-16q' -Confirm:$false
        (Get-VmGpu -VM 'v801-01').VgpuProfile | Should -Be 'nvidia_a40-4q'
    }

    It 'does not take a first argument for the profile when VMs are piped in, nor passes it over: <Name>' -ForEach @(
        @{ Name = 'Set'; Body = { Get-VmGpu -VM 'v67-01' | Set-VmVgpuProfile 'grid_p100-4q' } }
        @{ Name = 'Remove'; Body = { Get-VmGpu -VM 'v67-01' | Remove-VmVgpuProfile 'grid_p100-4q' -Confirm:$false } }
        @{ Name = 'Add'; Body = { 'v67-02' | Add-VmVgpuProfile 'grid_p100-4q' } }
        @{ Name = 'Remove, passthrough'; Body = { Get-VmGpu -VM 'v67-01' | Remove-VmGpuPassthrough '0000:3b:00.0' -Confirm:$false } }
    ) {
        Add-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8q'
        $record = Get-ErrorOf { try { & $Body } catch { $_ } }
        $record.FullyQualifiedErrorId | Should -BeLike 'VmNamedTwice,*'
        $record.ErrorDetails.RecommendedAction | Should -Match '-VgpuProfile'
        @(Get-VmGpu).Count | Should -Be 1
    }

    It 'refuses one more than fits, and says who is in the way' {
        'v67-01', 'v67-02', 'v67-03', 'v67-04' | Add-VmVgpuProfile -VgpuProfile 'grid_p100-8q' -PowerOn
        $record = Get-ErrorOf { Add-VmVgpuProfile -VM 'v67-05' -VgpuProfile 'grid_p100-8q' -PowerOn }
        "$($record.Exception.Message)" | Should -Match 'VGPU-ROOM'
        "$($record.Exception.Message)" | Should -Match 'v67-01'
        Get-VmGpu -VM 'v67-05' | Should -BeNullOrEmpty
    }
}
