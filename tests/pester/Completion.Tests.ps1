BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Connect-Simulator | Out-Null
    Get-GpuDevice | Out-Null
    function Complete([string] $Line) {
        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches | ForEach-Object { $_.CompletionText }
    }
}

AfterAll { Disconnect-GpuVSphere }

Describe 'Completion' {
    It 'knows hosts' { Complete 'Get-GpuDevice -VMHost ESX-80' | Should -Be @('esx-80-01', 'esx-80-02') }
    It 'knows clusters' { Complete 'Get-GpuDevice -Cluster GPU-8' | Should -Be 'GPU-80' }
    It 'knows VMs' { Complete 'Get-VmGpu -VM ml-0' | Should -Contain 'ml-01' }
    It 'knows servers' { Complete 'Get-GpuDevice -Server v' | Should -Be 'vcenter.sim.local' }
    It 'knows the devices of the host that was named, quoted' { Complete 'Get-GpuDevice -VMHost esx-80-01 -Device 0000' | Should -Be @("'0000:3b:00.0'", "'0000:af:00.0'") }
    It 'knows models' { Complete 'Get-MmioSize -Model V100' | Should -Contain "'V100 PCIe 32GB'" }
    It 'knows scenarios' { Complete 'Connect-GpuVSphere -Simulator -Scenario VG' | Should -Be @('vgpu', 'vgpu-setup') }
    It 'knows rules' { Complete 'Enable-GpuPassthrough -SkipRule host-u' | Should -Be 'HOST-USB-BOOT' }
    It 'knows properties of what comes out' { Complete 'Get-GpuDevice | Where-Object Is' | Should -Contain 'IsRebootPending' }

    It 'knows the profiles of MIG instances that a GPU was seen to have' {
        $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000
        $null = Get-GpuMig -VMHost 'vgpu-803-02'
        Complete 'Set-GpuMig vgpu-803-02 0000:af:00.0 -Instance 1g' | Should -Contain "'1g.5gb'"
    }

    It 'knows the device groups that VMs were seen to have' {
        Add-VmVgpuProfile -VM 'c803-01' -DeviceGroup 'Nvidia:2@grid_a100d-80c%NVLink' -Confirm:$false
        $null = Get-VmGpu -VM 'c803-01'
        Complete 'Add-VmVgpuProfile c803-02 -DeviceGroup nv' | Should -Be "'Nvidia:2@grid_a100d-80c%NVLink'"
        Complete 'Test-GpuReadiness -VM c803-02 -DeviceGroup nv' | Should -Be "'Nvidia:2@grid_a100d-80c%NVLink'"
        Disconnect-GpuVSphere
        $null = Connect-Simulator
    }

    It 'does no reading of its own' {
        Disconnect-GpuVSphere
        Complete 'Get-GpuDevice -VMHost ESX-80' | Should -Be @('esx-80-01', 'esx-80-02')
        Connect-Simulator | Out-Null
    }
}
