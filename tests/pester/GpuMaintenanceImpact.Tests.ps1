BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
}

Describe 'Get-GpuMaintenanceImpact' {
    BeforeEach { $null = Connect-GpuVSphere -Simulator -Scenario migration -ClockSpeed 3000 }
    AfterEach { Disconnect-GpuVSphere }

    It 'shows each VM with a GPU, in order, on a screen of 120 columns' {
        $rows = @(Get-GpuMaintenanceImpact -VMHost 'move-80-01')
        $rows.VmName | Should -Be @('desk-a', 'desk-b', 'pass-a')
        $rows.Way | Should -Be @('MoveAfterSetting', 'MoveAfterSetting', 'PowerOff')
        $rows.Order | Should -Be @(1, 2, 3)
        $rows[0].Target | Should -Be 'move-80-02'
        $lines = Get-TableText $rows
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$lines" | Should -Match 'VMHost: move-80-01'
        "$lines" | Should -Match '1 desk-a\s+nvidia_l40-8q\s+MoveAfterSetting\s+move-80-02\s+10'
    }

    It 'shows with -All also those without a GPU and those that do not run' {
        (Get-GpuMaintenanceImpact 'move-80-01' -All).VmName | Should -Be @('desk-a', 'desk-b', 'pass-a', 'web-a', 'desk-off')
    }

    It 'shows those without a GPU that somebody has to move, as the summary counts them' {
        Disconnect-GpuVSphere
        $null = Connect-Simulator
        $rows = @(Get-GpuMaintenanceImpact 'esx-80-02')
        $summary = Get-GpuMaintenanceImpact 'esx-80-02' -Summary
        ($rows | Where-Object VmName -EQ 'web-02').Way | Should -Be 'MoveByHand'
        @($rows | Where-Object Way -EQ 'MoveByHand').VmName | Should -Be $summary.MoveByHand
    }

    It 'sums up each host of a cluster, with steps' {
        $hosts = @(Get-GpuMaintenanceImpact -Cluster 'MOVE-*' -Summary)
        $hosts.HostName | Should -Be @('move-67-01', 'move-67-02', 'move-80-01', 'move-80-02', 'move-80-03', 'move-80-04', 'move-90-01', 'move-90-02')
        $hosts[1].CanEnterWithoutPowerOff | Should -BeTrue
        $hosts[2].PowerOff | Should -Be 'pass-a'
        $hosts[2].Steps[0] | Should -BeLike 'Enable-VgpuMigration -Cluster MOVE-80*'
        $lines = Get-TableText $hosts
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$lines" | Should -Match 'move-80-03\s+MOVE-80\s+PowerOffAndMove\s+0\s+dyn-c'
        ($hosts[2] | Format-List | Out-String -Width 200) | Should -Match '4\. Shut down pass-a'
    }

    It 'estimates for the bandwidth that is given, keeps to a limit, and marks what the driver does not say' {
        (Get-GpuMaintenanceImpact 'move-80-01' -BandwidthMbps 25000)[0].StunSeconds | Should -Be 5
        $row = (Get-GpuMaintenanceImpact 'move-80-01' -MaxStunSeconds 5)[0]
        $row.Way | Should -Be 'PowerOffAndMove'
        (Get-TableText (Get-GpuMaintenanceImpact 'move-67-01')) -join "`n" | Should -Match '~6\.9'
    }

    It 'has hosts compete that go together' {
        $rows = @(Get-GpuMaintenanceImpact 'move-80-01', 'move-80-04' -Together)
        $rows.Target | Should -Not -Contain 'move-80-01'
        ($rows | Where-Object VmName -Like 'ai-*').Way | Should -Be @('PowerOff', 'PowerOff')
    }

    It 'goes into the cmdlet that mends the settings, and sees it' {
        Get-GpuMaintenanceImpact 'move-80-01' -Summary | Enable-VgpuMigration -MaintenanceTimeoutSeconds 300
        $row = (Get-GpuMaintenanceImpact 'move-80-01') | Where-Object VmName -EQ 'desk-a'
        $row.Way | Should -Be 'MovedByDrs'
        $row.IsCertain | Should -BeFalse
    }

    It 'takes hosts, names and rows from the pipeline, and goes on after a wrong name' {
        $records = @('move-67-01', 'move-67-1' | Get-GpuMaintenanceImpact 2>&1)
        @($records | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).FullyQualifiedErrorId | Should -BeLike 'HostNotFound*'
        @($records | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] }).VmName | Should -Be 'vdi-a'
        (Get-GpuDevice -VMHost 'move-67-01' | Get-GpuMaintenanceImpact).VmName | Should -Be 'vdi-a'
        ([pscustomobject]@{ VMHost = 'move-67-01' } | Get-GpuMaintenanceImpact).VmName | Should -Be 'vdi-a'
        (Get-ErrorOf { Get-VmGpu -VM 'desk-a' | Get-GpuMaintenanceImpact }).FullyQualifiedErrorId | Should -BeLike 'WrongType*'
        (Get-ErrorOf { Get-GpuMaintenanceImpact }).FullyQualifiedErrorId | Should -BeLike 'NothingNamed*'
        (Get-ErrorOf { Get-GpuMaintenanceImpact -Cluster 'MOVE-81' }).FullyQualifiedErrorId | Should -BeLike 'ClusterNotFound*'
    }

    It 'says the notes with -Verbose, and that nothing is in the way' {
        $text = Get-GpuMaintenanceImpact 'move-90-01' -Verbose 4>&1 | Out-String -Width 300
        $text | Should -Match 'From 9\.0 on vMotion copies'
        $text | Should -Match 'FlexDirect'
        (Get-GpuMaintenanceImpact 'move-67-02' -Verbose 4>&1 | Out-String) | Should -Match 'no running VM has a GPU'
    }

    It 'takes what nvidia-smi said' {
        $smi = Get-NvidiaSmi -VMHost 'move-67-*' -WarningAction SilentlyContinue
        $row = Get-GpuMaintenanceImpact 'move-67-01' -NvidiaSmi $smi
        $row.Target | Should -Be 'move-67-02'
        @((Get-GpuMaintenanceImpact 'move-67-01' -NvidiaSmi $smi -Summary).Notes -match 'ECC').Count | Should -Be 0
    }
}

Describe 'Get-GpuMaintenanceImpact of an account that may only read' {
    It 'gives the whole answer' {
        $simulator = Start-GpuVSphereSimulator -Scenario migration
        try {
            $password = ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force
            $null = Connect-GpuVSphere -Server $simulator.Uri -Credential ([pscredential]::new('readonly@vsphere.local', $password))
            (Get-GpuMaintenanceImpact 'move-80-03').Target | Should -Be 'move-80-02'
        }
        finally {
            Disconnect-GpuVSphere
            $simulator | Stop-GpuVSphereSimulator -Confirm:$false
        }
    }
}
