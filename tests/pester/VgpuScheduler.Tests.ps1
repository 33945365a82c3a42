BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    function Connect-VgpuSimulator { $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
}

Describe 'Get-VgpuScheduler' {
    BeforeAll { Connect-VgpuSimulator }
    AfterAll { Disconnect-GpuVSphere }

    It 'shows each GPU as configured and in force, in a table that fits' {
        $gpus = @(Get-VgpuScheduler -VMHost 'vgpu-803-01')
        $gpus.Count | Should -Be 3
        $gpus[0].Policy | Should -Be 'BestEffort'
        $gpus[0].CurrentPolicy | Should -Be 'BestEffort'
        $gpus[0].IsRebootPending | Should -BeFalse
        $gpus[0].DriverVersion | Should -Match '^550\.'
        $lines = Get-TableText $gpus
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual 120 }
        ($lines -join "`n") | Should -Match 'vgpu-803-01\s+0000:3b:00\.0\s+L40\s+BestEffort\s+BestEffort\s+False'
    }

    It 'says that a GPU in MIG mode has none in force' {
        $gpu = Get-VgpuScheduler -VMHost 'vgpu-803-02' -Device '0000:af:00.0'
        $gpu.CurrentPolicy | Should -BeNullOrEmpty
        $gpu.IsRebootPending | Should -BeFalse
        (Get-TableText $gpu) -join "`n" | Should -Match 'none'
    }

    It 'asks over the API alone with -NoShell, and leaves SSH alone' {
        $text = Get-VgpuScheduler -VMHost 'vgpu-803-01' -Device '0000:3b:00.0' -NoShell -Verbose 4>&1 | Out-String
        $text | Should -Not -Match 'SSH'
        $text | Should -Match 'BestEffort\s+unknown\s+unknown'
    }

    It 'tells that SSH was on for the call, with -Verbose' {
        Get-VgpuScheduler -VMHost 'vgpu-803-01' -Verbose 4>&1 | Out-String | Should -Match 'SSH on vgpu-803-01 was stopped again'
    }

    It 'explains a host without the driver' {
        $failure = Get-ErrorOf { Get-VgpuScheduler -VMHost 'vgpu-bare-01' }
        $failure.FullyQualifiedErrorId | Should -BeLike 'NvidiaModuleMissing*'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Install-NvidiaVib'
    }

    It 'wants a host, and knows near names' {
        (Get-ErrorOf { Get-VgpuScheduler }).FullyQualifiedErrorId | Should -BeLike 'NothingNamed*'
        $failure = Get-ErrorOf { Get-VgpuScheduler -VMHost 'vgpu-803-1' }
        $failure.ErrorDetails.RecommendedAction | Should -Match 'vgpu-803-01'
    }

    It 'stops when no more is wanted' {
        @(Get-VgpuScheduler -VMHost 'vgpu-8*' | Select-Object -First 1).Count | Should -Be 1
        (Get-VgpuScheduler -VMHost 'vgpu-803-01' -Device '0000:3b:00.0').Address | Should -Be '0000:3b:00.0'
    }
}

