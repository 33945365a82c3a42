BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands'
    function Connect-Ready {
        $connection = Connect-Simulator
        Enable-GpuPassthrough -VMHost 'esx-80-01' -All -Reboot -Confirm:$false
        $connection
    }
}

Describe 'Add- and Remove-VmGpuPassthrough' {
    BeforeEach { $connection = Connect-Ready }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0' -WhatIf 6>&1 | Out-String
        $text | Should -Match 'ml-01\s+pciPassthru.64bitMMIOSizeGB\s+\(absent\)\s+256'
        $text | Should -Match 'loses vMotion'
        (($text -split "`r?`n") | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        Get-VmGpu -VM 'ml-01' | Should -BeNullOrEmpty
    }

    It 'gives a VM GPUs and takes them away again' {
        $gpus = Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0', '0000:af:00.0' -PowerOn -PassThru
        @($gpus).Count | Should -Be 2
        (Get-MmioSize -VM 'ml-01').ExistingSizeGB | Should -Be 512
        (Get-GpuDevice -VMHost 'esx-80-01').Assignments.VmName | Should -Be @('ml-01', 'ml-01')
        Remove-VmGpuPassthrough -VM 'ml-01' -All -WhatIf 6>$null
        @(Get-VmGpu -VM 'ml-01').Count | Should -Be 2
        Remove-VmGpuPassthrough -VM 'ml-01' -All -PowerOff -Force -Confirm:$false
        Get-VmGpu -VM 'ml-01' | Should -BeNullOrEmpty
        (Get-MmioSize -VM 'ml-01').ExistingSizeGB | Should -BeNullOrEmpty
    }

    It 'takes devices from the pipeline' {
        Get-GpuDevice -VMHost 'esx-80-01' | Add-VmGpuPassthrough -VM 'ml-01'
        @(Get-VmGpu -VM 'ml-01').Count | Should -Be 2
    }

    It 'takes VMs from the pipeline, by Id and by column name' {
        'VM,Device', 'ml-01,0000:3b:00.0', 'ml-02,0000:af:00.0' | ConvertFrom-Csv | Add-VmGpuPassthrough
        (Get-VmGpu | Where-Object VmName -Like 'ml-0?' | ForEach-Object { "$($_.VmName) $($_.Address)" }) | Should -Be @('ml-01 0000:3b:00.0', 'ml-02 0000:af:00.0')
        $copy = [pscustomobject]@{ Id = "$((Get-VmGpu -VM 'ml-01').VmId.Reference)"; Name = 'ml-01' }
        @($copy | Get-VmGpu).Count | Should -Be 1
    }

    It 'takes one of two away, as an object from the pipeline' {
        Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0', '0000:af:00.0'
        $results = Get-VmGpu -VM 'ml-01' | Where-Object { "$($_.Address)" -eq '0000:3b:00.0' } | Remove-VmGpuPassthrough -Confirm:$false -PassThru
        $results.Outcome | Should -Be 'Done'
        "$((Get-VmGpu -VM 'ml-01').Address)" | Should -Be '0000:af:00.0'
        (Get-MmioSize -VM 'ml-01').ExistingSizeGB | Should -Be 256
    }

    It 'asks for any GPU of a kind' {
        $gpu = Add-VmGpuPassthrough -VM 'ml-01' -DeviceId '10de:20b5' -PassThru
        $gpu.Kind | Should -Be 'DynamicPassthrough'
        $other = Get-GpuDevice -VMHost 'esx-80-01' -Device '0000:af:00.0' | Add-VmGpuPassthrough -VM 'ml-02' -Dynamic -PassThru
        $other.Kind | Should -Be 'DynamicPassthrough'
    }

    It 'does nothing a second time' {
        Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0'
        (Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0' -Verbose 4>&1 | Out-String) | Should -Match 'nothing to change'
        @(Get-VmGpu -VM 'ml-01').Count | Should -Be 1
    }

    It 'goes on with the others when one name is missing' {
        $null = Add-VmGpuPassthrough -VM 'nobody', 'ml-01' -Device '0000:3b:00.0' -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "VmNotFound,$command.AddVmGpuPassthroughCommand"
        $problems[0].TargetObject | Should -Be 'nobody'
        @(Get-VmGpu -VM 'ml-01').Count | Should -Be 1
    }

    It 'refuses a <What>, and changes nothing' -ForEach @(
        @{ What = 'BIOS VM'; Rule = 'VM-FIRMWARE'; VM = 'ml-bios'; Next = '-NoGuestInstalled' }
        @{ What = 'VM with a snapshot'; Rule = 'SNAPSHOT'; VM = 'snap-01'; Next = '' }
        @{ What = 'suspended VM'; Rule = 'SUSPENDED|POWERED-OFF'; VM = 'susp-01'; Next = '' }
        @{ What = 'template'; Rule = 'TEMPLATE'; VM = 'tmpl-01'; Next = '' }
    ) {
        $record = Get-ErrorOf { Add-VmGpuPassthrough -VM $VM -Device '0000:3b:00.0' }
        $record.Exception.Message | Should -Match $Rule
        $record.TargetObject | Should -Be $VM
        $record.ErrorDetails.RecommendedAction | Should -Match ([regex]::Escape($Next))
        Get-VmGpu -VM $VM | Should -BeNullOrEmpty
    }

    It 'says so for a <What>' -ForEach @(
        @{ What = 'GPU that is on another host'; Id = 'DeviceOnOtherHost'; Script = { Get-GpuDevice -VMHost 'esx-80-01' -Device '0000:3b:00.0' | Add-VmGpuPassthrough -VM 'ml-80b' } }
        @{ What = 'GPU without a VM'; Id = 'NothingNamed'; Script = { Get-GpuDevice -VMHost 'esx-80-01' | Add-VmGpuPassthrough } }
        @{ What = 'VM without a GPU'; Id = 'NothingNamed'; Script = { Add-VmGpuPassthrough -VM 'ml-01' } }
        @{ What = 'call without anything'; Id = 'NothingNamed'; Script = { Add-VmGpuPassthrough } }
        @{ What = 'malformed id'; Id = 'MalformedDeviceId'; Script = { Add-VmGpuPassthrough -VM 'ml-01' -DeviceId '10de:A100-80' } }
        @{ What = 'malformed address'; Id = 'MalformedPciAddress'; Script = { Add-VmGpuPassthrough -VM 'ml-01' -Device '3b:00' } }
        @{ What = 'size that is no power of two'; Id = 'InvalidMmioSize'; Script = { Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0' -MmioSizeGB 100 } }
        @{ What = 'host where a VM is meant'; Id = 'WrongType'; Script = { Get-GpuDevice -VMHost 'esx-80-01' | ForEach-Object { [pscustomobject]@{ Id = "$($_.HostId.Reference)"; Name = $_.HostName } } | Select-Object -First 1 | Add-VmGpuPassthrough -Device '0000:3b:00.0' } }
    ) {
        (Get-ErrorOf $Script).FullyQualifiedErrorId | Should -Be "$Id,$command.AddVmGpuPassthroughCommand"
    }

    It 'refuses a GPU that another running VM has' {
        Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0' -PowerOn
        $record = Get-ErrorOf { Add-VmGpuPassthrough -VM 'ml-02' -Device '0000:3b:00.0' }
        $record.Exception.Message | Should -Match 'ml-01'
        Get-VmGpu -VM 'ml-02' | Should -BeNullOrEmpty
    }

    It 'needs to be told which GPUs to take away' {
        (Get-ErrorOf { Remove-VmGpuPassthrough -VM 'ml-01' }).FullyQualifiedErrorId | Should -Be "NothingNamed,$command.RemoveVmGpuPassthroughCommand"
    }
}

Describe 'Get-MmioSize -Probe' {
    BeforeAll { $connection = Connect-Ready }
    AfterAll { Disconnect-GpuVSphere }

    It 'tries, reads the log, and puts everything back; with -WhatIf it does not' {
        Get-MmioSize -VM 'ml-01' -Device '0000:3b:00.0' -Probe -WhatIf | Should -BeNullOrEmpty
        $report = Get-MmioSize -VM 'ml-01' -Device '0000:3b:00.0' -Probe -Confirm:$false
        $report.SizeGB | Should -Be 256
        @($report.Devices).Count | Should -Be 1
        Get-VmGpu -VM 'ml-01' | Should -BeNullOrEmpty
        (Get-MmioSize -VM 'ml-01' -FromLog).SizeGB | Should -Be 256
    }

    It 'has nothing to try without a GPU' {
        (Get-ErrorOf { Get-MmioSize -VM 'ml-02' -Probe -Confirm:$false }).FullyQualifiedErrorId | Should -Be "NoGpuToProbe,$command.GetMmioSizeCommand"
    }
}

Describe 'Set-VmMmioSize' {
    BeforeEach { $connection = Connect-Simulator }
    AfterEach { Disconnect-GpuVSphere }

    It 'sets the size, by way of -WhatIf, and never lowers it' {
        Set-VmMmioSize -VM 'ml-01' -SizeGB 128 -WhatIf 6>$null
        (Get-MmioSize -VM 'ml-01').ExistingSizeGB | Should -BeNullOrEmpty
        (Set-VmMmioSize -VM 'ml-01' -SizeGB 128 -PassThru).Outcome | Should -Be 'Done'
        (Get-MmioSize -VM 'ml-01').ExistingSizeGB | Should -Be 128
        Set-VmMmioSize -VM 'ml-01' -SizeGB 64
        (Get-MmioSize -VM 'ml-01').ExistingSizeGB | Should -Be 128
    }

    It 'refuses a size that is no power of two' {
        (Get-ErrorOf { Set-VmMmioSize -VM 'ml-01' -SizeGB 100 }).FullyQualifiedErrorId | Should -Be "InvalidMmioSize,$command.SetVmMmioSizeCommand"
    }
}

Describe 'Get-VmGpu' {
    BeforeAll {
        $connection = Connect-Ready
        Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0'
        Add-VmGpuPassthrough -VM 'ml-02' -DeviceId '10de:20b5' -Label 'training'
    }

    AfterAll { Disconnect-GpuVSphere }

    It 'lists by name, by wildcard, by object, and all' {
        @(Get-VmGpu).Count | Should -Be 2
        (Get-VmGpu -VM 'ml-01').VmName | Should -Be 'ml-01'
        @(Get-VmGpu -VM 'ml-0*').Count | Should -Be 2
        (Get-VmGpu -VM 'ml-01' | Get-VmGpu).VmName | Should -Be 'ml-01'
        ('ml-01' | Get-VmGpu).VmName | Should -Be 'ml-01'
    }

    It 'says which VM is missing, and goes on with the rest' {
        $gpus = Get-VmGpu -VM 'nobody', 'ml-01' -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be "VmNotFound,$command.GetVmGpuCommand"
        @($gpus).Count | Should -Be 1
    }

    It 'reads the VM''s own log' {
        (Get-ErrorOf { Get-MmioSize -VM 'ml-80b' -FromLog }).FullyQualifiedErrorId | Should -BeLike '*,GpuVSphere.PowerShell.Commands.GetMmioSizeCommand'
    }

    It 'has a table of at most 120 columns' {
        $lines = Get-TableText (Get-VmGpu)
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        $lines -join "`n" | Should -Match 'ml-01\s+esx-80-01\s+StaticPassthrough\s+A100 PCIe 80GB\s+0000:3b:00.0'
        $lines -join "`n" | Should -Match '10de:20b5, label training'
    }
}
