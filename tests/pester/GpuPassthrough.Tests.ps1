BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    function Get-State([string] $VMHost, [string] $Device = '0000:3b:00.0') { "$((Get-GpuDevice -VMHost $VMHost -Device $Device).State)" }
}

Describe 'Enable-GpuPassthrough' {
    BeforeEach { $connection = Connect-Simulator }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Enable-GpuPassthrough -VMHost 'esx-80-01' -Device '0000:3b:00.0' -Reboot -WhatIf 6>&1 | Out-String
        $text | Should -Match 'Object\s+Property\s+Before\s+After\s+Needs'
        $text | Should -Match 'esx-80-01\s+passthrough of 0000:3b:00.0\s+disabled\s+enabled'
        $text | Should -Match 'maintenance mode, reboot'
        (($text -split "`r?`n") | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        Get-State 'esx-80-01' | Should -Be 'Disabled'
    }

    It 'obeys $WhatIfPreference of a caller' {
        function Enable-Wrapped {
            [CmdletBinding(SupportsShouldProcess)]
            param()
            Enable-GpuPassthrough -VMHost 'esx-80-01' -Device '0000:3b:00.0'
        }

        Enable-Wrapped -WhatIf 6>$null
        Get-State 'esx-80-01' | Should -Be 'Disabled'
    }

    It 'stages the change without -Reboot, and says what is pending' {
        Enable-GpuPassthrough -VMHost 'esx-80-01' -Device '0000:3b:00.0' -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        Get-State 'esx-80-01' | Should -Be 'EnabledPendingReboot'
        "$warnings" | Should -Match '-Reboot'
    }

    It 'goes on in a job with -AsJob, which gives what became of each host' {
        $job = Enable-GpuPassthrough -VMHost 'esx-80-01' -Device '0000:3b:00.0' -Reboot -Confirm:$false -AsJob
        $job.PSJobTypeName | Should -Be 'GpuVSphere'
        Get-Job -Id $job.Id | Should -Not -BeNullOrEmpty
        $result = $job | Receive-Job -Wait
        $result.Outcome | Should -Be 'Done'
        $job.State | Should -Be 'Completed'
        $job | Remove-Job
        Get-State 'esx-80-01' | Should -Be 'Active'
    }

    It 'ends the job as failed, with the error, when a host could not be changed' {
        $job = Enable-GpuPassthrough -VMHost 'esx-67-01' -Device '0000:3b:00.0' -Reboot -Confirm:$false -AsJob -ErrorAction SilentlyContinue -ErrorVariable refused
        if ($job) { $null = $job | Receive-Job -Wait -ErrorAction SilentlyContinue -ErrorVariable refused; $job.State | Should -Be 'Failed' }
        "$refused" | Should -Match 'web-01'
        Get-State 'esx-67-01' | Should -Be 'Disabled'
    }

    It 'asks before a job begins' {
        Enable-GpuPassthrough -VMHost 'esx-80-01' -Device '0000:3b:00.0' -Reboot -WhatIf -AsJob 6>$null | Should -BeNullOrEmpty
        Get-State 'esx-80-01' | Should -Be 'Disabled'
    }

    It 'does it at once where the host can' {
        $devices = Enable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0' -PassThru
        $devices.State | Should -Be 'Active'
    }

    It 'reboots once for several GPUs when told so' {
        $devices = Get-GpuDevice -VMHost 'esx-80-01' | Enable-GpuPassthrough -Reboot -PassThru -Confirm:$false
        @($devices).Count | Should -Be 2
        $devices | ForEach-Object { $_.State | Should -Be 'Active' }
        (Get-GpuChange -State Done | Select-Object -First 1).Title | Should -Be 'Enable passthrough'
    }

    It 'does nothing a second time' {
        Enable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0'
        $text = Enable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0' -Verbose 4>&1 | Out-String
        $text | Should -Match 'nothing to change'
    }

    It 'takes rows by their column names' {
        'VMHost,Device', 'esx-90-01,0000:3b:00.0', 'esx-90-01,0000:af:00.0' | ConvertFrom-Csv | Enable-GpuPassthrough
        Get-State 'esx-90-01' '0000:3b:00.0' | Should -Be 'Active'
        Get-State 'esx-90-01' '0000:af:00.0' | Should -Be 'Active'
        Get-State 'esx-90-01' '0000:86:00.0' | Should -Be 'Disabled'
    }

    It 'never acts on all GPUs unless -All says so' {
        (Get-ErrorOf { Enable-GpuPassthrough -VMHost 'esx-90-01' }).FullyQualifiedErrorId | Should -Be 'NothingNamed,GpuVSphere.PowerShell.Commands.EnableGpuPassthroughCommand'
        (Get-ErrorOf { Enable-GpuPassthrough }).FullyQualifiedErrorId | Should -Be 'NothingNamed,GpuVSphere.PowerShell.Commands.EnableGpuPassthroughCommand'
        (Get-ErrorOf { Enable-GpuPassthrough -Device '0000:3b:00.0' }).FullyQualifiedErrorId | Should -Be 'NothingNamed,GpuVSphere.PowerShell.Commands.EnableGpuPassthroughCommand'
        @() | Enable-GpuPassthrough -All
        @(Get-GpuDevice | Where-Object State -NE 'Disabled').Count | Should -Be 0
        Enable-GpuPassthrough -VMHost 'esx-90-01' -All
        @(Get-GpuDevice -VMHost 'esx-90-01' | Where-Object State -NE 'Active').Count | Should -Be 0
    }

    It 'goes on with the others when one name is missing' {
        $null = Enable-GpuPassthrough -VMHost 'esx-99', 'esx-90-01' -Device '0000:3b:00.0' -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be 'HostNotFound,GpuVSphere.PowerShell.Commands.EnableGpuPassthroughCommand'
        Get-State 'esx-90-01' | Should -Be 'Active'
    }

    It 'touches nothing while a VM is in the way' {
        $record = Get-ErrorOf { Enable-GpuPassthrough -VMHost 'esx-67-01' -All -Reboot -Confirm:$false }
        $record.TargetObject | Should -Be 'esx-67-01'
        $record.Exception.Message | Should -Match 'web-01'
        $record.ErrorDetails.RecommendedAction | Should -Match '-PowerOff'
        Get-State 'esx-67-01' | Should -Be 'Disabled'
    }

    It 'shuts the VM down and starts it again when told so' {
        Enable-GpuPassthrough -VMHost 'esx-67-01' -All -Reboot -PowerOff -Confirm:$false
        Get-State 'esx-67-01' | Should -Be 'Active'
    }

    It 'refuses a host that boots from USB' {
        $record = Get-ErrorOf { Enable-GpuPassthrough -VMHost 'esx-usb-01' -All }
        $record.Exception.Message | Should -Match 'HOST-USB-BOOT'
        Get-State 'esx-usb-01' | Should -Be 'Disabled'
    }

    It 'refuses a host that is disconnected' {
        Get-ErrorOf { Enable-GpuPassthrough -VMHost 'esx-down-01' -Device '0000:3b:00.0' } | Should -Not -BeNullOrEmpty
    }

    It 'reboots nothing because of -Confirm:$false alone' {
        Enable-GpuPassthrough -VMHost 'esx-80-01' -All -Confirm:$false -WarningAction SilentlyContinue
        Get-State 'esx-80-01' | Should -Be 'EnabledPendingReboot'
    }
}

