BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands.ResolveGpuPowerOnFaultCommand'

    # Tries to power a VM on by an idempotent change that is there already: what fails is the power-on.
    function Start-Vm([string] $Name, [string] $Device) {
        Add-VmGpuPassthrough -VM $Name -Device $Device -PowerOn -SkipRule 'DEVICE-ACTIVE', 'DEVICE-IN-USE', 'VM-FIRMWARE' -Confirm:$false @args
    }

    # Types what was named, as a person would who confirms.
    function Invoke-Mend([string] $Command) {
        $old = $ConfirmPreference
        $global:ConfirmPreference = 'None'
        try { Invoke-Expression $Command } finally { $global:ConfirmPreference = $old }
    }
}

Describe 'Resolve-GpuPowerOnFault' {
    BeforeEach {
        $connection = Connect-GpuVSphere -Simulator -ClockSpeed 3000
        Enable-GpuPassthrough -VMHost 'esx-80-01' -All -Reboot -Confirm:$false 3>$null
    }

    AfterEach { Disconnect-GpuVSphere }

    It 'explains the MMIO size from the VM, from the error and from the error of the pipeline, and the command mends it' {
        $record = Get-ErrorOf { Start-Vm 'ml-01' '0000:3b:00.0' -MmioSizeGB 64 3>$null }
        $record.FullyQualifiedErrorId | Should -BeLike 'PowerOnFailed,*'
        $record.ErrorDetails.RecommendedAction | Should -BeLike 'Set-VmMmioSize -VM ml-01 -SizeGB 256.*'

        foreach ($finding in @(Resolve-GpuPowerOnFault -VM 'ml-01'; Resolve-GpuPowerOnFault -ErrorRecord $record; $record | Resolve-GpuPowerOnFault)) {
            $finding.Cause | Should -Be 'MmioTooSmall'
            $finding.Certainty | Should -Be 'Proved'
            $finding.Line | Should -BeLike '*total number of pages needed (33566722) exceeds limit (*), failing'
            $finding.LineOrigin | Should -Be '[gpu-ds] ml-01/vmware.log'
            $finding.Command | Should -Be 'Set-VmMmioSize -VM ml-01 -SizeGB 256'
        }

        Invoke-Mend $finding.Command
        Start-Vm 'ml-01' '0000:3b:00.0'
        (Get-ErrorOf { Resolve-GpuPowerOnFault 'ml-01' }).FullyQualifiedErrorId | Should -Be "NoFailedPowerOn,$command"
    }

    It 'explains a GPU that another VM holds, and the command gives another one' {
        Start-Vm 'ml-02' '0000:3b:00.0'
        $record = Get-ErrorOf { Start-Vm 'ml-01' '0000:3b:00.0' 3>$null }
        $finding = $record | Resolve-GpuPowerOnFault
        $finding.Cause | Should -Be 'DeviceInUse'
        $finding.Explanation | Should -Match 'held by ml-02'
        Invoke-Mend $finding.Command
        Start-Vm 'ml-01' '0000:af:00.0'
        (Get-VmGpu -VM 'ml-01').Address | Should -Be '0000:af:00.0'
    }

    It 'explains a GPU whose passthrough was switched off, and the command enables it with one reboot' {
        Add-VmGpuPassthrough -VM 'ml-01' -Device '0000:3b:00.0' -Confirm:$false
        Disable-GpuPassthrough -VMHost 'esx-80-01' -Device '0000:3b:00.0' -Reboot -Confirm:$false 3>$null
        $null = Get-ErrorOf { Start-Vm 'ml-01' '0000:3b:00.0' 3>$null }
        $finding = Resolve-GpuPowerOnFault -VM 'ml-01'
        $finding.Cause | Should -Be 'DeviceNotActive'
        $finding.Command | Should -Be 'Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0 -Reboot'
        Invoke-Mend $finding.Command
        Start-Vm 'ml-01' '0000:3b:00.0'
    }

    It 'never names a command that would break the guest of a BIOS VM' {
        $null = Get-ErrorOf { Start-Vm 'ml-bios' '0000:3b:00.0' 3>$null }
        $finding = Resolve-GpuPowerOnFault -VM 'ml-bios'
        $finding.Cause | Should -Be 'Firmware'
        $finding.Command | Should -BeNullOrEmpty
        $finding.NextStep | Should -Match 'no guest is installed yet'
    }

    It 'takes VMs of the pipeline and wildcards, and tells only of those that failed' {
        $null = Get-ErrorOf { Start-Vm 'ml-01' '0000:3b:00.0' -MmioSizeGB 64 3>$null }
        @(Resolve-GpuPowerOnFault -VM 'ml-*').Subject | Should -Be 'ml-01'
        @(Get-VmGpu | Resolve-GpuPowerOnFault).Subject | Should -Be 'ml-01'
        Resolve-GpuPowerOnFault -VM 'web-*' -WarningVariable warned 3>$null | Should -BeNullOrEmpty
        $warned | Should -Match 'None of 2 VMs'
        (Resolve-GpuPowerOnFault -VM 'ml-*' | Select-Object -First 1).Cause | Should -Be 'MmioTooSmall'
    }

    It 'takes a task by its id and as an object like PowerCLI''s' {
        $record = Get-ErrorOf { Start-Vm 'ml-01' '0000:3b:00.0' -MmioSizeGB 64 3>$null }
        $cause = $record.Exception
        while ($cause -isnot [GpuVSphere.Vim.VimTaskException]) { $cause = $cause.InnerException }
        $task = $cause.Task.ToString()
        (Resolve-GpuPowerOnFault -Task $task).Cause | Should -Be 'MmioTooSmall'
        ([pscustomobject]@{ Id = $task; Name = 'PowerOnVM_Task' } | Resolve-GpuPowerOnFault).Command | Should -Be 'Set-VmMmioSize -VM ml-01 -SizeGB 256'
    }

    It 'says so for a <What>' -ForEach @(
        @{ What = 'VM that is not there'; Id = 'VmNotFound'; Script = { Resolve-GpuPowerOnFault -VM 'ml-0i' } }
        @{ What = 'VM that never failed'; Id = 'NoFailedPowerOn'; Script = { Resolve-GpuPowerOnFault -VM 'ml-02' } }
        @{ What = 'VM that runs'; Id = 'NoFailedPowerOn'; Script = { Resolve-GpuPowerOnFault -VM 'web-01' } }
        @{ What = 'task that is gone'; Id = 'TaskGone'; Script = { Resolve-GpuPowerOnFault -Task 'task-99999' } }
        @{ What = 'thing that is no task'; Id = 'WrongType'; Script = { Resolve-GpuPowerOnFault -Task 'HostSystem-host-1' } }
        @{ What = 'GPU'; Id = 'WrongType'; Script = { Get-GpuDevice -VMHost 'esx-70-01' | Select-Object -First 1 | Resolve-GpuPowerOnFault } }
        @{ What = 'call without anything'; Id = 'NothingNamed'; Script = { Resolve-GpuPowerOnFault } }
        @{ What = 'log that is not there'; Id = 'LogNotFound'; Script = { Resolve-GpuPowerOnFault -LogPath (Join-Path $TestDrive 'none.log') } }
        @{ What = 'name in the pipeline'; Id = 'NoFailedPowerOn'; Script = { 'ml-01' | Resolve-GpuPowerOnFault } }
    ) {
        (Get-ErrorOf $Script).FullyQualifiedErrorId | Should -Be "$Id,$command"
    }

    It 'says of an error that is none of a power-on what to do about that error' {
        $record = Get-ErrorOf { Add-VmGpuPassthrough -VM 'ml-0x' -Device '0000:3b:00.0' }
        $answer = Get-ErrorOf { $record | Resolve-GpuPowerOnFault }
        $answer.FullyQualifiedErrorId | Should -Be "NoFailedPowerOn,$command"
        $answer.ErrorDetails.RecommendedAction | Should -Match 'Did you mean'
    }
}

