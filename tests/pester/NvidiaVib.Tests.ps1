BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $folder = '[gpu-ds] NVIDIA/'
    $vib67 = 'NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516.vib'
    $vgpu80 = 'NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip'
    $daemon = 'nvd-gpu-mgmt-daemon_550.144.02-0.0.0000_24479025.zip'

    # A package as it lies in a download folder.
    function Save-Package {
        param([string] $Name, [string] $Folder)
        [System.IO.File]::WriteAllBytes((Join-Path $Folder $Name), [GpuVSphere.Simulator.SimulatedDrivers]::File($Name))
    }
}

Describe 'Install-NvidiaVib' {
    BeforeEach { $null = Connect-GpuVSphere -Simulator -Scenario vgpu-setup -ClockSpeed 3000 }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf and changes nothing' {
        $before = @(Get-GpuChange).Count
        $text = Install-NvidiaVib new-67-02 "$folder$vib67" -SetGraphicsMode -Reboot -WhatIf 6>&1 | Out-String
        $text | Should -Match 'VIB NVIDIA-VMware_ESXi_6.7_Host_Driver\s+\(absent\)\s+390\.42-1OEM\.670\.0\.0\.7535516\s+maintenance mode, reboot'
        $text | Should -Match 'default graphics type\s+shared\s+sharedDirect'
        $text | Should -Match 'gets the driver of vGPU 6\.0'
        (($text -split "`r?`n") | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        Get-NvidiaVib | Should -BeNullOrEmpty
        @(Get-GpuChange).Count | Should -Be $before
    }

    It 'takes a host from Shared and no driver to vGPU with one reboot, as the guide shows it' {
        $result = Install-NvidiaVib -VMHost 'new-67-02' -Path "$folder$vib67" -SetGraphicsMode -Reboot -Confirm:$false -PassThru
        $result.Outcome | Should -Be 'Done'
        $result.Message | Should -Be 'Operation finished successfully.'
        $result.RebootRequired | Should -BeFalse
        $result.VibsInstalled | Should -Be 'NVIDIA_bootbank_NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM.670.0.0.7535516'
        $result.VibsRemoved | Should -BeNullOrEmpty
        $result.Verified | Should -Match 'nvidia-smi answers: driver 390\.42, Host VGPU on 0000:3b:00\.0'
        $result.NotVerified | Should -BeNullOrEmpty
        $text = $result | Out-String -Width 120
        $text | Should -Match 'VIBs Installed\s+: NVIDIA_bootbank'
        $text | Should -Match 'Reboot Required : False'
        (Get-HostGraphicsMode -VMHost 'new-67-02').DefaultGraphicsType | Should -Be 'SharedDirect'
        (Get-NvidiaSmi -VMHost 'new-67-02').VirtualizationMode | Should -Be 'Host VGPU'
        $again = Install-NvidiaVib -VMHost 'new-67-02' -Path "$folder$vib67" -SetGraphicsMode -Reboot -Confirm:$false -PassThru
        $again.Outcome | Should -Be 'Unchanged'
        $again.VibsSkipped | Should -Match '390\.42'
        (Undo-GpuChange -Id $result.ChangeId -Reboot -Confirm:$false -PassThru).Outcome | Should -Be 'Done'
        Get-NvidiaVib | Should -BeNullOrEmpty
        (Get-HostGraphicsMode -VMHost 'new-67-02').DefaultGraphicsType | Should -Be 'Shared'
    }

    It 'takes files of this machine by a wildcard, driver and daemon together, and removes what it uploaded' {
        Save-Package $vgpu80 $TestDrive
        Save-Package $daemon $TestDrive
        $lines = Install-NvidiaVib new-80-01 (Join-Path $TestDrive '*.zip') -Datastore gpu-ds -SetGraphicsMode -Reboot -Confirm:$false -PassThru -Verbose 4>&1
        $result = $lines | Where-Object { $_ -isnot [System.Management.Automation.VerboseRecord] }
        $result.Outcome | Should -Be 'Done'
        @($result.VibsInstalled).Count | Should -Be 2
        @($lines | Where-Object { "$_" -like 'Uploading *' }).Count | Should -Be 2
        @($lines | Where-Object { "$_" -like 'Removed `[gpu-ds`] gpuvsphere-*' }).Count | Should -Be 2
        $vibs = Get-NvidiaVib -VMHost 'new-80-01'
        $vibs.Name | Should -Be @('NVD-VMware_ESXi_8.0.0_Driver', 'nvdgpumgmtdaemon')
        $vibs[0].Component | Should -Be 'NVD-VGPU-800 550.144.02-1OEM.800.1.0.20613240'
        "$($vibs[0].DriverVersion)" | Should -Be '550.144.02'
    }

    It 'takes a path as the ESXi shell has it, and stages on a host in maintenance mode' {
        $plan = Install-NvidiaVib new-67-02 "/vmfs/volumes/gpu-ds/NVIDIA/$vib67" -SetGraphicsMode -AsPlan
        ($plan.Findings | Where-Object Blocks).ErrorId | Should -Be 'MaintenanceNotAsked'
        ($plan.Findings | Where-Object Blocks).NextStep | Should -Match '-Reboot'
    }

    It 'takes a GPU for its host, and gives a plan for another time' {
        $plan = Get-GpuDevice -VMHost 'new-67-02' | Install-NvidiaVib -Path "$folder$vib67" -SetGraphicsMode -Reboot -AsPlan
        ($plan | Invoke-GpuPlan -Confirm:$false -PassThru).Outcome | Should -Be 'Done'
        (Get-NvidiaVib).HostName | Should -Be 'new-67-02'
    }

    It 'prints what the image needs, on a cluster that is managed by one and on 9.0: <Name>' -ForEach @(
        @{ Name = 'new-img-01'; File = 'NVD-VGPU-800_550.144.02-1OEM.800.1.0.20613240_24487818.zip'; Component = 'NVD-VGPU-800 550.144.02-1OEM.800.1.0.20613240' }
        @{ Name = 'new-90-01'; File = 'NVD-VGPU-900_570.158.02-1OEM.900.0.24580437_24793474.zip'; Component = 'NVD-VGPU-900 570.158.02-1OEM.900.0.24580437' }
    ) {
        $record = Get-ErrorOf { Install-NvidiaVib -VMHost $Name -Path "$folder$File" -SetGraphicsMode -Reboot -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Match '^BlockedByRule,'
        $record.Exception.Message | Should -Match ([regex]::Escape($Component))
        $record.ErrorDetails.RecommendedAction | Should -Match 'Set-Cluster -Cluster .* -Component \$c1 -AcceptEULA -Remediate'
        $lines = $record.ErrorDetails.RecommendedAction -split "`n" | Select-Object -Skip 1
        $problems = $null
        [void][System.Management.Automation.Language.Parser]::ParseInput($lines -join "`n", [ref]$null, [ref]$problems)
        $problems | Should -BeNullOrEmpty
        Get-NvidiaVib | Should -BeNullOrEmpty
    }

    It 'refuses with a reason and changes nothing: <What>' -ForEach @(
        @{ What = 'still Shared'; Id = 'BlockedByRule'; Text = '-SetGraphicsMode'; Script = { Install-NvidiaVib new-67-02 "$folder$vib67" -Reboot -Confirm:$false } }
        @{ What = 'wrong ESXi'; Id = 'BlockedByRule'; Text = 'made for ESXi 6\.7.*vSphere 8\.0'; Script = { Install-NvidiaVib new-80-01 "$folder$vib67" -SetGraphicsMode -Reboot -Confirm:$false } }
        @{ What = 'wrong flavour'; Id = 'BlockedByRule'; Text = 'NVD-AIE'; Script = { Install-NvidiaVib new-80-02 "$folder$vgpu80" -SetGraphicsMode -Reboot -PowerOff -Confirm:$false } }
        @{ What = 'running VM'; Id = 'VmsInTheWay'; Text = 'web-67.*-PowerOff'; Script = { Install-NvidiaVib new-67-01 "$folder$vib67" -SetGraphicsMode -Reboot -Confirm:$false } }
        @{ What = 'no maintenance mode'; Id = 'MaintenanceNotAsked'; Text = '-Reboot'; Script = { Install-NvidiaVib new-67-02 "$folder$vib67" -SetGraphicsMode -Confirm:$false } }
        @{ What = 'no such file here'; Id = 'PackageNotFound'; Text = 'none\.vib'; Script = { Install-NvidiaVib new-67-02 './none.vib' -Confirm:$false } }
        @{ What = 'no such file there'; Id = 'DatastoreFileNotFound'; Text = '\[gpu-ds\] NVIDIA/none\.vib'; Script = { Install-NvidiaVib new-67-02 "${folder}none.vib" -Confirm:$false } }
        @{ What = 'no such datastore'; Id = 'DatastoreNotFound'; Text = 'gpu-ds'; Script = { Install-NvidiaVib new-67-02 '[gpu-d] x.vib' -Confirm:$false } }
        @{ What = 'out of reach'; Id = 'PackageUnreachable'; Text = 'No route to host'; Script = { Install-NvidiaVib new-67-02 'https://files.example/x.vib' -Confirm:$false } }
        @{ What = 'a folder'; Id = 'PackageNotFound'; Text = 'folder'; Script = { Install-NvidiaVib new-67-02 $TestDrive -Confirm:$false } }
        @{ What = 'not a file'; Id = 'PackageNotFound'; Text = 'Environment'; Script = { Install-NvidiaVib new-67-02 'env:PATH' -Confirm:$false } }
        @{ What = 'no host named'; Id = 'NothingNamed'; Text = '-VMHost'; Script = { Install-NvidiaVib -Path "$folder$vib67" } }
        @{ What = 'no such host'; Id = 'HostNotFound'; Text = 'new-67-0'; Script = { Install-NvidiaVib new-67-0x "$folder$vib67" } }
    ) {
        $record = Get-ErrorOf $Script
        $record.FullyQualifiedErrorId | Should -Match "^$Id,"
        "$($record.Exception.Message) $($record.ErrorDetails.RecommendedAction)" | Should -Match $Text
        Get-NvidiaVib | Should -BeNullOrEmpty
        Get-HostGraphicsMode | ForEach-Object { $_.DefaultGraphicsType | Should -Be 'Shared' }
    }

    It 'takes the path as the first argument where the hosts come from elsewhere' {
        foreach ($plan in @(
                (Install-NvidiaVib -Cluster 'NEW-67' "$folder$vib67" -SetGraphicsMode -Reboot -AsPlan)
                (Install-NvidiaVib "$folder$vib67" -Cluster 'NEW-67' -SetGraphicsMode -Reboot -AsPlan)
                (Get-GpuDevice -VMHost 'new-67-02' | Install-NvidiaVib "$folder$vib67" -SetGraphicsMode -Reboot -AsPlan)
                (Install-NvidiaVib 'new-67-02' "$folder$vib67" -SetGraphicsMode -Reboot -AsPlan)
                (Install-NvidiaVib -VMHost 'new-67-02' -Cluster 'NEW-67' -Path "$folder$vib67" -SetGraphicsMode -Reboot -AsPlan)
            )) {
            $plan.Targets.Name | Should -Contain 'new-67-02'
            @($plan.Findings | Where-Object { $_.Blocks -and $_.Target.Name -eq 'new-67-02' }) | Should -BeNullOrEmpty
            $plan.Changes.Property | Should -Contain 'VIB NVIDIA-VMware_ESXi_6.7_Host_Driver'
        }

        (Get-ErrorOf { Install-NvidiaVib new-67-02 -Confirm:$false }).FullyQualifiedErrorId | Should -Match '^NothingNamed,'
        (Get-ErrorOf { Install-NvidiaVib -Cluster 'NEW-67' './none.vib' -Confirm:$false }).FullyQualifiedErrorId | Should -Match '^PackageNotFound,'
    }

    It 'names the packages that are beside a file that is not there, and finds a damaged one' {
        $before = @(Get-GpuChange).Count
        Save-Package $vib67 $TestDrive
        $record = Get-ErrorOf { Install-NvidiaVib new-67-02 (Join-Path $TestDrive 'NVIDIA.vib') -Confirm:$false }
        $record.ErrorDetails.RecommendedAction | Should -Match ([regex]::Escape($vib67))
        $half = Join-Path $TestDrive 'half.vib'
        $bytes = [System.IO.File]::ReadAllBytes((Join-Path $TestDrive $vib67))
        [System.IO.File]::WriteAllBytes($half, $bytes[0..($bytes.Length / 2)])
        (Get-ErrorOf { Install-NvidiaVib new-67-02 $half -SetGraphicsMode -Reboot -Confirm:$false }).FullyQualifiedErrorId | Should -Match '^PackageDamaged,'
        @(Get-GpuChange).Count | Should -Be $before
    }
}

Describe 'Get- and Uninstall-NvidiaVib' {
    BeforeEach { $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 3000 }
    AfterEach { Disconnect-GpuVSphere }

    It 'shows the VIBs of the hosts that have a GPU, in a table of 120 columns' {
        $vibs = Get-NvidiaVib -WarningAction SilentlyContinue
        $vibs.HostName | Should -Contain 'vgpu-67-01'
        $vibs.HostName | Should -Contain 'vgpu-90-01'
        $lines = Get-TableText $vibs
        $lines[1] | Should -Match '^VMHost\s+Name\s+Driver\s+vGPU\s+Reboot'
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'stops at the first one that is wanted' {
        @(Get-NvidiaVib | Select-Object -First 1).Count | Should -Be 1
    }

    It 'sorts driver versions as numbers' {
        $sorted = Get-NvidiaVib | Where-Object DriverVersion | Sort-Object DriverVersion
        $sorted[0].HostName | Should -Be 'vgpu-67-01'
        '9.1', '10.0' | ForEach-Object { [GpuVSphere.Catalog.DriverVersion]::TryParse($_) } | Sort-Object | Select-Object -First 1 | Should -Be '9.1'
    }

    It 'removes the VIBs that are piped in, and completes their names' {
        $vibs = Get-NvidiaVib -VMHost 'vgpu-801-02'
        ([System.Management.Automation.CommandCompletion]::CompleteInput('Uninstall-NvidiaVib -Name NVD-V', 31, $null)).CompletionMatches.CompletionText | Should -Contain 'NVD-VMware_ESXi_8.0.0_Driver'
        $text = $vibs | Uninstall-NvidiaVib -Reboot -PowerOff -Force -WhatIf 6>&1 | Out-String
        $text | Should -Match 'VIB NVD-VMware_ESXi_8.0.0_Driver\s+550\S+\s+\(removed\)'
        $result = $vibs | Uninstall-NvidiaVib -Reboot -PowerOff -Force -Confirm:$false -PassThru
        $result.Outcome | Should -Be 'Done'
        $result.VibsRemoved | Should -Match 'NVD-VMware_ESXi_8.0.0_Driver'
        Get-NvidiaVib -VMHost 'vgpu-801-02' | Should -BeNullOrEmpty
        Uninstall-NvidiaVib -VMHost 'vgpu-801-02' -Reboot -Confirm:$false -PassThru | ForEach-Object Outcome | Should -Be 'Unchanged'
    }

    It 'takes rows with columns: of each host the VIBs of its rows' {
        $rows = Get-NvidiaVib -VMHost 'vgpu-67-01', 'vgpu-801-02' | Select-Object VMHost, Name | ConvertTo-Csv | ConvertFrom-Csv
        $rows[1].Name = 'none-*'
        $plan = $rows | Uninstall-NvidiaVib -Reboot -PowerOff -AsPlan
        $plan.Changes.Property | Where-Object { $_ -like 'VIB*' } | Should -Be 'VIB NVIDIA-VMware_ESXi_6.7_Host_Driver'
    }

    It 'says of a name that is not there what is, and refuses on an image' {
        $warnings = @()
        Uninstall-NvidiaVib -VMHost 'vgpu-801-02' -Name 'NVD-VMware_Driver' -Reboot -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'NVD-VMware_ESXi_8\.0\.0_Driver'
        (Get-ErrorOf { Uninstall-NvidiaVib -VMHost 'vgpu-90-01' -Reboot -PowerOff -Confirm:$false }).ErrorDetails.RecommendedAction | Should -Match 'image'
        (Get-ErrorOf { Get-Date | Uninstall-NvidiaVib -Confirm:$false }).FullyQualifiedErrorId | Should -Match '^WrongType,'
    }
}
