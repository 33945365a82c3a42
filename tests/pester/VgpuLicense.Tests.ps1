BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands'
    function New-Login([string] $Password = 'GpuVSphere!1', [string] $User = 'admin') {
        [pscredential]::new($User, (ConvertTo-SecureString $Password -AsPlainText -Force))
    }
}

Describe 'Set- and Get-VgpuLicense' {
    BeforeEach {
        # Slow enough for the time limits of commands in guests.
        $connection = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 60
        $login = New-Login
        $token = Join-Path $TestDrive 'client_configuration_token_new.tok'
        Set-Content -Path $token -Value ([GpuVSphere.Simulator.SimulatorLicensing]::Token()) -NoNewline
        Add-VmVgpuProfile -VM 'v67-11' -VgpuProfile 'grid_p100-8q' -PowerOn -Confirm:$false
    }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf, changes nothing, and does not show the token' {
        $text = Set-VgpuLicense -VM 'v67-11' -TokenPath $token -GuestCredential $login -WhatIf 6>&1 | Out-String
        $text | Should -Match 'v67-11\s+client configuration token\s+\(absent\)\s+client_configuration_token_new.tok \(SHA-256 [0-9a-f]{12}\)'
        $text | Should -Match 'vGPU licence\s+Unlicensed\s+Licensed'
        $text | Should -Not -Match ([regex]::Escape((Get-Content $token -Raw)))
        (($text -split "`r?`n") | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        $license = Get-VgpuLicense -VM 'v67-11' -GuestCredential $login
        $license.Status | Should -Be 'Unlicensed'
        $license.Trouble | Should -Be 'NotConfigured'
        $license.Tokens | Should -BeNullOrEmpty
    }

    It 'takes a licence by token, says until when, and does nothing twice' {
        $license = Set-VgpuLicense v67-11 -TokenPath $token -GuestCredential $login -PassThru
        $license.Status | Should -Be 'Licensed'
        $license.ServerKind | Should -Be 'Nls'
        $license.LicensedBy | Should -Be 'dls.sim'
        $license.Expiry | Should -BeOfType ([DateTimeOffset])
        $license.Release | Should -Be '13.0'
        (Set-VgpuLicense v67-11 -TokenPath $token -GuestCredential $login -AsPlan).Changes | Should -BeNullOrEmpty
        Get-TableText $license | ForEach-Object { $_.Length | Should -BeLessOrEqual 120 }
    }

    It 'takes a licence from the legacy server, goes on to a token, and takes objects from the pipeline' {
        (Set-VgpuLicense -VM 'v67-11' -ServerAddress 'gridls.sim' -GuestCredential $login -PassThru).ServerKind | Should -Be 'Legacy'
        $moved = Get-VgpuLicense -VM 'v67-11' -GuestCredential $login | Set-VgpuLicense -TokenPath $token -RemoveOther -GuestCredential $login -PassThru
        $moved.ServerKind | Should -Be 'Nls'
        $moved.ServerAddress | Should -BeNullOrEmpty
    }

    It 'says in words why there is no licence' {
        $result = Get-ErrorOf { Set-VgpuLicense -VM 'v67-11' -ServerAddress 'nowhere.sim' -GuestCredential $login }
        $result.FullyQualifiedErrorId | Should -Be "LicenseServerUnreachable,$command.SetVgpuLicenseCommand"
        $result.Exception.Message | Should -Match 'is configured, and has no licence. nowhere.sim does not answer the guest.'
        # The daemon asks again and again; while it does, there is no answer yet.
        $license = Get-VgpuLicense -VM 'v67-11' -GuestCredential $login
        for ($i = 0; $i -lt 10 -and $license.Trouble -eq 'None'; $i++) { $license = Get-VgpuLicense -VM 'v67-11' -GuestCredential $login }
        $license.Trouble | Should -Be 'ServerUnreachable'
        $license.NextStep | Should -Match '7070'
        (Get-TableText $license 80) -join ' ' -replace '\s+', ' ' | Should -Match 'nowhere\.sim does not answer the guest\.'
        $warning = @(Set-VgpuLicense -VM 'v67-11' -TokenPath $token -TimeoutSeconds 0 -GuestCredential $login 3>&1)
        "$warning" | Should -Match 'has the legacy server nowhere\.sim configured as well.*Add -RemoveOther'
    }

    It 'refuses the kind of server that the release does not know' {
        Add-VmVgpuProfile -VM 'v70-11' -VgpuProfile 'grid_v100d-8q' -PowerOn -Confirm:$false
        $result = Get-ErrorOf { Set-VgpuLicense -VM 'v70-11' -ServerAddress 'gridls.sim' -GuestCredential $login }
        $result.FullyQualifiedErrorId | Should -Be "LicenseServerKindWrong,$command.SetVgpuLicenseCommand"
        $result.ErrorDetails.Message + $result.ErrorDetails.RecommendedAction | Should -Match 'NVIDIA License System'
    }

    It 'refuses <What> before any guest is asked' -ForEach @(
        @{ What = 'a token that is not there'; Id = 'TokenNotFound'; Arguments = @{ TokenPath = 'nothing.tok' } }
        @{ What = 'an address with http://'; Id = 'LicenseServerInvalid'; Arguments = @{ ServerAddress = 'http://gridls.sim' } }
        @{ What = 'two products'; Id = 'LicenseFeatureTwice'; Arguments = @{ ServerAddress = 'gridls.sim'; VirtualWorkstation = $true; VirtualComputeServer = $true } }
    ) {
        $result = Get-ErrorOf { Set-VgpuLicense -VM 'v67-11' @Arguments -GuestCredential (New-Login 'wrong') }
        $result.FullyQualifiedErrorId | Should -Be "$Id,$command.SetVgpuLicenseCommand"
        $result.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'offers the token of nearly that name, and takes wildcards' {
        $folder = Split-Path $token
        (Get-ErrorOf { Set-VgpuLicense v67-11 -TokenPath (Join-Path $folder 'client_configuration_token_nw.tok') -GuestCredential $login }).ErrorDetails.RecommendedAction |
            Should -Match 'Did you mean client_configuration_token_new\.tok'
        (Set-VgpuLicense v67-11 -TokenPath (Join-Path $folder '*.tok') -GuestCredential $login -AsPlan).Changes.Property | Should -Contain 'client configuration token'
    }

    It 'names the guest that does not accept the login, that is off, or that is not there' {
        (Get-ErrorOf { Get-VgpuLicense -VM 'v67-11' -GuestCredential (New-Login 'wrong') }).FullyQualifiedErrorId | Should -Be "GuestLoginFailed,$command.GetVgpuLicenseCommand"
        (Get-ErrorOf { Get-VgpuLicense -VM 'v67-01' -GuestCredential $login }).FullyQualifiedErrorId | Should -Be "GuestPoweredOff,$command.GetVgpuLicenseCommand"
        (Get-ErrorOf { Get-VgpuLicense -VM 'v67-1l' -GuestCredential $login }).FullyQualifiedErrorId | Should -Be "VmNotFound,$command.GetVgpuLicenseCommand"
        (Get-ErrorOf { Get-VgpuLicense -VM 'v67-11' }).FullyQualifiedErrorId | Should -Be "GuestCredentialNeeded,$command.GetVgpuLicenseCommand"
    }
}
