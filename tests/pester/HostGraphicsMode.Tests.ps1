BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
}

Describe 'Get-HostGraphicsMode' {
    BeforeEach { $null = Connect-Simulator }
    AfterEach { Disconnect-GpuVSphere }

    It 'shows the hosts that have a GPU when none is named' {
        $names = (Get-HostGraphicsMode -WarningAction SilentlyContinue).HostName
        $names | Should -Contain 'esx-67-01'
        $names | Should -Not -Contain 'esx-none-01'
    }

    It 'shows the default, the policy and each GPU, as the guide does' {
        $mode = Get-HostGraphicsMode -VMHost 'esx-67-01'
        $mode.DefaultGraphicsType | Should -Be 'Shared'
        $mode.AssignmentPolicy | Should -Be 'Performance'
        @($mode.Gpus).Count | Should -Be 2
        $mode.Gpus[0].ActiveType | Should -Be 'Basic'
        $text = $mode | Out-String
        $text | Should -Match 'Default Graphics Type\s+: Shared'
        $text | Should -Match 'Shared Passthru Assignment Policy\s+: Performance'
        $text | Should -Match '0000:3b:00.0'
    }

    It 'takes a GPU from the pipeline for its host' {
        (Get-GpuDevice -VMHost 'esx-80-02' -Device '0000:3b:00.0' | Get-HostGraphicsMode).HostName | Should -Be 'esx-80-02'
    }
}

Describe 'Set-HostGraphicsMode' {
    BeforeEach { $null = Connect-Simulator }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Set-HostGraphicsMode -VMHost 'esx-67-01' -GraphicsType SharedDirect -WhatIf 6>&1 | Out-String
        $text | Should -Match 'default graphics type\s+shared\s+sharedDirect'
        (Get-HostGraphicsMode -VMHost 'esx-67-01').DefaultGraphicsType | Should -Be 'Shared'
    }

    It 'sets the default and every GPU, by either name of the type' {
        $mode = Set-HostGraphicsMode -VMHost 'esx-67-01' -GraphicsType SharedPassthru -AssignmentPolicy Consolidation -PassThru -Confirm:$false
        $mode.DefaultGraphicsType | Should -Be 'SharedDirect'
        $mode.AssignmentPolicy | Should -Be 'Consolidation'
        $mode.Gpus.ConfiguredType | Should -Be @('SharedDirect', 'SharedDirect')
        ($mode | Out-String) | Should -Match 'SharedPassthru'
    }

    It 'shows what is configured beside what is in force, in the list and in a table' {
        Set-HostGraphicsMode -VMHost 'esx-80-02' -GraphicsType SharedDirect -VgpuMode MixedSize -Confirm:$false
        $mode = Get-HostGraphicsMode -VMHost 'esx-80-02'
        ($mode | Out-String) | Should -Match 'A40  Basic  \(configured: Shared Direct, MixedSize\)'
        ($mode | Format-Table | Out-String) | Should -Match 'esx-80-02\s+SharedDirect\s+Performance\s+2 Basic\s+False'
    }

    It 'shows a GPU whose type waits, Shared ones too, and what brings it into force' {
        Disconnect-GpuVSphere
        $null = Connect-GpuVSphere -Simulator -Scenario VGPU -ClockSpeed 3000
        Set-HostGraphicsMode -VMHost 'vgpu-70-01' -GraphicsType Shared -Confirm:$false -WarningAction SilentlyContinue
        $text = Get-HostGraphicsMode -VMHost 'vgpu-70-01' | Out-String
        $text | Should -Match 'T4  Shared Direct  \(configured: Shared\)'
        $text | Should -Match 'Pending\s+: Not in force yet'
    }

    It 'says of a mode that waits which one' {
        Disconnect-GpuVSphere
        $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000
        $mode = Set-HostGraphicsMode -VMHost 'vgpu-803-01' -Device '0000:3b:00.0' -VgpuMode MixedSize -Confirm:$false -PassThru -WarningAction SilentlyContinue
        $mode.Pending | Should -Match '0000:3b:00\.0 \(sameSize now, mixedSize configured\)'
    }

    It 'tells a name that is not found once, also with -PassThru' {
        $mode = Set-HostGraphicsMode -VMHost 'esx-67-0l', 'esx-67-01' -GraphicsType SharedDirect -Confirm:$false -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed
        $mode.HostName | Should -Be 'esx-67-01'
        @($failed).Count | Should -Be 1
    }

    It 'sets one GPU alone with -Device' {
        $mode = Set-HostGraphicsMode -VMHost 'esx-80-01' -Device '0000:af:00.0' -GraphicsType SharedDirect -PassThru -Confirm:$false
        $mode.DefaultGraphicsType | Should -Be 'Shared'
        ($mode.Gpus | Where-Object { "$($_.Address)" -eq '0000:af:00.0' }).ConfiguredType | Should -Be 'SharedDirect'
        ($mode.Gpus | Where-Object { "$($_.Address)" -eq '0000:3b:00.0' }).ConfiguredType | Should -Be 'Shared'
    }

    It 'refuses a vGPU mode before 8.0 U3, and a host without a GPU' {
        Set-HostGraphicsMode -VMHost 'esx-67-01' -VgpuMode MixedSize -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable refused
        "$refused" | Should -Match '8\.0 U3'
        Set-HostGraphicsMode -VMHost 'esx-none-01' -GraphicsType SharedDirect -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable refused
        "$refused" | Should -Match 'no NVIDIA GPU'
    }

    It 'says what to give when nothing is wanted' {
        Set-HostGraphicsMode -VMHost 'esx-67-01' -ErrorAction SilentlyContinue -ErrorVariable refused
        $refused[0].FullyQualifiedErrorId | Should -BeLike 'NothingWanted*'
    }

    It 'does nothing a second time' {
        Set-HostGraphicsMode -VMHost 'esx-67-01' -GraphicsType SharedDirect -Confirm:$false
        $text = Set-HostGraphicsMode -VMHost 'esx-67-01' -GraphicsType SharedDirect -Confirm:$false -Verbose 4>&1 | Out-String
        $text | Should -Match 'nothing to change'
    }
}
