BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands'
}

Describe 'Plans' {
    BeforeEach { $connection = Connect-Simulator }
    AfterEach { Disconnect-GpuVSphere }

    It 'are objects with -AsPlan, and are performed by Invoke-GpuPlan' {
        $plan = Enable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0' -AsPlan
        $plan.GetType().FullName | Should -Be 'GpuVSphere.Changes.ChangePlan'
        (Get-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Disabled'
        $plan | Invoke-GpuPlan -WhatIf 6>$null
        (Get-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Disabled'
        ($plan | Invoke-GpuPlan -PassThru).Outcome | Should -Be 'Done'
        (Get-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Active'
    }

    It 'are refused when they are stale' {
        $plan = Set-VmMmioSize -VM 'ml-01' -SizeGB 128 -AsPlan
        Set-VmMmioSize -VM 'ml-01' -SizeGB 64
        (Get-ErrorOf { $plan | Invoke-GpuPlan }).FullyQualifiedErrorId | Should -Be "PlanIsStale,$command.InvokeGpuPlanCommand"
        (Get-MmioSize -VM 'ml-01').ExistingSizeGB | Should -Be 64
    }

    It 'read as tables of at most 120 columns' {
        $lines = Get-TableText (Enable-GpuPassthrough -VMHost 'esx-80-0*' -All -Reboot -AsPlan)
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        $lines -join "`n" | Should -Match 'Object\s+Property\s+Before\s+After\s+Needs'
    }
}

Describe 'The journal' {
    BeforeAll {
        $connection = Connect-Simulator
        Enable-GpuPassthrough -VMHost 'esx-90-01' -Device '0000:3b:00.0'

        # The journal also has the changes of the simulators before.
        function Get-Mine { Get-GpuChange | Where-Object { $_.Hosts[0].Target.Id.ServerUuid -eq $connection.InstanceUuid } }
    }

    AfterAll { Disconnect-GpuVSphere }

    It 'lists changes' {
        $change = Get-Mine
        $change.Title | Should -Be 'Enable passthrough'
        $change.State | Should -Be 'Done'
        (Get-GpuChange -Id $change.Id).Id | Should -Be $change.Id
        (Get-GpuChange -State Interrupted) | Should -BeNullOrEmpty
        ((Get-TableText (Get-GpuChange)) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'says which change it does not have' {
        $record = Get-ErrorOf { Get-GpuChange -Id 'ffffffff' }
        $record.FullyQualifiedErrorId | Should -Be "ChangeNotFound,$command.GetGpuChangeCommand"
        (Get-ErrorOf { Resume-GpuChange -Id 'ffffffff' }).FullyQualifiedErrorId | Should -Be "ChangeNotFound,$command.ResumeGpuChangeCommand"
        (Get-ErrorOf { Undo-GpuChange -Id 'ffffffff' }).FullyQualifiedErrorId | Should -Be "ChangeNotFound,$command.UndoGpuChangeCommand"
    }

    It 'takes a change back, by way of -WhatIf' {
        $change = Get-Mine
        $change | Undo-GpuChange -WhatIf 6>$null
        (Get-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Active'
        ($change | Undo-GpuChange -PassThru).Outcome | Should -Be 'Done'
        (Get-GpuDevice -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Disabled'
    }

    It 'has nothing to resume in a change that is done' {
        $change = Get-Mine
        (Get-ErrorOf { Resume-GpuChange -Id $change.Id }).FullyQualifiedErrorId | Should -Be "ChangeFinished,$command.ResumeGpuChangeCommand"
    }

    It 'passes over what is done when a list of changes is piped to it' {
        $said = Get-Mine | Resume-GpuChange -Verbose -ErrorAction Stop 4>&1
        "$said" | Should -Match 'is undone'
        "$(Get-Mine | Undo-GpuChange -Verbose -ErrorAction Stop 4>&1)" | Should -Match 'is undone'
    }

    It 'completes its ids' {
        $line = 'Undo-GpuChange -Id '
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.Count | Should -BeGreaterThan 0
    }
}

Describe 'The journal of changes that wait' {
    BeforeAll { $null = Connect-Simulator }
    AfterAll { Disconnect-GpuVSphere }

    It 'shows the next step as lines that can be copied, beside long titles and many hosts' {
        Set-HostGraphicsMode -VMHost 'esx-67-01', 'esx-70-01', 'esx-80-01' -GraphicsType SharedDirect -AssignmentPolicy Consolidation -Confirm:$false
        Enable-GpuPassthrough -VMHost 'esx-80-01' -All -Confirm:$false -WarningAction SilentlyContinue
        $lines = Get-TableText (Get-GpuChange)
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        $lines -join "`n" | Should -Match 'run the same command with -Reboot'
    }

    It 'names the command of one that only waits for a reboot, even when it is piped' {
        $waiting = Get-GpuChange | Where-Object { $_.Title -eq 'Enable passthrough' -and $_.Hosts.Outcome -contains 'Pending' } | Select-Object -First 1
        $record = Get-ErrorOf { $waiting | Resume-GpuChange }
        $record.FullyQualifiedErrorId | Should -Be 'ChangePending,GpuVSphere.PowerShell.Commands.ResumeGpuChangeCommand'
        $record.ErrorDetails.RecommendedAction | Should -Match "Resume-GpuChange -Id $($waiting.Id) -Reboot"
    }
}
