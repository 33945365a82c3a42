BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands.TestGpuReadinessCommand'
}

Describe 'Test-GpuReadiness of hosts' {
    BeforeAll { $connection = Connect-Simulator }
    AfterAll { Disconnect-GpuVSphere }

    It 'asks about both methods where GPUs are not configured, and about the one that is named' {
        $both = @(Test-GpuReadiness 'esx-67-01')
        ($both | Where-Object RuleId -EQ 'DEVICE-ACTIVE').AskedFor | Should -Be @('Passthrough', 'Passthrough')
        ($both | Where-Object RuleId -EQ 'VGPU-DRIVER').AskedFor | Should -Be 'vGPU'
        ($both | Where-Object RuleId -EQ 'HOST-CONNECTED').AskedFor | Should -Be 'Both'
        @(Test-GpuReadiness 'esx-67-01' -Method Passthrough).RuleId | Should -Not -Contain 'VGPU-DRIVER'
        @(Test-GpuReadiness 'esx-67-01' -Method Vgpu).RuleId | Should -Not -Contain 'DEVICE-ACTIVE'
    }

    It 'says what was seen, why it matters, where that is written, and what mends it' {
        $row = Test-GpuReadiness 'esx-67-01' -Device '0000:3b:00.0' -Rule DEVICE-ACTIVE
        $row.Outcome | Should -Be 'Block'
        $row.Seen | Should -Match '0000:3b:00\.0.*not enabled'
        $row.Why | Should -Match 'reboot'
        $row.Source | Should -Match 'passthruActive'
        $row.NextStep | Should -Match '^Enable-GpuPassthrough -VMHost esx-67-01 -Device 0000:3b:00\.0'
        $row.TargetName | Should -Be 'esx-67-01'
    }

    It 'gives problems first, and with -ProblemOnly nothing else' {
        $outcomes = @((Test-GpuReadiness 'esx-67-01').Outcome | ForEach-Object { [int] $_ })
        $outcomes | Should -Be @($outcomes | Sort-Object -Descending)
        @(Test-GpuReadiness -ProblemOnly | Where-Object { "$($_.Outcome)" -notin 'Block', 'Confirm' }).Count | Should -Be 0
    }

    It 'takes hosts by name, wildcard, cluster, pipeline and column, and GPUs' {
        foreach ($rows in @(
                , @(Test-GpuReadiness 'esx-80-01', 'esx-80-02' -Rule HOST-GPU)
                , @(Test-GpuReadiness 'esx-80-*' -Rule HOST-GPU)
                , @(Test-GpuReadiness -Cluster 'GPU-80' -Rule HOST-GPU)
                , @('esx-80-01', 'esx-80-02' | Test-GpuReadiness -Rule HOST-GPU)
                , @([pscustomobject]@{ VMHost = 'esx-80-01' }, [pscustomobject]@{ VMHost = 'esx-80-02' } | Test-GpuReadiness -Rule HOST-GPU)
                , @(Get-GpuDevice -VMHost 'esx-80-*' | Test-GpuReadiness -Rule HOST-GPU)
            )) {
            $rows.TargetName | Should -Be @('esx-80-01', 'esx-80-02')
            $rows[0].Seen | Should -Be 'esx-80-01 has 2 x A100 PCIe 80GB.'
        }

        @(Get-GpuDevice -VMHost 'esx-80-01' | Select-Object -First 1 | Test-GpuReadiness -Rule DEVICE-ACTIVE).Count | Should -Be 1
        'nothing' | Where-Object { $false } | Test-GpuReadiness | Should -BeNullOrEmpty
    }

    It 'looks at every host with a GPU when nothing is named, and at a named one without' {
        $names = @(Test-GpuReadiness -Rule HOST-* | Select-Object -ExpandProperty TargetName -Unique)
        $names | Should -Contain 'esx-usb-01'
        $names | Should -Not -Contain 'esx-none-01'
        (Test-GpuReadiness 'esx-none-01' -Rule HOST-GPU).Outcome | Should -Be 'Block'
        (Test-GpuReadiness 'esx-down-01' | Where-Object Outcome -EQ 'Block').RuleId | Should -Be 'HOST-CONNECTED'
    }

    It 'has a table of at most 120 columns, and the whole in a list' {
        ((Get-TableText @(Test-GpuReadiness)) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        (Test-GpuReadiness 'esx-67-01' -Rule DEVICE-ACTIVE | Format-List | Out-String) | Should -Match '(?s)Seen.*Why.*Source.*NextStep'
    }
}

Describe 'Test-GpuReadiness of VMs and plans' {
    BeforeAll { $connection = Connect-Simulator }
    AfterAll { Disconnect-GpuVSphere }

    It 'says of a planned GPU what Add-VmGpuPassthrough says' {
        $rows = @(Test-GpuReadiness -VM 'ml-bios' -Device '0000:3b:00.0')
        $plan = Add-VmGpuPassthrough -VM 'ml-bios' -Device '0000:3b:00.0' -AsPlan
        @($rows | Where-Object Outcome -EQ 'Block').Seen | Sort-Object | Should -Be @($plan.Findings | Where-Object Blocks | ForEach-Object Message | Sort-Object)
        ($rows | Where-Object RuleId -EQ 'VM-FIRMWARE').Outcome | Should -Be 'Block'
        (Test-GpuReadiness -VM 'ml-bios' -Device '0000:3b:00.0' -NoGuestInstalled | Where-Object RuleId -EQ 'VM-FIRMWARE').Outcome | Should -Be 'Information'
        $rows.AskedFor | Select-Object -Unique | Sort-Object | Should -Be 'Change', 'Passthrough', 'PowerOn'
    }

    It 'holds a planned GPU against its host and against what the VM will be, also from a plan' {
        $plan = Add-VmGpuPassthrough -VM 'ml-bios' -Device '0000:3b:00.0' -AsPlan
        foreach ($rows in @(Test-GpuReadiness -VM 'ml-bios' -Device '0000:3b:00.0'), @($plan | Test-GpuReadiness)) {
            ($rows | Where-Object RuleId -EQ 'HOST-LARGE-BAR').NextStep | Should -Match 'above 4G decoding'
            ($rows | Where-Object RuleId -EQ 'MMIO-KEYS').Seen | Should -Match '^Once changed: ml-bios has pciPassthru\.64bitMMIOSizeGB = 256'
        }
    }

    It 'turns ready when what it says is done, and then judges the VM as it is configured' {
        Test-GpuReadiness -VM 'ml-01' -Device '0000:3b:00.0' -Quiet | Should -BeFalse
        Enable-GpuPassthrough -VMHost 'esx-80-01' -Device '0000:3b:00.0' -Reboot -Confirm:$false
        Test-GpuReadiness -VM 'ml-01' -Device '0000:3b:00.0' -Quiet | Should -BeTrue
        Get-GpuDevice -VMHost 'esx-80-01' | Select-Object -First 1 | Test-GpuReadiness -VM 'ml-01' -Quiet | Should -BeTrue
        Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0' -Confirm:$false
        (Test-GpuReadiness -VM 'ml-01' -Device '0000:3b:00.0').RuleId | Should -Be 'CHANGE-EMPTY'
        $rows = @(Get-VmGpu -VM 'ml-01' | Test-GpuReadiness)
        $rows.AskedFor | Select-Object -Unique | Should -Be 'PowerOn'
        ($rows | Where-Object RuleId -EQ 'DEVICE-ACTIVE').Outcome | Should -Be 'Pass'
        @($rows | Where-Object Outcome -EQ 'Block').Count | Should -Be 0 -Because ($rows | Where-Object Outcome -EQ 'Block' | Out-String)
        'VM,VgpuProfile', 'ml-90,nvidia_h100-10c' | ConvertFrom-Csv | Test-GpuReadiness -Rule VGPU-DRIVER | ForEach-Object { "$($_.AskedFor) $($_.Outcome)" } | Should -Be 'Change Block'
        (Test-GpuReadiness -VM 'ml-02' -Device '0000:3b:00.0' -Rule DEVICE-IN-USE).Outcome | Should -Be 'Block'
    }

    It 'judges a planned vGPU, any of a kind, and plans of other commands' {
        (Test-GpuReadiness -VM 'ml-90' -VgpuProfile 'nvidia_h100-10c' -Rule VGPU-DRIVER).Outcome | Should -Be 'Block'
        (Test-GpuReadiness -VM 'ml-70' -DeviceId '10de:1db6' -Count 2 -Rule DEVICE-ACTIVE).Seen | Should -Match 'asks for 2 device'
        $rows = @(Enable-GpuPassthrough -VMHost 'esx-usb-01' -Device '0000:3b:00.0' -AsPlan | Test-GpuReadiness)
        ($rows | Where-Object RuleId -EQ 'HOST-USB-BOOT').Outcome | Should -Be 'Block'
        ($rows | Where-Object RuleId -EQ 'DEVICE-CAPABLE').Outcome | Should -Be 'Pass'
    }

    It 'says that a VM has no GPU, and passes over such VMs where many are meant' {
        $said = Test-GpuReadiness -VM 'ml-67' -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -Match 'ml-67 has no GPU'
        @($said).Count | Should -BeGreaterThan 0
        Test-GpuReadiness -VM 'web-*' -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warned | Should -Match 'None of the 2 VMs has a GPU'
    }

    It 'gives one boolean with -Quiet, and False where something was not found' {
        $answer = Test-GpuReadiness 'esx-80-*' -Quiet
        $answer | Should -BeOfType [bool]
        Test-GpuReadiness 'esx-80-01' -Rule HOST-GPU -Quiet | Should -BeTrue
        Test-GpuReadiness 'esx-80-01', 'esx-8O-01' -Rule HOST-GPU -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'says so for <What>' -ForEach @(
        @{ What = 'a rule that is not there'; Id = 'UnknownRule'; Script = { Test-GpuReadiness 'esx-67-01' -Rule 'VM-FIRMWAR' } }
        @{ What = 'a host that is not there'; Id = 'HostNotFound'; Script = { Test-GpuReadiness 'esx-8O-01' } }
        @{ What = 'a VM that is not there'; Id = 'VmNotFound'; Script = { Test-GpuReadiness -VM 'ml-o1' } }
        @{ What = 'a GPU that the host does not have'; Id = 'DeviceNotFound'; Script = { Test-GpuReadiness 'esx-67-01' -Device '0000:99:00.0' } }
        @{ What = 'a GPU of no host'; Id = 'NothingNamed'; Script = { Test-GpuReadiness -Device '0000:3b:00.0' } }
        @{ What = 'a profile for no VM'; Id = 'NothingNamed'; Script = { Test-GpuReadiness 'esx-67-01' -VgpuProfile 'grid_p100-8q' } }
        @{ What = 'both methods for a VM'; Id = 'TwoMethods'; Script = { Test-GpuReadiness -VM 'ml-02' -VgpuProfile 'grid_p100-8q' -Device '0000:3b:00.0' } }
        @{ What = 'a method for a VM'; Id = 'NotForVms'; Script = { Test-GpuReadiness -VM 'ml-02' -Method Vgpu } }
        @{ What = 'a count of nothing'; Id = 'NothingNamed'; Script = { Test-GpuReadiness -VM 'ml-02' -Count 2 } }
        @{ What = 'a number'; Id = 'WrongType'; Script = { 42 | Test-GpuReadiness } }
    ) {
        (Get-ErrorOf $Script).FullyQualifiedErrorId | Should -Be "$Id,$command"
    }

    It 'says of a planned GPU that is not there what the changing command says' {
        $row = Test-GpuReadiness -VM 'ml-02' -Device '0000:99:00.0'
        $row.Outcome | Should -Be 'Block'
        $row.RuleId | Should -Be 'DeviceNotFound'
    }
}

Describe 'A planned vGPU' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -Scenario vgpu-setup -ClockSpeed 3000 }
    AfterAll { Disconnect-GpuVSphere }

    It 'is held against its host as well, where ECC would keep it from starting' {
        $vib = '[gpu-ds] NVIDIA/NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib'
        Install-NvidiaVib -VMHost 'new-67-02' -Path $vib -SetGraphicsMode -Reboot -Confirm:$false -WarningAction SilentlyContinue
        $planned = @{ VM = 'desk-67a'; VgpuProfile = 'grid_p100-8q' }
        (Test-GpuReadiness @planned -Rule ECC-VGPU).Outcome | Should -Be 'Confirm'
        $smi = Get-NvidiaSmi -VMHost 'new-67-02'
        $row = Test-GpuReadiness @planned -NvidiaSmi $smi -ProblemOnly
        "$($row.RuleId) $($row.Outcome) $($row.TargetName)" | Should -Be 'ECC-VGPU Block new-67-02'
        Test-GpuReadiness @planned -NvidiaSmi $smi -Quiet | Should -BeFalse
        Invoke-Expression "$($row.NextStep) -Confirm:`$false"
        Test-GpuReadiness @planned -NvidiaSmi (Get-NvidiaSmi -VMHost 'new-67-02') -Quiet | Should -BeTrue
    }
}
