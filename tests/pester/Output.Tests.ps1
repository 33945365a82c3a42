# What comes out of the cmdlets, whichever they are.
BeforeDiscovery {
    $commands = @(
        'Get-GpuCapacity', 'Get-GpuCapacity -VgpuProfile grid_p100-8q', 'Get-GpuDevice', 'Get-VmGpu *', 'Get-HostGraphicsMode', 'Get-GpuEcc vgpu-67-01', 'Get-GpuMig vgpu-67-01', 'Get-VgpuProfile', 'Get-VgpuScheduler vgpu-803-01', 'Get-VgpuRelease',
        'Get-NvidiaVib', 'Get-NvidiaSmi vgpu-67-01', 'Get-MmioSize -VM *', 'Get-MmioSize -Model "V100 PCIe 32GB"', 'Get-GpuMaintenanceImpact vgpu-67-01 -All', 'Get-GpuMaintenanceImpact vgpu-67-01 -Summary -All',
        'Get-GpuMethodRecommendation -Need Share', 'Get-GpuVSphereConnection', 'Test-GpuReadiness', 'Test-VgpuCompatibility', 'Test-VgpuCompatibility -Manager 16.4 -GuestDriver 15.2 -PlannedManager 19.4',
        'Enable-GpuPassthrough * -All -AsPlan', 'Enable-VgpuMigration -AsPlan', 'Add-VmVgpuProfile v67-06 grid_p100-8q -AsPlan',
        'Set-HostGraphicsMode vgpu-70-01 -GraphicsType Shared -PassThru -Confirm:$false', 'Get-GpuChange', 'Resolve-GpuPowerOnFault v67-05'
    )
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000
    Add-VmVgpuProfile 'v67-0[1-4]' grid_p100-8q -PowerOn -Confirm:$false

    # One of another size than what is on both GPUs: it cannot start.
    Add-VmVgpuProfile 'v67-05' grid_p100-4q -PowerOn -SkipRule VGPU-ROOM -Confirm:$false 2>$null 3>$null

    # The names of all properties below an object whose list PowerShell cannot index.
    function Find-Unindexable($Object, [string] $Path, [int] $Depth = 4) {
        foreach ($property in $Object.PSObject.Properties) {
            # Not the value of a statement, which would be an array of what is in it.
            $value = $property.Value
            if ($null -eq $value -or $value -is [string] -or $value -is [ValueType]) { continue }
            $here = "$Path.$($property.Name)"
            if ($value.GetType().Name -like '<>*') { $here }
            if ($Depth -eq 0) { continue }
            foreach ($inner in $value | Select-Object -First 3) {
                if ($inner -and $inner.GetType().Namespace -like 'GpuVSphere*') { Find-Unindexable $inner $here ($Depth - 1) }
            }
        }
    }
}

AfterAll { Disconnect-GpuVSphere }

Describe 'Output' {
    It 'has lists that can be indexed: <_>' -ForEach $commands {
        $output = @(. ([scriptblock]::Create($_)) 2>$null 3>$null)
        $output | Should -Not -BeNullOrEmpty
        $output | Select-Object -First 20 | ForEach-Object { Find-Unindexable $_ $_.GetType().Name } | Sort-Object -Unique | Should -BeNullOrEmpty
    }

    It "gives the first of several by its number" {
        $gpu = Get-GpuCapacity | Where-Object { $_.VMs.Count -gt 1 } | Select-Object -First 1
        $vms = @($gpu.VMs | ForEach-Object { $_ })
        $gpu.VMs[0] | Should -BeExactly $vms[0]
        $gpu.VMs[-1] | Should -BeExactly $vms[-1]
    }
}