Describe 'Resolve-GpuPowerOnFault without a server' {
    BeforeAll {
        $file = Join-Path $TestDrive 'vmware.log'
        @(
            '2023-07-21T09:40:50.000Z In(05) vmx - Log for VMware ESX pid=2101234 version=8.0.3'
            '2023-07-21T09:40:50.000Z In(05) vmx - DICT              displayName = "gpu vm 1"'
            '2023-07-21T09:40:50.000Z In(05) vmx - DICT                 firmware = "efi"'
            '2023-07-21T09:40:52.413Z In(05) vmx - PCIPassthru: total number of pages needed (33566722) exceeds limit (917504), failing'
            '2023-07-21T09:40:52.413Z In(05) vmx - Module ''DevicePowerOn'' power on failed.'
        ) | Set-Content $file
    }

    It 'reads a log from a file, from a file object, and from the pipeline' {
        foreach ($finding in @(Resolve-GpuPowerOnFault -LogPath $file; Get-Item $file | Resolve-GpuPowerOnFault; Get-Content $file | Resolve-GpuPowerOnFault)) {
            $finding.Subject | Should -Be 'gpu vm 1'
            $finding.Command | Should -Be 'Set-VmMmioSize -VM ''gpu vm 1'' -SizeGB 256'
        }
    }

    It 'reads an error of PowerCLI by its text' {
        $record = [System.Management.Automation.ErrorRecord]::new(
            [System.InvalidOperationException]::new('11/21/2026 Start-VM The operation for the entity "ml-61" failed with the following message: "Invalid memory setting: memory reservation (sched.mem.min) should be equal to memsize(65536)."'),
            'Client20_TaskServiceImpl_CheckServerSideTaskUpdates_OperationFailed', 'NotSpecified', 'ml-61')
        $finding = $record | Resolve-GpuPowerOnFault
        $finding.Cause | Should -Be 'MemoryNotReserved'
        $finding.Line | Should -Match 'sched.mem.min'
        $finding.Subject | Should -Be 'ml-61'
    }

    It 'lists what is possible where the text has several causes' {
        @('Device 6:0.0 is not a passthrough device.' | Resolve-GpuPowerOnFault).Cause | Should -Be @('DeviceNotActive', 'StaleAddress', 'HotPlugSlot')
    }

    It 'shows all of it as a list, and a table of at most 120 columns' {
        $finding = Resolve-GpuPowerOnFault -LogPath $file
        $text = $finding | Out-String -Width 120
        $text | Should -Match 'Cause\s+: MmioTooSmall \(proved\)'
        $text | Should -Match 'Command\s+: Set-VmMmioSize'
        ((Get-TableText ($finding | Format-Table)) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }
}
