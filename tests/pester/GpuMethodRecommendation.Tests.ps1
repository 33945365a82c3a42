BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands.GetGpuMethodRecommendationCommand'
}

Describe 'Get-GpuMethodRecommendation' {
    BeforeAll { $connection = Connect-Simulator }
    AfterAll { Disconnect-GpuVSphere }

    It 'says that <_> on tables needs no GPU' -ForEach 'LogisticRegression', 'RandomForest', 'XGBoost', 'KMeans' {
        $ranked = @(Get-GpuMethodRecommendation -Workload $_)
        $ranked[0].Method | Should -Be 'NoGpu'
        $ranked[0].For | Should -Match 'luxury'
        $ranked[1].Verdict | Should -Be 'NotNeeded'
    }

    It 'names <Best> first for <Workload> <Phase>' -ForEach @(
        @{ Workload = 'DeepLearning'; Phase = 'Training'; Best = 'Passthrough' }
        @{ Workload = 'Image'; Phase = 'Inference'; Best = 'Vgpu' }
        @{ Workload = 'Voice'; Phase = 'Development'; Best = 'Vgpu' }
        @{ Workload = 'Hpc'; Phase = 'Training'; Best = 'Passthrough' }
        @{ Workload = 'GpuDatabase'; Phase = 'Training'; Best = 'Passthrough' }
        @{ Workload = 'Workstation'; Phase = 'Development'; Best = 'Passthrough' }
    ) {
        $first = Get-GpuMethodRecommendation $Workload $Phase | Select-Object -First 1
        $first.Method | Should -Be $Best
        $first.Assumed | Should -Match 'guide, chapter 4'
    }

    It 'ranks all methods with reasons, gaps and combinations' {
        $ranked = @(Get-GpuMethodRecommendation -Need Share, VMotion)
        $ranked.Place | Should -Be @(1, 2, 3, 4, 5)
        $passthrough = $ranked | Where-Object Method -EQ 'Passthrough'
        $passthrough.Verdict | Should -Be 'NotSuitable'
        $passthrough.Against | Should -Contain 'Share: The GPU belongs to one VM. [vSphere: DirectPath I/O; guide, chapter 5]'
        @($passthrough.Combinations | Where-Object { $_ -match '^With FlexDirect: .*it adds Share, VMotion' }).Count | Should -Be 1
        ($ranked | Where-Object Method -EQ 'Vgpu').Missing[0].Text | Should -Match 'another host with the same GPU'
    }

    It 'names what is missing on the hosts that are meant, and the commands run' {
        $first = @(Get-GpuMethodRecommendation -Need FullGpu -VMHost 'esx-80-01')[0]
        $first.BestHost | Should -Be 'esx-80-01'
        $first.Commands | Should -Be @('Enable-GpuPassthrough -VMHost esx-80-01 -Device 0000:3b:00.0 -Reboot', 'Add-VmGpuPassthrough -VM <name> -Device 0000:3b:00.0')
        $old = $ConfirmPreference
        $global:ConfirmPreference = 'None'
        try { $first.Commands | ForEach-Object { Invoke-Expression $_.Replace('<name>', 'ml-01') } } finally { $global:ConfirmPreference = $old }
        (Get-VmGpu -VM 'ml-01').Address | Should -Be '0000:3b:00.0'
        @(Get-GpuMethodRecommendation -Need FullGpu -VMHost 'esx-80-01')[0].Commands[-1] | Should -Match '0000:af:00\.0'
    }

    It 'takes hosts and clusters by name, from the pipeline, and with wildcards' {
        foreach ($ranked in @(
                , @(Get-GpuMethodRecommendation -Need Share -Cluster 'GPU-90')
                , @('esx-90-01' | Get-GpuMethodRecommendation -Need Share)
                , @([pscustomobject]@{ VMHost = 'esx-90-01' } | Get-GpuMethodRecommendation -Need Share)
                , @(Get-GpuMethodRecommendation -Need Share -VMHost 'esx-9*')
            )) {
            $ranked[0].Method | Should -Be 'Vgpu'
            $ranked[0].BestHost | Should -Be 'esx-90-01'
        }

        'nothing' | Where-Object { $false } | Get-GpuMethodRecommendation -Need Share | Should -BeNullOrEmpty
    }

    It 'says so for <What>' -ForEach @(
        @{ What = 'nothing asked'; Id = 'NothingNamed'; Script = { Get-GpuMethodRecommendation } }
        @{ What = 'no GPU asked'; Id = 'InvalidDeviceCount'; Script = { Get-GpuMethodRecommendation -Need Share -GpuCount 0 } }
        @{ What = 'a host that is not there'; Id = 'HostNotFound'; Script = { Get-GpuMethodRecommendation -Need Share -VMHost 'esx-8O-01' } }
        @{ What = 'a VM'; Id = 'WrongType'; Script = { Get-VmGpu -VM 'ml-01' | Get-GpuMethodRecommendation -Need Share } }
        @{ What = 'a workload that is not known'; Id = 'CannotConvertArgumentNoMessage'; Script = { try { Get-GpuMethodRecommendation -Workload 'XGBost' } catch { $_ } } }
    ) {
        (Get-ErrorOf $Script).FullyQualifiedErrorId | Should -Be "$Id,$command"
    }

    It 'has a table of at most 120 columns' {
        ((Get-TableText @(Get-GpuMethodRecommendation -Need Share, Isolation)) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }
}

Describe 'Get-GpuMethodRecommendation without a server' {
    It 'decides by the table alone, and says so' {
        $ranked = @(Get-GpuMethodRecommendation -Need HostWithoutGpu -WarningVariable warned 3>$null)
        $warned | Should -Match 'No server is connected'
        $ranked[0].Method | Should -Be 'FlexDirect'
        $ranked[0].Missing | Should -BeNullOrEmpty
        (Get-ErrorOf { Get-GpuMethodRecommendation -Need Share -VMHost 'esx-01' }).FullyQualifiedErrorId | Should -Be "NotConnected,$command"
    }
}
