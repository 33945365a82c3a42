BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $compute = 'vgpu-803-02'
    $gpu = @{ VMHost = $compute; Device = '0000:3b:00.0' }
}

Describe 'Get-GpuMig' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
    AfterAll { Disconnect-GpuVSphere }

    It 'shows the mode, and the profiles of a GPU that has it on' {
        $gpus = @(Get-GpuMig -VMHost $compute)
        $gpus.Current | Should -Be @($false, $false, $false, $true)
        $gpus[0].Profiles | Should -BeNullOrEmpty
        ($gpus[3].Profiles | Where-Object Name -EQ '1g.5gb').Total | Should -Be 7
        (Get-TableText $gpus) -join "`n" | Should -Match '0000:af:00\.0\s+NVIDIA A100-PCIE-40GB\s+on\s+on'
    }

    It 'tells GPUs without MIG from those that have it off' {
        (Get-GpuMig -VMHost 'vgpu-67-01').IsSupported | Should -Be @($false, $false)
        (Get-TableText (Get-GpuMig -VMHost 'vgpu-67-01')) -join "`n" | Should -Match 'n/a'
    }

    It 'shows the instance that vSphere made for a VM' {
        Add-VmVgpuProfile -VM 'c803-01' -VgpuProfile 'grid_a100-3-20c' -PowerOn
        (Get-GpuMig -VMHost $compute -Device '0000:af:00.0').Instances.Profile | Should -Be '3g.20gb'
        $record = Get-ErrorOf { Set-GpuMig -VMHost $compute -Device '0000:af:00.0' -Enabled $false -Confirm:$false }
        $record.Exception.Message | Should -Match 'c803-01'
        (Get-GpuMig -VMHost $compute -Device '0000:af:00.0').Pending | Should -BeTrue
    }
}

Describe 'Set-GpuMig' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
    AfterAll { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Set-GpuMig @gpu -Enabled $true -WhatIf 6>&1 | Out-String
        $text | Should -Match 'MIG mode of 0000:3b:00\.0\s+disabled\s+enabled'
        (Get-GpuMig @gpu).Pending | Should -BeFalse
    }

    It 'refuses instances while the mode is off, and the next step switches it on' {
        $record = Get-ErrorOf { Set-GpuMig @gpu -Instance '1g.10gb' }
        $record.FullyQualifiedErrorId | Should -BeLike 'MigNotInForce,*'
        & ([scriptblock]::Create(($record.ErrorDetails.RecommendedAction -replace ', then.*') + ' -Confirm:$false'))
        (Get-GpuMig @gpu).Current | Should -BeTrue
    }

    It 'parts the GPU, whatever the order of the names, and a second time does nothing' {
        (Set-GpuMig @gpu -Instance '1g.10gb', '4g.40gb' -PassThru).Instances.Profile | Sort-Object | Should -Be @('1g.10gb', '4g.40gb')
        (Set-GpuMig @gpu -Instance '4G.40gb', '1g.10gb' -AsPlan).Changes | Should -BeNullOrEmpty
    }

    It 'refuses what does not fit, with the reason, and changes nothing: <Instance>' -ForEach @(
        @{ Instance = @('1g.11gb'); Id = 'MigProfileNotFound'; Text = '1g\.10gb' }
        @{ Instance = @('4g.40gb', '4g.40gb'); Id = 'MigProfileTooMany'; Text = 'Get-GpuMig' }
        @{ Instance = @('3g.40gb', '3g.40gb', '1g.10gb'); Id = 'MigProfileTooMany'; Text = 'together' }
    ) {
        $record = Get-ErrorOf { Set-GpuMig @gpu -Instance $Instance }
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        "$($record.Exception.Message) $($record.ErrorDetails.RecommendedAction)" | Should -Match $Text
        (Get-GpuMig @gpu).Instances.Profile | Sort-Object | Should -Be @('1g.10gb', '4g.40gb')
    }

    It 'removes all with an empty list, and the journal puts them back' {
        (Set-GpuMig @gpu -Instance @() -PassThru).Instances | Should -BeNullOrEmpty
        (Get-GpuChange | Select-Object -First 1 | Undo-GpuChange -Confirm:$false -PassThru).Outcome | Should -Be 'Done'
        (Get-GpuMig @gpu).Instances.Profile | Sort-Object | Should -Be @('1g.10gb', '4g.40gb')
    }

    It 'refuses a GPU without MIG, a host without GPUs'' driver, and nothing wanted' {
        (Get-ErrorOf { Set-GpuMig -VMHost 'vgpu-70-01' -Device '0000:86:00.0' -Enabled $true }).FullyQualifiedErrorId | Should -BeLike 'MigNotSupported,*'
        (Get-ErrorOf { Set-GpuMig -VMHost 'vgpu-bare-01' -All -Enabled $true }).FullyQualifiedErrorId | Should -BeLike 'NvidiaSmiMissing,*'
        (Get-ErrorOf { try { Set-GpuMig @gpu } catch { $_ } }).FullyQualifiedErrorId | Should -BeLike 'NothingWanted,*'
    }

    It 'is performed from a plan, later' {
        $plan = Get-GpuMig -VMHost 'vgpu-90-01' -Device '0000:3b:00.0' | Set-GpuMig -Enabled $true -AsPlan
        (Get-GpuMig -VMHost 'vgpu-90-01' -Device '0000:3b:00.0').Pending | Should -BeFalse
        ($plan | Invoke-GpuPlan -Confirm:$false -PassThru -WarningAction SilentlyContinue).Outcome | Should -Be 'Pending'
        (Get-GpuMig -VMHost 'vgpu-90-01' -Device '0000:3b:00.0').Pending | Should -BeTrue
    }
}