Describe 'Confirmation' {
    It 'is needed for a reboot, and said where nobody can be asked' {
        $run = Invoke-Child 'Connect-GpuVSphere -Simulator -ClockSpeed 3000 | Out-Null; Enable-GpuPassthrough esx-80-01 -All -Reboot; $Error[0].FullyQualifiedErrorId; (Get-GpuDevice esx-80-01).State'
        $run.Text | Should -Match 'ConfirmationNeeded,GpuVSphere.PowerShell.Commands.EnableGpuPassthroughCommand'
        $run.Text | Should -Match 'Disabled'
    }

    It 'is asked for with -Confirm also when nothing reboots' {
        $run = Invoke-Child 'Connect-GpuVSphere -Simulator -ClockSpeed 3000 | Out-Null; Enable-GpuPassthrough esx-90-01 -All -Confirm; $Error[0].FullyQualifiedErrorId'
        $run.Text | Should -Match 'ConfirmationNeeded'
    }

    It 'is asked for every object before the first is touched' {
        # The first is agreed to, the second is refused, and the third is not asked any more.
        Add-Type -Language CSharp -ErrorAction Stop -TypeDefinition (Get-Content -Raw (Join-Path $PSScriptRoot 'AnsweringHost.cs'))
        $answering = [AnsweringHost]::new(@(0, 2))
        $runspace = [runspacefactory]::CreateRunspace($answering)
        $runspace.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        $shell.AddScript("Import-Module '$manifest'; Connect-GpuVSphere -Simulator -ClockSpeed 3000 | Out-Null; Enable-GpuPassthrough -VMHost esx-80-01, esx-90-01 -Device 0000:3b:00.0 -Confirm -WarningAction SilentlyContinue; Get-GpuDevice -VMHost esx-80-01, esx-90-01 -Device 0000:3b:00.0 | ForEach-Object { `"`$(`$_.State)`" }") | Out-Null
        $states = $shell.Invoke()
        $shell.Dispose()
        $runspace.Dispose()
        $answering.Questions.Count | Should -Be 2
        $answering.Questions[0] | Should -Match 'passthrough of 0000:3b:00.0'
        "$states" | Should -Be 'EnabledPendingReboot Disabled'
    }
}

Describe 'Disable-GpuPassthrough' {
    BeforeAll { Connect-Simulator | Out-Null }
    AfterAll { Disconnect-GpuVSphere }

    It 'gives a GPU back, by way of -WhatIf' {
        Enable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0'
        Disable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0' -WhatIf 6>$null
        Get-State 'esx-90-01' | Should -Be 'Active'
        (Disable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0' -PassThru).State | Should -Be 'Disabled'
    }
}

Describe 'Set-GpuDevice' {
    BeforeAll { Connect-Simulator | Out-Null }
    AfterAll { Disconnect-GpuVSphere }

    It 'sets and removes a label, by way of -WhatIf' {
        Enable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0'
        Set-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0' -Label 'training' -WhatIf 6>$null
        (Get-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0').Label | Should -BeNullOrEmpty
        (Set-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0' -Label 'training' -PassThru).Label | Should -Be 'training'
        (Get-GpuDevice -VMHost 'esx-90-01' -Device 'training').Address.ToString() | Should -Be '0000:3b:00.0'
        (Get-GpuDevice -Device 'training' | Set-GpuDevice -Label '' -PassThru).Label | Should -BeNullOrEmpty
    }

    It 'says that a host is too old for labels' {
        (Get-ErrorOf { Set-GpuDevice -VMHost 'esx-67-01' -Device '0000:3b:00.0' -Label 'x' }).TargetObject | Should -Be 'esx-67-01'
    }
}

Describe 'No permission' {
    It 'names the privilege before anything is touched' {
        $simulator = Start-GpuVSphereSimulator -ClockSpeed 3000
        $reader = [pscredential]::new('operator@vsphere.local', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
        $connection = Connect-GpuVSphere -Server $simulator -Credential $reader
        try {
            $record = Get-ErrorOf { Enable-GpuPassthrough -VMHost 'esx-90-01' -All -Server $connection }
            $record.CategoryInfo.Category | Should -Be 'PermissionDenied'
            $record.Exception.Message | Should -Match 'Host.Config.PciPassthru'
        }
        finally {
            Disconnect-GpuVSphere
            Stop-GpuVSphereSimulator
        }
    }
}

Describe 'A host that is connected to directly' {
    AfterEach {
        Disconnect-GpuVSphere
        Stop-GpuVSphereSimulator
    }

    It 'is rebooted, and the connection goes on' {
        $simulator = Start-GpuVSphereSimulator -Scenario 'esxi' -ClockSpeed 1000
        $connection = $simulator | Connect-GpuVSphere -Credential ([pscredential]::new('root', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force)))
        $devices = Enable-GpuPassthrough -VMHost 'esx-direct-01*' -All -Reboot -Confirm:$false -PassThru
        $devices.State | Should -Be @('Active', 'Active')
        @(Get-GpuDevice -Server $connection).Count | Should -Be 2
    }
}

Describe 'Ctrl-C' {
    It 'stops a reboot that is being waited for, and leaves a journal that can be resumed' {
        # A slow clock: the host needs minutes to come back.
        Add-Type -Language CSharp -ErrorAction Stop -TypeDefinition (Get-Content -Raw (Join-Path $PSScriptRoot 'AnsweringHost.cs'))
        $answering = [AnsweringHost]::new(@())
        $runspace = [runspacefactory]::CreateRunspace($answering)
        $runspace.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        $shell.AddScript("Import-Module '$manifest'; Connect-GpuVSphere -Simulator -ClockSpeed 20 | Out-Null; Enable-GpuPassthrough -VMHost esx-80-01 -All -Reboot -Confirm:`$false") | Out-Null
        $running = $shell.BeginInvoke()
        $deadline = [DateTime]::UtcNow.AddSeconds(240)
        while (-not @(Get-GpuChange -State Running -ErrorAction SilentlyContinue) -and [DateTime]::UtcNow -lt $deadline) {
            Start-Sleep -Milliseconds 100
        }

        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 60
        $change = Get-GpuChange -State Interrupted
        @($change).Count | Should -Be 1
        $change.NextStep | Should -Match "Resume-GpuChange -Id $($change.Id)"
        "$($answering.Lines)" | Should -Match "Resume-GpuChange -Id $($change.Id)"
        $shell.Dispose()
        $runspace.Dispose()
    }
}
