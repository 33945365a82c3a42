BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $null = Connect-GpuVSphere -Simulator -Scenario vgpu
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

    It 'fits in 120 columns' {
        (Get-TableText $offered | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        Get-TableText $offered | Select-Object -Skip 1 -First 1 | Should -Match 'VMHost\s+Name\s+MemoryMB\s+Series\s+Sharing\s+Max\s+CanStart\s+Can\s+Licence'
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

Describe 'Completion of vGPU profiles' {
    It 'knows the profiles of the last read' {
        $line = "Get-VgpuProfile -Name $($offered[0].Name.Substring(0, 5).ToUpperInvariant())"
        $matches = (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches
        $matches.ListItemText | Should -Contain $offered[0].Name
    }
}
