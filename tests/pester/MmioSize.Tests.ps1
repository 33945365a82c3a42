BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    Connect-Simulator | Out-Null
}

AfterAll { Disconnect-GpuVSphere }

Describe 'Get-MmioSize' {
    It 'gives <Size> for <Count> x <Bar> GB' -ForEach @(
        @{ Bar = 16; Count = 2; Size = 64 }
        @{ Bar = 16; Count = 3; Size = 64 }
        @{ Bar = 16; Count = 1; Size = 32 }
        @{ Bar = 32; Count = 1; Size = 64 }
    ) {
        (Get-MmioSize -BarSizeGB $Bar -Count $Count).SizeGB | Should -Be $Size
    }

    It 'gives <Size> for <Count> x <Model>' -ForEach @(
        @{ Model = 'V100 PCIe 32GB'; Count = 1; Size = 64 }
        @{ Model = 'P100 PCIe 16GB'; Count = 1; Size = 32 }
        @{ Model = 'P100 PCIe 16GB'; Count = 2; Size = 64 }
        @{ Model = 'A100 PCIe 40GB'; Count = 1; Size = 128 }
        @{ Model = 'A100 PCIe 80GB'; Count = 1; Size = 256 }
        @{ Model = 'A100 PCIe 80GB'; Count = 2; Size = 512 }
        @{ Model = 'H100 PCIe 80GB'; Count = 8; Size = 2048 }
    ) {
        (Get-MmioSize -Model $Model -Count $Count).SizeGB | Should -Be $Size
    }

    It 'needs nothing for a T4' {
        $report = Get-MmioSize -Model T4
        $report.IsNeeded | Should -BeFalse
        $report.SizeGB | Should -BeNullOrEmpty
    }

    It 'tells which source said what, and which was used' {
        $report = Get-MmioSize -Model 'A100 PCIe 80GB'
        @($report.Sources).Count | Should -BeGreaterThan 1
        @($report.Sources | Where-Object IsUsed).Count | Should -Be 1
        $report.Reason | Should -Match '256'
    }

    It 'asks for the GPUs of a host, and of devices from the pipeline' {
        (Get-MmioSize -VMHost 'esx-80-01').SizeGB | Should -Be 512
        (Get-MmioSize -VMHost 'esx-80-01' -Device '0000:3b:00.0').SizeGB | Should -Be 256
        (Get-GpuDevice -VMHost 'esx-80-01' | Get-MmioSize).SizeGB | Should -Be 512
        @(Get-MmioSize -VMHost 'esx-80-*').Count | Should -Be 2
    }

    It 'asks for a VM with the devices it would get' {
        (Get-MmioSize -VM 'ml-01').IsNeeded | Should -BeFalse
        (Get-MmioSize -VM 'ml-01' -Device '0000:3b:00.0').SizeGB | Should -Be 256
        (Get-GpuDevice -VMHost 'esx-80-01' | Get-MmioSize -VM 'ml-01').SizeGB | Should -Be 512
    }

    It 'reads a log from a file, from a file object, and from the pipeline' {
        $file = Join-Path $TestDrive 'vmware.log'
        @(
            '2024-02-20T10:00:00.000Z In(05) vmx - PCIPassthru: Device 0000:3b:00.0 barIndex 0 type 2 realaddr 0xd2000000 size 16777216 flags 0'
            '2024-02-20T10:00:00.000Z In(05) vmx - PCIPassthru: Device 0000:3b:00.0 barIndex 1 type 3 realaddr 0x39f800000000 size 17179869184 flags 12'
            '2024-02-20T10:00:00.000Z In(05) vmx - PCIPassthru: Device 0000:3b:00.0 barIndex 3 type 3 realaddr 0x39fc00000000 size 33554432 flags 12'
            '2024-02-20T10:00:00.000Z In(05) vmx - PCIPassthru: total number of pages needed (4206594) exceeds limit (917504), failing'
        ) | Set-Content $file
        (Get-MmioSize -LogPath $file).SizeGB | Should -Be 32
        (Get-Item $file | Get-MmioSize).SizeGB | Should -Be 32
        (Get-Content $file | Get-MmioSize).SizeGB | Should -Be 32
        (Get-MmioSize -LogPath (Join-Path $TestDrive '*.log')).SizeGB | Should -Be 32
    }

    It 'turns a page count into a size' {
        (Get-MmioSize -PageCount 4206594).SizeGB | Should -Be 32
    }

    It 'names the VM and its log when there is none yet' {
        $record = Get-ErrorOf { Get-MmioSize -VM 'ml-01' -FromLog }
        $record.Exception.Message | Should -BeLike 'ml-01 has no log: `[gpu-ds`] ml-01/vmware.log is not there.*'
        $record.ErrorDetails.RecommendedAction | Should -BeLike 'Power ml-01 on once*'
    }

    It 'says so for a <What>' -ForEach @(
        @{ What = 'count of 0'; Id = 'InvalidDeviceCount'; Script = { Get-MmioSize -BarSizeGB 16 -Count 0 } }
        @{ What = 'BAR of 0'; Id = 'InvalidBarSize'; Script = { Get-MmioSize -BarSizeGB 0 } }
        @{ What = 'BAR of 2^60'; Id = 'InvalidBarSize'; Script = { Get-MmioSize -BarSizeGB ([math]::Pow(2, 60)) } }
        @{ What = 'model that is not known'; Id = 'UnknownGpuModel'; Script = { Get-MmioSize -Model 'Voodoo 3' } }
        @{ What = 'VM that never ran'; Id = 'LogNotFound'; Script = { Get-MmioSize -VM 'ml-01' -FromLog } }
        @{ What = 'log that is not there'; Id = 'LogNotFound'; Script = { Get-MmioSize -LogPath (Join-Path $TestDrive 'none.log') } }
        @{ What = 'log without PCI lines'; Id = 'NoPciLinesInLog'; Script = { 'vmx - starting', 'vmx - ending' | Get-MmioSize } }
        @{ What = 'VM that is not there'; Id = 'VmNotFound'; Script = { Get-MmioSize -VM 'nobody' } }
        @{ What = 'call without anything'; Id = 'NothingNamed'; Script = { Get-MmioSize } }
    ) {
        (Get-ErrorOf $Script).FullyQualifiedErrorId | Should -Be "$Id,GpuVSphere.PowerShell.Commands.GetMmioSizeCommand"
    }

    It 'has a table of at most 120 columns' {
        $lines = Get-TableText (Get-MmioSize -VMHost 'esx-80-*', 'esx-67-01')
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }
}
