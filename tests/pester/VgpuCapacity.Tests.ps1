BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    # Names ignore case, those of scenarios too.
    $null = Connect-GpuVSphere -Simulator -Scenario Vgpu -ClockSpeed 3000
    $busy = Get-GpuCapacity -VMHost 'vgpu-67-01' -Device '3b:00.0'
    $offered = @(Get-VgpuProfile -VMHost 'vgpu-67-01' | Sort-Object Name)
}

AfterAll { Disconnect-GpuVSphere }

Describe 'Get-VgpuProfile' {
    It 'lists the profiles with memory, series, licence and how many still start' {
        $offered.Count | Should -BeGreaterThan 3
        foreach ($one in $offered) {
            $one.MemoryMB | Should -BeGreaterThan 0
            $one.Licence | Should -Not -BeNullOrEmpty
            $one.MayStart | Should -BeGreaterOrEqual $one.CanStart
            "$($one.Devices)" | Should -Match '^0000:'
        }
    }

    It 'finds names whatever their case, with wildcards' {
        $name = $offered[0].Name
        (Get-VgpuProfile -VMHost $busy.HostName -Name $name.ToUpperInvariant()).Name | Should -Be $name
        @(Get-VgpuProfile -VMHost $busy.HostName -Name "$($name.Substring(0, 6))*").Count | Should -BeGreaterThan 0
        Get-VgpuProfile -VMHost $busy.HostName -Name 'nothing-*' | Should -BeNullOrEmpty
    }

    It 'says the near names of one that no host offers, and lists the others' {
        $name = $offered[0].Name
        $failure = Get-ErrorOf { Get-VgpuProfile -VMHost $busy.HostName -Name "${name}x", $name }
        $failure.FullyQualifiedErrorId | Should -Be 'VgpuProfileNotFound,GpuVSphere.PowerShell.Commands.GetVgpuProfileCommand'
        $failure.ErrorDetails.RecommendedAction | Should -Match "Near names: .*$name"
        $failure.TargetObject | Should -Be "${name}x"
    }

    It 'takes hosts and GPUs from the pipeline' {
        (Get-GpuDevice -VMHost $busy.HostName -Device "$($busy.Address)" | Get-VgpuProfile).Name | Should -Contain $offered[0].Name
        ($busy | Get-VgpuProfile).Name | Should -Contain $offered[0].Name
        $busy.HostName | Get-VgpuProfile | Should -Not -BeNullOrEmpty
    }

    It 'reports a host that is not there and lists the rest' {
        (Get-ErrorOf { Get-VgpuProfile -VMHost 'esx-nowhere', $busy.HostName }).FullyQualifiedErrorId | Should -BeLike 'HostNotFound,*'
    }

    It 'says of a named host that offers none why not, and of all hosts nothing' {
        $said = @(Get-VgpuProfile -VMHost 'vgpu-bare-01' 3>&1)
        $said.Count | Should -Be 1
        "$said" | Should -Match '^vgpu-bare-01 offers no vGPU profile\. 0000:3b:00\.0: It has no NVIDIA host driver'
        @(Get-VgpuProfile 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }).Count | Should -Be 0
        Get-VgpuProfile -Verbose 4>&1 | Where-Object { "$_" -like 'vgpu-bare-01 offers no*' } | Should -Not -BeNullOrEmpty
    }

    It 'fits in 120 columns' {
        (Get-TableText $offered | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        Get-TableText $offered | Select-Object -Skip 1 -First 1 | Should -Match 'VMHost\s+Name\s+MemoryMB\s+Series\s+Sharing\s+PerGpu\s+CanStart\s+Can\s+Licence'
    }
}

