BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')

    function Connect-Migration {
        Connect-GpuVSphere -Simulator -Scenario migration -ClockSpeed 3000
    }
}

Describe 'Enable-VgpuMigration' {
    BeforeEach { $null = Connect-Migration }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Enable-VgpuMigration -Cluster 'MOVE-80' -WhatIf 6>&1 | Out-String
        $text | Should -Match 'vgpu.hotmigrate.enabled\s+false\s+true'
        $text | Should -Match 'DRS-VGPU-MAINTENANCE'
        @((Enable-VgpuMigration -AsPlan).Changes).Count | Should -Be 1
    }

    It 'sets the setting alone, says what else is missing, and does nothing a second time' {
        $after = Enable-VgpuMigration -Cluster 'MOVE-80' -PassThru -WarningVariable warned -WarningAction SilentlyContinue
        $after.HotMigrateEnabled | Should -BeTrue
        $after.MaintenanceTimeoutSeconds | Should -BeNullOrEmpty
        $after.DrsOptions['LBMaxVmotionPerHost'] | Should -Be '1'
        "$warned" | Should -Match 'VgpuMMAutomationTimeoutSecs'
        (Enable-VgpuMigration -Cluster 'MOVE-80' -AsPlan).IsEmpty | Should -BeTrue
    }

    It 'sets DRS of clusters by wildcards, keeps other options, and fits the screen' {
        $after = @(Enable-VgpuMigration 'MOVE-[89]*' -MaintenanceTimeoutSeconds 300 -DrsOption @{ vgpuVmConsolidation = 1 } -DrsAutomation PartiallyAutomated -PassThru)
        $after.ClusterName | Should -Be @('MOVE-80', 'MOVE-90')
        $after[0].DrsOptions['VgpuVmConsolidation'] | Should -Be '1'
        $after[0].DrsOptions['LBMaxVmotionPerHost'] | Should -Be '1'
        $after.MaintenanceTimeoutSeconds | Should -Be @(300, 300)
        $after.DrsAutomation | Should -Be @('PartiallyAutomated', 'PartiallyAutomated')
        $lines = Get-TableText $after
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$lines" | Should -Match 'VgpuVmConsolidation=1'
    }

    It 'is undone, and resumed not at all when it is done' {
        $earlier = @((Get-GpuChange).Id)
        Enable-VgpuMigration -Cluster 'MOVE-80' -MaintenanceTimeoutSeconds 300
        $change = Get-GpuChange | Where-Object Id -NotIn $earlier
        $change.Title | Should -Be 'Let VMs with vGPUs move'
        (Get-ErrorOf { Resume-GpuChange -Id $change.Id }).FullyQualifiedErrorId | Should -BeLike 'ChangeFinished*'
        (Undo-GpuChange -Id $change.Id -PassThru).Outcome | Should -Be @('Done', 'Done')
        $plan = Enable-VgpuMigration -Cluster 'MOVE-80' -MaintenanceTimeoutSeconds 300 -AsPlan
        $plan.Changes.Before | Should -Be @('false', $null)
    }

    It 'takes names, hosts and rows from the pipeline, and goes on after a wrong one' {
        $records = @('MOVE-67', 'MOVE-76' | Enable-VgpuMigration -PassThru -WarningAction SilentlyContinue 2>&1)
        @($records | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).FullyQualifiedErrorId | Should -BeLike 'ClusterNotFound*'
        @($records | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] }).ClusterName | Should -Be 'MOVE-67'
        $row = [pscustomobject]@{ ClusterName = 'MOVE-90' } | Enable-VgpuMigration -DrsAutomation Manual -PassThru -WarningAction SilentlyContinue
        $row.DrsAutomation | Should -Be 'Manual'
        (Get-ErrorOf { Get-VmGpu -VM 'desk-a' | Enable-VgpuMigration }).FullyQualifiedErrorId | Should -BeLike 'WrongType*'
    }

    It 'refuses what cannot be meant before anything is changed' {
        (Get-ErrorOf { Enable-VgpuMigration -DrsAutomation Manual }).FullyQualifiedErrorId | Should -BeLike 'NothingNamed*'
        (Get-ErrorOf { Enable-VgpuMigration 'MOVE-80' -DrsOption @{ 'a b' = 1 } }).FullyQualifiedErrorId | Should -BeLike 'InvalidDrsOption*'
        (Get-ErrorOf { Enable-VgpuMigration 'MOVE-80' -SkipRule 'DRS-VGPU' }).FullyQualifiedErrorId | Should -BeLike 'UnknownRule*'
        { Enable-VgpuMigration 'MOVE-80' -MaintenanceTimeoutSeconds 0 } | Should -Throw
        @((Enable-VgpuMigration 'MOVE-80' -AsPlan -WarningAction SilentlyContinue).Changes).Count | Should -Be 1
    }

    It 'gives a plan that is performed later' {
        $plan = Enable-VgpuMigration -Cluster 'MOVE-67' -MaintenanceTimeoutSeconds 60 -AsPlan
        ($plan | Invoke-GpuPlan -PassThru -WarningAction SilentlyContinue).Outcome | Should -Be @('Done', 'Done')
    }
}

Describe 'Enable-VgpuMigration without privileges' {
    It 'says what is missing, on which object, and changes nothing' {
        $simulator = Start-GpuVSphereSimulator -Scenario migration
        try {
            $password = ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force
            $null = Connect-GpuVSphere -Server $simulator.Uri -Credential ([pscredential]::new('readonly@vsphere.local', $password))
            $records = @(Enable-VgpuMigration -Cluster 'MOVE-80' -MaintenanceTimeoutSeconds 60 -WarningAction SilentlyContinue 2>&1)
            $records.Count | Should -Be 2
            $records.CategoryInfo.Category | Should -Be @('PermissionDenied', 'PermissionDenied')
            "$records" | Should -Match 'Global\.Settings'
            "$records" | Should -Match 'Host\.Inventory\.EditCluster'
        }
        finally {
            Disconnect-GpuVSphere
            $simulator | Stop-GpuVSphereSimulator -Confirm:$false
        }
    }
}
