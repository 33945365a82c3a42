BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $undo = 'GpuVSphere.PowerShell.Commands.UndoGpuChangeCommand'
    $login = [pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
}

Describe 'Undo-GpuChange of settings in guests' {
    BeforeAll {
        $connection = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 100
        $title = 'FlexDirect'
        $g = @{ GuestCredential = $login; WarningAction = 'SilentlyContinue' }
    }
    AfterAll { Disconnect-GpuVSphere }

    It 'puts the servers of clients back, with a plan before and nothing twice' {
        Set-FlexDirectServer 'flex-cpu-01' '10.0.0.1' @g
        $set = Set-FlexDirectServer 'flex-cpu-01' '10.0.0.9' @g -PassThru
        $change = Get-GpuChange | Where-Object Title -Match $title | Select-Object -First 1
        $change.Title | Should -Match 'FlexDirect'
        $change.State | Should -Be 'Done'
        $change.Hosts.Target.Name | Should -Be 'flex-cpu-01'

        $text = Undo-GpuChange $change.Id -GuestCredential $login -WhatIf 6>&1 | Out-String
        $text | Should -Match 'flex-cpu-01\s+/etc/bitfusionio/servers.conf\s+10.0.0.9\s+10.0.0.1'
        (Get-FlexDirectServer 'flex-cpu-01' @g).ServerAddress | Should -Be '10.0.0.9'

        $result = $change | Undo-GpuChange -GuestCredential $login -Confirm:$false -PassThru
        $result.Outcome | Should -Be 'Done'
        (Get-FlexDirectServer 'flex-cpu-01' @g).ServerAddress | Should -Be '10.0.0.1'
        (Get-GpuChange $change.Id).State | Should -Be 'Undone'
        (Get-ErrorOf { Undo-GpuChange $change.Id -GuestCredential $login -Confirm:$false }).FullyQualifiedErrorId | Should -Be "ChangeFinished,$undo"
    }

    It 'goes by SSH too, and leaves alone what somebody changed since' {
        Set-FlexDirectServer 'flex-cpu-02' '10.0.0.9' @g
        $change = Get-GpuChange | Where-Object Title -Match $title | Select-Object -First 1
        Set-FlexDirectServer 'flex-cpu-02' '10.0.0.8' @g
        $text = Undo-GpuChange $change.Id -GuestCredential $login -Ssh -WhatIf 6>&1 | Out-String
        $text | Should -Match 'keeps /etc/bitfusionio/servers.conf = 10.0.0.8'
        Undo-GpuChange $change.Id -GuestCredential $login -Ssh -Confirm:$false
        (Get-FlexDirectServer 'flex-cpu-02' @g).ServerAddress | Should -Be '10.0.0.8'
    }

    It 'asks for the login where none was given' {
        Set-FlexDirectServer 'flex-cpu-02' '10.0.0.7' @g
        $change = Get-GpuChange | Where-Object Title -Match $title | Select-Object -First 1
        $missing = Get-ErrorOf { Undo-GpuChange $change.Id -Confirm:$false }
        $missing.FullyQualifiedErrorId | Should -Be "GuestShellMissing,$undo"
        $missing.ErrorDetails.RecommendedAction | Should -Match '-GuestCredential'
        (Get-GpuChange $change.Id).State | Should -Be 'Done'
    }
}

Describe 'Undo-GpuChange of a scheduler' {
    BeforeAll {
        $connection = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 100
        $g = @{ GuestCredential = $login; WarningAction = 'SilentlyContinue' }
        $now = $g + @{ Confirm = $false }
        Install-FlexDirect 'flex-gpu-01' @now
        Initialize-FlexDirect 'flex-gpu-01' -LicenseKey (ConvertTo-SecureString 'SIMU-FLEX-2019-0042' -AsPlainText -Force) -AcceptEula @now
    }
    AfterAll { Disconnect-GpuVSphere }

    It 'stops what was started, after showing what ends by it, and starts again what was stopped' {
        Start-FlexDirectScheduler 'flex-gpu-01' @now 6> $null
        $start = Get-GpuChange | Where-Object Title -Match 'Start the FlexDirect scheduler' | Select-Object -First 1
        $start.State | Should -Be 'Done'
        $text = Undo-GpuChange $start.Id -GuestCredential $login -WhatIf 6>&1 | Out-String
        $text | Should -Match 'scheduler on port 56001\s+running\s+\(removed\)'
        $text | Should -Match 'Programs of clients that use the GPUs of flex-gpu-01 by port 56001 end'

        Stop-FlexDirectScheduler 'flex-gpu-01' @now
        $stop = Get-GpuChange | Where-Object Title -Match 'Stop the FlexDirect scheduler' | Select-Object -First 1
        (Undo-GpuChange $stop.Id @now -PassThru).Outcome | Should -Be 'Done'
        (Start-FlexDirectScheduler 'flex-gpu-01' @now -PassThru).Service | Should -Be 'flexdirect-scheduler'

        (Undo-GpuChange $start.Id @now -PassThru).Outcome | Should -Be 'Done'
        (Stop-FlexDirectScheduler 'flex-gpu-01' @now -PassThru).Outcome | Should -Be 'Unchanged'
        (Get-GpuChange $start.Id).State | Should -Be 'Undone'
    }
}