Describe 'Get-GpuCapacity' {
    It 'shows every GPU, and why one is not in vGPU use' {
        $all = @(Get-GpuCapacity)
        $all.Count | Should -Be @(Get-GpuDevice).Count
        foreach ($gpu in $all | Where-Object Mode -eq 'None') {
            $gpu.NotInUse | Should -Not -BeNullOrEmpty
        }
    }

    It 'says how many more of a profile start on each GPU' {
        $rows = @(Get-GpuCapacity -VMHost $busy.HostName -VgpuProfile $offered[0].Name)
        ($rows | Measure-Object -Property CanStart -Sum).Sum | Should -Be $offered[0].CanStart
        $rows.VgpuProfile | Select-Object -Unique | Should -Be $offered[0].Name
        (Get-TableText $rows | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'sums up per cluster' {
        $rows = @(Get-GpuCapacity -VMHost $busy.HostName -VgpuProfile $offered[0].Name -Summary)
        $rows.Count | Should -Be 1
        $rows[0].CanStart | Should -Be $offered[0].CanStart
        $rows[0].VgpuGpuCount | Should -BeGreaterThan 0
        @(Get-GpuCapacity -Summary).Name | Should -Contain $rows[0].Name
        (Get-TableText @(Get-GpuCapacity -Summary) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'limits itself to the GPUs that are named' {
        "$((Get-GpuCapacity -VMHost $busy.HostName -Device "$($busy.Address)").Address)" | Should -Be "$($busy.Address)"
    }

    It 'refuses a profile that nobody has, with near names' {
        $failure = Get-ErrorOf { Get-GpuCapacity -VMHost $busy.HostName -VgpuProfile "$($offered[0].Name)x" }
        $failure.FullyQualifiedErrorId | Should -Be 'VgpuProfileNotFound,GpuVSphere.PowerShell.Commands.GetGpuCapacityCommand'
    }

    It 'fits in 120 columns' {
        (Get-TableText @(Get-GpuCapacity) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }
}

Describe 'Get-GpuCapacity beside VMs' {
    AfterEach {
        Get-VmGpu | Remove-VmVgpuProfile -PowerOff -Force -Confirm:$false
    }

    It 'says how many still start until none does, and then Add-VmVgpuProfile refuses with the same reason' {
        foreach ($number in 1..4) {
            (Get-VgpuProfile -VMHost 'vgpu-67-01' -Name 'grid_p100-8q').CanStart | Should -Be (5 - $number)
            Add-VmVgpuProfile -VM "v67-0$number" -VgpuProfile 'GRID_P100-8Q' -PowerOn
        }
        $rows = @(Get-GpuCapacity -VMHost 'vgpu-67-01' -VgpuProfile 'grid_p100-8q')
        $rows.CanStart | Should -Be @(0, 0)
        $rows.MayStart | Should -Be @(0, 0)
        $rows.Obstacle | Should -Be @('Full', 'Full')
        ($rows.InTheWay | Sort-Object) | Should -Be @('v67-01', 'v67-02', 'v67-03', 'v67-04')

        $record = Get-ErrorOf { Add-VmVgpuProfile -VM 'v67-05' -VgpuProfile 'grid_p100-8q' -PowerOn }
        $record.FullyQualifiedErrorId | Should -BeLike 'BlockedByRule,*'
        foreach ($row in $rows) {
            "$($record.Exception.Message)" | Should -Match ([regex]::Escape("$($row.Address): $($row.Why)"))
        }
        "$($record.Exception.Message)" | Should -Match 'No more grid_p100-8q can start on vgpu-67-01'
        $record.ErrorDetails.RecommendedAction | Should -Match 'Get-GpuCapacity'
        Get-VmGpu -VM 'v67-05' | Should -BeNullOrEmpty
    }

    It 'names the lock of a GPU and the VMs that lock it' {
        Add-VmVgpuProfile -VM 'v67-01' -VgpuProfile 'grid_p100-8q' -PowerOn
        Add-VmVgpuProfile -VM 'v67-02' -VgpuProfile 'grid_p100-4q' -PowerOn
        $gpus = @(Get-GpuCapacity -VMHost 'vgpu-67-01')
        $gpus.LockedProfile | Should -Be @('grid_p100-8q', 'grid_p100-4q')
        $gpus.LockedMemoryMB | Should -Be @(8192, 4096)
        $gpus.FreeMemoryMB | Should -Be @(8192, 12288)
        "$($gpus[0].Running)" | Should -Be 'v67-01 grid_p100-8q'
        $rows = @(Get-GpuCapacity -VMHost 'vgpu-67-01' -VgpuProfile 'grid_p100-16q')
        $rows.Obstacle | Should -Be @('OtherSize', 'OtherSize')
        $rows[1].Why | Should -Match 'v67-02'
        $cluster = Get-GpuCapacity -VMHost 'vgpu-67-01' -Summary
        $cluster.VMs | Should -Be @('v67-01', 'v67-02')
        $cluster.Modes | Should -Be 'SameSize 2'
    }

    It 'is exact with what Get-NvidiaSmi tells: places, and GPU instances made by hand' {
        Set-GpuMig -VMHost 'vgpu-803-02' -Device 'af:00.0' -Instance '3g.20gb' -Confirm:$false
        Add-VmVgpuProfile -VM 'c803-01', 'c803-02' -VgpuProfile 'grid_a100-1-5c' -PowerOn
        $open = @(Get-GpuCapacity -VMHost 'vgpu-803-02' -VgpuProfile 'grid_a100-4-20c')
        "$($open.CanStart)-$($open.MayStart)" | Should -Be '0-1'
        $open.FreePlacements | Should -BeNullOrEmpty
        $told = Get-NvidiaSmi -VMHost 'vgpu-803-02'
        $gpu = Get-GpuCapacity -VMHost 'vgpu-803-02' -Device 'af:00.0' -NvidiaSmi $told
        # Both are powered on at once: which of them came first is chance.
        "$($gpu.Running)" | Should -Match '^c803-01 grid_a100-1-5c @[45] c803-02 grid_a100-1-5c @[45]$'
        @($gpu.Running | ForEach-Object { "$_".Split('@')[1] } | Sort-Object) | Should -Be @('4', '5')
        "$($gpu.IdleInstances)" | Should -Be '3g.20gb@0:4'
        "$($gpu.FreePlaces)" | Should -Be '6-7'
        $small = Get-GpuCapacity -VMHost 'vgpu-803-02' -VgpuProfile 'grid_a100-1-5c' -NvidiaSmi $told
        $small.CanStart, $small.MayStart | Should -Be @(1, 1)
        $small.FreePlacements | Should -Be 6
        $small.Why | Should -Match '3g.20gb@0:4'
    }
}

Describe 'Completion of vGPU profiles' {
    It 'knows the profiles of the last read' {
        $line = "Get-VgpuProfile -Name $($offered[0].Name.Substring(0, 5).ToUpperInvariant())"
        $matches = (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches
        $matches.ListItemText | Should -Contain $offered[0].Name
    }
}
