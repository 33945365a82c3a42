BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $null = Connect-GpuVSphere -Simulator -Scenario vgpu
    Add-VmVgpuProfile -VM 'v801-01', 'v801-11', 'v801-12' -VgpuProfile 'nvidia_a40-8q' -PowerOn
    Add-VmVgpuProfile -VM 'v801-02' -VgpuProfile 'nvidia_a40-8q'
}

AfterAll { Disconnect-GpuVSphere }

Describe 'Get-VgpuRelease' {
    It 'shows the catalogue without a server, newest first' {
        $all = @(Get-VgpuRelease)
        $all.Count | Should -BeGreaterThan 130
        $all[-1].Name | Should -Be '2.2'
        $child = Invoke-Child '(Get-VgpuRelease | Select-Object -First 1).Name'
        $child.Text.Trim() | Should -Be $all[0].Name
    }

    It 'finds releases by name, main release and wildcard' {
        "$(Get-VgpuRelease 16.10)" | Should -Be '16.10'
        @(Get-VgpuRelease 16).Count | Should -Be 15
        @(Get-VgpuRelease -Release '16.x').Count | Should -Be 15
        (Get-VgpuRelease '1?.0').Name | Should -Be '19.0', '18.0', '17.0', '16.0', '15.0', '14.0', '13.0', '12.0', '11.0', '10.0'
        (Get-VgpuRelease '16.10', '16.9').Name | Should -Be '16.10', '16.9'
    }

    It 'refuses a release in a list that PowerShell made a number of' {
        { Get-VgpuRelease 16.10, 16.9 } | Should -Throw '*16.10 would become 16.1*'
    }

    It 'gives every release that a driver can be' {
        (Get-VgpuRelease -DriverVersion 535.161.05).Name | Should -Be '16.5', '16.4'
        (Get-VgpuRelease -DriverVersion 538.33).Name | Should -Be '16.4'
        $found = @(Get-VgpuRelease -DriverVersion 535.999.1 -WarningVariable said -WarningAction SilentlyContinue)
        $found.Count | Should -Be 15
        "$said" | Should -Match 'does not have driver 535.999.1'
    }

    It 'narrows by branch, GPU, ESXi and support' {
        (Get-VgpuRelease -Gpu 'P100' -EsxiVersion 7.0 -LongTerm -Newest).Name | Should -Be '16.9', '13.12', '11.13'
        (Get-VgpuRelease -Branch R580 | Select-Object -Last 1).Name | Should -Be '19.0'
        (Get-VgpuRelease -EsxiVersion '9.0' | Select-Object -Last 1).Name | Should -Be '18.3'
    }

    It 'takes drivers from the pipeline' {
        (Get-NvidiaSmi -VMHost 'vgpu-801-01' | Get-VgpuRelease).Name | Should -Be '17.6'
        @() | Get-VgpuRelease | Should -BeNullOrEmpty
    }

    It 'says what is near where nothing is found: <_>' -ForEach '-Release 16.77', '-DriverVersion 560.35.03', '-Branch R999', '-Gpu P111', '-EsxiVersion 7.7' {
        $call = $_
        $failure = Get-ErrorOf ([scriptblock]::Create("Get-VgpuRelease $call"))
        $failure.FullyQualifiedErrorId | Should -Match '^Unknown\w+,GpuVSphere\.PowerShell\.Commands\.GetVgpuReleaseCommand$'
        $failure.ErrorDetails.RecommendedAction | Should -Match 'Near|Give one of'
    }

    It 'completes' {
        (TabExpansion2 'Get-VgpuRelease -Branch R5').CompletionMatches.CompletionText | Should -Contain 'R535'
        (TabExpansion2 'Get-VgpuRelease 16.1').CompletionMatches.CompletionText | Should -Contain "'16.10'"
        (TabExpansion2 'Get-VgpuRelease -DriverVersion 535.161').CompletionMatches[0].ToolTip | Should -Match 'driver of 16'
    }

    It 'fits in 120 columns' {
        (Get-TableText @(Get-VgpuRelease) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }
}

Describe 'Test-VgpuCompatibility of versions' {
    It 'needs no server' {
        (Invoke-Child '(Test-VgpuCompatibility -Manager 16.10 -GuestDriver 15.4).Verdict').Text.Trim() | Should -Be 'Compatible'
    }

    It 'judges <Manager> with <Guest>: <Verdict>' -ForEach @(
        @{ Manager = '16.10'; Guest = '16.10'; Verdict = 'Compatible' }
        @{ Manager = '16.10'; Guest = '16.1'; Verdict = 'Compatible' }
        @{ Manager = '535.247.02'; Guest = '529.19'; Verdict = 'Compatible' }
        @{ Manager = '16.10'; Guest = '13.12'; Verdict = 'Compatible' }
        @{ Manager = '16.10'; Guest = '14.4'; Verdict = 'NotCompatible' }
        @{ Manager = '16.10'; Guest = '17.0'; Verdict = 'NotCompatible' }
        @{ Manager = '8.3'; Guest = '7.5'; Verdict = 'NotCompatible' }
        @{ Manager = '10.2'; Guest = '9.1'; Verdict = 'Undecided' }
        @{ Manager = '550.90.05'; Guest = '560.35.03'; Verdict = 'Undecided' }
    ) {
        $result = Test-VgpuCompatibility -Manager $Manager -GuestDriver $Guest
        "$($result.Verdict)" | Should -Be $Verdict
        $result.Reason | Should -Not -BeNullOrEmpty
        $result.Source | Should -Not -BeNullOrEmpty
        [bool]$result.NextStep | Should -Be ($Verdict -ne 'Compatible')
    }

    It 'judges ESXi, GPU and licence server with it' {
        $result = Test-VgpuCompatibility -Manager 17.0 -GuestDriver 17.0 -EsxiVersion '7.0 U3' -Gpu 'Tesla P100' -LicenseServer Dls
        ($result.Checks | ForEach-Object { "$_" }) | Should -Be 'GuestDriver: Compatible', 'Esxi: Compatible', 'Gpu: NotCompatible', 'LicenseServer: Compatible'
        $result.NextStep | Should -Match '16\.9'
        $result.NextStep | Should -Not -Match '17\.\d'
    }

    It 'plans an upgrade and names the order' {
        $plan = Test-VgpuCompatibility -Manager 16.4 -GuestDriver '16.4', '15.2' -EsxiVersion 8.0 -PlannedManager 19.4
        $plan.FallsOut | Should -Be 'the guest with 15.2'
        ($plan.Steps | ForEach-Object { "$($_.Kind)" }) | Should -Be 'Guest', 'Host', 'Guest'
        $plan.Steps[-1].IsOptional | Should -BeTrue
        (Get-TableText $plan | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'ends with an error that helps: <Call>' -ForEach @(
        @{ Call = '-Manager 16.4'; Id = 'NothingToCompare' }
        @{ Call = '-Manager 16.44 -GuestDriver 16.4'; Id = 'UnknownVgpuVersion' }
        @{ Call = '-Manager 16.4 -EsxiVersion eight'; Id = 'UnknownEsxiVersion' }
        @{ Call = '-Manager 16.4 -Gpu P1000000'; Id = 'UnknownGpuModel' }
    ) {
        $failure = Get-ErrorOf ([scriptblock]::Create("Test-VgpuCompatibility $Call"))
        $failure.FullyQualifiedErrorId | Should -Be "$Id,GpuVSphere.PowerShell.Commands.TestVgpuCompatibilityCommand"
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
}

Describe 'Test-VgpuCompatibility of hosts and VMs' {
    It 'looks at the whole vCenter' {
        $all = @(Test-VgpuCompatibility)
        $all.HostName | Select-Object -Unique | Should -Be 'vgpu-67-01', 'vgpu-70-01', 'vgpu-801-01', 'vgpu-801-02', 'vgpu-803-01', 'vgpu-803-02', 'vgpu-90-01'
        ($all | Where-Object HostName -ne 'vgpu-801-01').Verdict | Select-Object -Unique | ForEach-Object { "$_" } | Should -Be 'Compatible'
        (Get-TableText $all | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        @(Test-VgpuCompatibility | Select-Object -First 1).Count | Should -Be 1
    }

    It 'does not guess the driver of a guest' {
        $one = Test-VgpuCompatibility -VM 'v801-12'
        "$($one.Verdict)" | Should -Be 'Undecided'
        $one.NextStep | Should -Match '-FromShell'
    }

    It 'asks nvidia-smi, or takes what it said' {
        foreach ($result in @(Test-VgpuCompatibility -VM 'v801-1?' -FromShell), @(Test-VgpuCompatibility -VM 'v801-1?' -NvidiaSmi (Get-NvidiaSmi -VMHost 'vgpu-801-01'))) {
            ($result | ForEach-Object { "$($_.VmName) $($_.GuestDriver) $($_.Verdict)" }) | Should -Be 'v801-11 550.163.01 Compatible', 'v801-12 525.147.05 NotCompatible'
        }
    }

    It 'takes drivers that are typed, for all or by name' {
        "$((Test-VgpuCompatibility -VM 'v801-02' -GuestDriver 16.4).Verdict)" | Should -Be 'Compatible'
        $two = @(Test-VgpuCompatibility -VM 'v801-01', 'v801-02' -GuestDriverOf @{ 'V801-01' = '15.4' } -GuestDriver '17.6')
        ($two | ForEach-Object { "$($_.Verdict)" }) | Should -Be 'NotCompatible', 'Compatible'
        (Get-ErrorOf { Test-VgpuCompatibility -VM 'v801-01' -GuestDriver '15.4', '17.6' }).FullyQualifiedErrorId | Should -BeLike 'SeveralDrivers,*'
    }

    It 'takes hosts, VMs and GPUs from the pipeline' {
        (Get-VmGpu -VM 'v801-11' | Test-VgpuCompatibility).VmName | Should -Be 'v801-11'
        (Get-GpuDevice -VMHost 'vgpu-90-01' | Test-VgpuCompatibility).HostName | Should -Be 'vgpu-90-01'
        ('vgpu-90-01' | Test-VgpuCompatibility).HostName | Should -Be 'vgpu-90-01'
        @() | Test-VgpuCompatibility | Should -BeNullOrEmpty
    }

    It 'plans another manager for a host' {
        $plan = Test-VgpuCompatibility -VMHost 'vgpu-801-01' -FromShell -PlannedManager 18.6
        $plan.FallsOut | Should -Be 'v801-12'
        $plan.Undecided | Should -Be 'v801-01', 'v801-02'
        $plan.Steps[0].Targets | Should -Be 'v801-12'
        "$($plan.Steps[1])" | Should -Be '2. manager 18.6 (570.211.01) on vgpu-801-01'
    }

    It 'says what a host without a manager could have, and names what is not there' {
        (Test-VgpuCompatibility -VMHost 'vgpu-bare-01').NextStep | Should -Match 'Managers for ESXi 8.0 and NVIDIA L40: '
        (Get-ErrorOf { Test-VgpuCompatibility -VMHost 'nowhere' }).FullyQualifiedErrorId | Should -BeLike 'HostNotFound,*'
        (Get-ErrorOf { Test-VgpuCompatibility -VM 'v801-05' }).FullyQualifiedErrorId | Should -BeLike 'NoVgpu,*'
    }
}