Describe 'Undo-GpuChange of a driver' {
    BeforeAll {
        $connection = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 200
        $file = Join-Path $TestDrive 'nvidia-linux-grid-470_470.63.01_amd64.deb'
        [System.IO.File]::WriteAllBytes($file, [GpuVSphere.Simulator.SimulatedGuestDrivers]::File('nvidia-linux-grid-470_470.63.01_amd64.deb', 65536))
        Add-VmVgpuProfile v67-01 grid_p100-8q -PowerOn -Confirm:$false
    }
    AfterAll { Disconnect-GpuVSphere }

    It 'removes what came, shows it before, and keeps compiler and headers' {
        Install-NvidiaGuestDriver v67-01 -Path $file -AcceptEula -GuestCredential $login -Confirm:$false
        $change = Get-GpuChange | Where-Object Title -Match 'driver in guests' | Select-Object -First 1
        $change.State | Should -Be 'Done'
        $text = Undo-GpuChange $change.Id -GuestCredential $login -WhatIf 6>&1 | Out-String
        $text | Should -Match 'v67-01\s+NVIDIA driver\s+470\.63\.01 \(GRID\)\s+\(removed\)'
        $text | Should -Match 'packages\s+dkms nvidia-linux-grid-470\s+\(removed\)'
        $text | Should -Match 'build-essential.* stay'

        $result = Undo-GpuChange $change.Id -GuestCredential $login -Confirm:$false -PassThru
        $result.Outcome | Should -Be 'Done'
        $result.Message | Should -Match 'no nvidia-smi'
        (Test-GpuGuest v67-01 -GuestCredential $login | Where-Object Check -EQ Driver).Outcome | Should -Be 'Failed'
    }

    It 'removes a toolkit, and refuses what a script did' {
        Install-NvidiaGuestDriver v67-01 -Path $file -AcceptEula -GuestCredential $login -Confirm:$false
        $toolkit = Join-Path $TestDrive 'cuda_9.1.85_387.26_linux'
        [System.IO.File]::WriteAllBytes($toolkit, [GpuVSphere.Simulator.SimulatedCuda]::RunFile('9.1.85', '387.26'))
        Install-CudaToolkit v67-01 -Path $toolkit -OverrideCompilerCheck -AcceptEula -GuestCredential $login -Confirm:$false -WarningAction SilentlyContinue
        $change = Get-GpuChange | Where-Object Title -Match 'Install CUDA' | Select-Object -First 1
        $text = Undo-GpuChange $change.Id -GuestCredential $login -WhatIf 6>&1 | Out-String
        $text | Should -Match 'CUDA toolkit in /usr/local/cuda-9\.1\s+9\.1\.85\s+\(removed\)'
        (Undo-GpuChange $change.Id -GuestCredential $login -Confirm:$false -PassThru).Outcome | Should -Be 'Done'
        (Test-GpuGuest v67-01 -GuestCredential $login | Where-Object Check -EQ Cuda).Seen | Should -Not -Match '9\.1'

        Install-FlexDirect v67-01 -GuestCredential $login -Confirm:$false -WarningAction SilentlyContinue
        $flex = Get-GpuChange | Where-Object Title -Match 'FlexDirect' | Select-Object -First 1
        (Get-ErrorOf { Undo-GpuChange $flex.Id -GuestCredential $login -Confirm:$false }).FullyQualifiedErrorId | Should -Be "FlexDirectStays,$undo"
    }
}

Describe 'Undo-GpuChange of a licence' {
    BeforeAll {
        $connection = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 60
        $title = 'licences'
        $token = Join-Path $TestDrive 'client_configuration_token_new.tok'
        Set-Content -Path $token -Value ([GpuVSphere.Simulator.SimulatorLicensing]::Token()) -NoNewline
        Add-VmVgpuProfile -VM 'v67-11' -VgpuProfile 'grid_p100-8q' -PowerOn -Confirm:$false
    }
    AfterAll { Disconnect-GpuVSphere }

    It 'takes token and settings away again, and has no secret in the journal' {
        Set-VgpuLicense 'v67-11' -TokenPath $token -GuestCredential $login
        $change = Get-GpuChange | Where-Object Title -Match $title | Select-Object -First 1
        Get-Content $change.Path -Raw | Should -Not -Match ([regex]::Escape((Get-Content $token -Raw)))
        $result = Undo-GpuChange $change.Id -GuestCredential $login -Confirm:$false -PassThru
        $result.Outcome | Should -Be 'Done'
        $license = Get-VgpuLicense 'v67-11' -GuestCredential $login
        $license.Status | Should -Be 'Unlicensed'
        $license.Tokens | Should -BeNullOrEmpty
    }
}