Describe 'Set-VgpuScheduler' {
    BeforeEach { Connect-VgpuSimulator }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Set-VgpuScheduler -VMHost 'vgpu-67-01' -Policy FixedShare -TimeSliceMs 24 -WhatIf 6>&1 | Out-String
        $text | Should -Match 'scheduler of 0000:3b:00\.0\s+best effort\s+fixed share, 24 ms \(0x00180011\)'
        $text | Should -Match 'NVreg_RegistryDwords=RmPVMRL=0x00180011'
        $text | Should -Match 'driver 470\.63 takes it at boot only'
        (Get-VgpuScheduler -VMHost 'vgpu-67-01' -NoShell).Policy | Should -Be @('BestEffort', 'BestEffort')
    }

    It 'shows what waits for a reboot, and that nothing does after it' {
        $staged = @(Set-VgpuScheduler -VMHost 'vgpu-67-01' -Policy EqualShare -PassThru -Confirm:$false -WarningVariable pending -WarningAction SilentlyContinue)
        "$pending" | Should -Match 'takes effect with the next reboot'
        $staged.IsRebootPending | Should -Be @($true, $true)
        $booted = @(Set-VgpuScheduler -VMHost 'vgpu-67-01' -Policy EqualShare -Reboot -PassThru -Confirm:$false)
        $booted.CurrentPolicy | Should -Be @('EqualShare', 'EqualShare')
        $booted.IsRebootPending | Should -Be @($false, $false)
    }

    It 'is in force at once where the driver can be told, and does nothing a second time' {
        $gpus = @(Set-VgpuScheduler -VMHost 'vgpu-803-01' -Policy EqualShare -TimeSliceMs 3 -PassThru -Confirm:$false -WarningVariable pending)
        $pending | Should -BeNullOrEmpty
        $gpus.CurrentTimeSliceMs | Should -Be @(3, 3, 3)
        $gpus.RegistryValue | Select-Object -Unique | Should -Be '0x00030003'
        Set-VgpuScheduler -VMHost 'vgpu-803-01' -Policy EqualShare -TimeSliceMs 3 -Confirm:$false -Verbose 4>&1 | Out-String | Should -Match 'nothing to change'
    }

    It 'sets the GPUs that come from the pipeline, and those alone' {
        $set = Get-VgpuScheduler -VMHost 'vgpu-803-01' | Select-Object -First 1 | Set-VgpuScheduler -Policy FixedShare -PassThru -Confirm:$false
        $set.Address | Should -Be '0000:3b:00.0'
        $set.IsOwn | Should -BeTrue
        (Get-VgpuScheduler -VMHost 'vgpu-803-01').Policy | Should -Be @('FixedShare', 'BestEffort', 'BestEffort')
        $device = Get-GpuDevice -VMHost 'vgpu-803-01' -Device '0000:3b:00.0' | Set-VgpuScheduler -Policy BestEffort -PassThru -Confirm:$false
        $device.CurrentPolicy | Should -Be 'BestEffort'
        $device.IsOwn | Should -BeFalse
    }

    It 'is taken back by the journal' {
        $known = @(Get-GpuChange).Id
        Set-VgpuScheduler -VMHost 'vgpu-90-01' -Policy FixedShare -Confirm:$false
        Get-GpuChange | Where-Object Id -NotIn $known | Undo-GpuChange -Confirm:$false
        $gpus = Get-VgpuScheduler -VMHost 'vgpu-90-01'
        $gpus.CurrentPolicy | Should -Be @('BestEffort', 'BestEffort')
        $gpus[0].RegistryValue | Should -BeNullOrEmpty
    }

    It 'gives a plan that Invoke-GpuPlan performs' {
        $plan = Set-VgpuScheduler -VMHost 'vgpu-90-01' -Policy EqualShare -AsPlan
        (Get-VgpuScheduler -VMHost 'vgpu-90-01' -NoShell).Policy | Should -Be @('BestEffort', 'BestEffort')
        $plan | Invoke-GpuPlan -Confirm:$false
        (Get-VgpuScheduler -VMHost 'vgpu-90-01').CurrentPolicy | Should -Be @('EqualShare', 'EqualShare')
    }

    It 'is configured without the shell' {
        $gpus = @(Set-VgpuScheduler -VMHost 'vgpu-90-01' -Policy EqualShare -NoShell -PassThru -Confirm:$false -WarningAction SilentlyContinue)
        $gpus.Policy | Should -Be @('EqualShare', 'EqualShare')
        (Get-VgpuScheduler -VMHost 'vgpu-90-01').IsRebootPending | Should -Be @($true, $true)
        $text = Set-VgpuScheduler -VMHost 'vgpu-90-01' -Policy FixedShare -NoShell -AsPlan | Invoke-GpuPlan -Confirm:$false -Verbose 3>&1 4>&1 | Out-String
        $text | Should -Not -Match 'SSH'
        (Get-VgpuScheduler -VMHost 'vgpu-90-01' -NoShell).Policy | Should -Be @('FixedShare', 'FixedShare')
    }

    It 'refuses what cannot be, before anything is touched' {
        (Get-ErrorOf { Set-VgpuScheduler -VMHost 'vgpu-90-01' -Policy BestEffort -TimeSliceMs 3 }).FullyQualifiedErrorId | Should -BeLike 'TimeSliceInvalid*'
        (Get-ErrorOf { Set-VgpuScheduler -Policy BestEffort }).FullyQualifiedErrorId | Should -BeLike 'NothingNamed*'
        { Set-VgpuScheduler -VMHost 'vgpu-90-01' -Policy Fair } | Should -Throw '*BestEffort, EqualShare, FixedShare*'
        { Set-VgpuScheduler -VMHost 'vgpu-90-01' -Policy EqualShare -TimeSliceMs 31 } | Should -Throw
        $mixed = Get-ErrorOf { Set-VgpuScheduler -VMHost 'vgpu-803-01' -Policy FixedShare -Confirm:$false }
        "$mixed" | Should -Match '0000:86:00\.0 .*mixed size.*SCHEDULER-MIXED-SIZE'
        (Get-ErrorOf { Set-VgpuScheduler -VMHost 'vgpu-803-01' -Device '0000:11:00.0' -Policy EqualShare -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'DeviceNotFound*'
        Get-VgpuScheduler -VMHost 'vgpu-803-01' -NoShell | Where-Object RegistryValue | Should -BeNullOrEmpty
    }

    It 'completes hosts, GPUs, policies and rules' {
        Get-GpuDevice -VMHost 'vgpu-803-01' | Out-Null
        (TabExpansion2 'Set-VgpuScheduler -VMHost vgpu-803-01 -Policy ').CompletionMatches.CompletionText | Should -Be @('BestEffort', 'EqualShare', 'FixedShare')
        (TabExpansion2 'Set-VgpuScheduler -VMHost vgpu-80').CompletionMatches.CompletionText | Should -Contain 'vgpu-803-01'
        (TabExpansion2 'Set-VgpuScheduler -SkipRule SCHED').CompletionMatches.CompletionText | Should -Contain 'SCHEDULER-MIXED-SIZE'
    }
}
