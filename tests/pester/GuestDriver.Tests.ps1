BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $folder = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
    $null = New-Item -ItemType Directory $folder
    $null = Connect-Simulator
    foreach ($name in 'NVIDIA-Linux-x86_64-470.63.01-grid.run', 'NVIDIA-Linux-x86_64-470.57.02.run', 'NVIDIA-Linux-x86_64-535.54.03-grid.run') {
        [System.IO.File]::WriteAllBytes((Join-Path $folder $name), [GpuVSphere.Simulator.SimulatedGuestDrivers]::File($name, 65536))
    }

    Disconnect-GpuVSphere
    $grid = Join-Path $folder 'NVIDIA-Linux-x86_64-470.63.01-grid.run'
    $stock = Join-Path $folder 'NVIDIA-Linux-x86_64-470.57.02.run'
    $later = Join-Path $folder 'NVIDIA-Linux-x86_64-535.54.03-grid.run'
    $driver = 'GpuVSphere.PowerShell.Commands.InstallNvidiaGuestDriverCommand'
    $test = 'GpuVSphere.PowerShell.Commands.TestGpuGuestCommand'

    function New-Login {
        param([string] $User = 'admin', [string] $Password = 'GpuVSphere!1')
        [pscredential]::new($User, (ConvertTo-SecureString $Password -AsPlainText -Force))
    }

    # Guests answer in minutes of simulated time, which are to be more than a moment on a busy machine.
    function Connect-Guest {
        $null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 200
        Add-VmVgpuProfile v67-01 grid_p100-8q -PowerOn -Confirm:$false
    }
}

AfterAll { Remove-Item -Recurse -Force $folder }

Describe 'Test-GpuGuest' {
    BeforeAll {
        Connect-Guest
        $checks = @(Test-GpuGuest v67-01 -GuestCredential (New-Login))
    }

    AfterAll { Disconnect-GpuVSphere }

    It 'gives an object for every check, with what was seen and what to do' {
        $checks.Check | Should -Be @('Guest', 'GpuSeen', 'BarAssigned', 'Driver', 'SecureBoot', 'NvidiaSmi', 'VirtualizationMode', 'VgpuManager', 'Cuda', 'DeviceQuery', 'VectorAdd')
        ($checks | Where-Object Check -EQ GpuSeen).Outcome | Should -Be 'Passed'
        $missing = $checks | Where-Object Check -EQ Driver
        $missing.Outcome | Should -Be 'Failed'
        $missing.NextStep | Should -Match 'Install-NvidiaGuestDriver -VM v67-01'
    }

    It 'has a table that fits 120 columns' {
        $lines = Get-TableText $checks
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        $lines -match '^Driver +Failed +' | Should -Not -BeNullOrEmpty
        $lines -match '^ +Install-NvidiaGuestDriver -VM v67-01 -Path <driver>' | Should -Not -BeNullOrEmpty
    }

    It 'takes VMs from the pipeline, and says with -Quiet only whether all is well' {
        'v67-01' | Test-GpuGuest -GuestCredential (New-Login) -Quiet | Should -BeFalse
        @(Get-VmGpu -VM v67-01 | Test-GpuGuest -GuestCredential (New-Login)).Count | Should -Be 11
    }

    It 'explains a guest that is off, a wrong password, a missing login, a wrong name' {
        $off = Get-ErrorOf { Test-GpuGuest v67-02 -GuestCredential (New-Login) }
        $off.FullyQualifiedErrorId | Should -Be "GuestPoweredOff,$test"
        $off.ErrorDetails.RecommendedAction | Should -Match 'Start-VM v67-02'
        (Get-ErrorOf { Test-GpuGuest v67-01 -GuestCredential (New-Login -Password no) }).FullyQualifiedErrorId | Should -Be "GuestLoginFailed,$test"
        (Get-ErrorOf { Test-GpuGuest v67-01 }).ErrorDetails.RecommendedAction | Should -Match '-GuestCredential'
        (Get-ErrorOf { Test-GpuGuest v67-0l -GuestCredential (New-Login) }).ErrorDetails.RecommendedAction | Should -Match 'v67-01'
    }
}

Describe 'Whatever goes into guests' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -ClockSpeed 200 }
    AfterAll { Disconnect-GpuVSphere }

    It '<Name> tells for each VM why its guest is not reached, and goes on' -ForEach @(
        @{ Name = 'Test-GpuGuest'; NeedsRoot = $false }
        @{ Name = 'Get-VgpuLicense'; NeedsRoot = $true }
        @{ Name = 'Get-FlexDirectServer'; NeedsRoot = $true }
    ) {
        # Off, suspended, without VMware Tools, and one that is reached.
        $records = @(& $Name ml-01, susp-01, web-02, web-01 -GuestCredential (New-Login) -WarningAction SilentlyContinue 2>&1)
        $errors = @($records | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
        ($errors.FullyQualifiedErrorId -replace ',.*$' | Sort-Object) | Should -Be @('GuestPoweredOff', 'GuestPoweredOff', 'GuestToolsNotRunning')
        $errors.ErrorDetails.RecommendedAction | Should -Not -Contain $null
        "$($errors.ErrorDetails.RecommendedAction)" | Should -Match 'Start-VM ml-01'

        $wrong = Get-ErrorOf { & $Name web-01 -GuestCredential (New-Login -Password no) -WarningAction SilentlyContinue }
        $wrong.FullyQualifiedErrorId | Should -BeLike 'GuestLoginFailed,*'
        $wrong.ErrorDetails.RecommendedAction | Should -Match '-GuestCredential'
        (Get-ErrorOf { & $Name web-01 }).FullyQualifiedErrorId | Should -BeLike 'GuestCredentialNeeded,*'
        $near = Get-ErrorOf { & $Name web-0l -GuestCredential (New-Login) -WarningAction SilentlyContinue }
        $near.ErrorDetails.RecommendedAction | Should -Match 'web-01'
        if ($NeedsRoot -and $Name -ne 'Get-FlexDirectServer') {
            $plain = Get-ErrorOf { & $Name web-01 -GuestCredential (New-Login -User guest) }
            $plain.FullyQualifiedErrorId | Should -BeLike 'GuestNotRoot,*'
        }
    }

    It 'stops with the pipeline' {
        @(Test-GpuGuest web-01 -GuestCredential (New-Login) | Select-Object -First 1).Count | Should -Be 1
    }
}

Describe 'Install-NvidiaGuestDriver' {
    BeforeAll { Connect-Guest }
    AfterAll { Disconnect-GpuVSphere }

    It 'refuses a <What> before anything is done, and names what is accepted' -ForEach @(
        @{ What = 'stock driver'; Which = 'stock'; Rule = 'GUEST-DRIVER-KIND' }
        @{ What = 'driver of a later branch'; Which = 'later'; Rule = 'GUEST-DRIVER-MANAGER' }
    ) {
        $record = Get-ErrorOf { Install-NvidiaGuestDriver v67-01 (Get-Variable $Which -ValueOnly) -AcceptEula -GuestCredential (New-Login) -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Be "BlockedByRule,$driver"
        "$record" | Should -Match $Rule
        $record.ErrorDetails.RecommendedAction | Should -Match 'takes guest drivers 13\.'
    }

    It 'needs the licence accepted, and a file that is one' {
        (Get-ErrorOf { Install-NvidiaGuestDriver v67-01 $grid -GuestCredential (New-Login) -Confirm:$false }).FullyQualifiedErrorId | Should -Be "EulaNotAccepted,$driver"
        $missing = Get-ErrorOf { Install-NvidiaGuestDriver v67-01 (Join-Path $folder 'NVIDIA-Linux-x86_64-390.42-grid.run') -AcceptEula -GuestCredential (New-Login) }
        $missing.FullyQualifiedErrorId | Should -Be "PackageNotFound,$driver"
        $missing.ErrorDetails.RecommendedAction | Should -Match '470\.63\.01-grid\.run'
        $page = Join-Path $folder 'NVIDIA-Linux-x86_64-470.82.01-grid.run'
        Set-Content $page '<html>Log in</html>'
        (Get-ErrorOf { Install-NvidiaGuestDriver v67-01 $page -AcceptEula -GuestCredential (New-Login) }).FullyQualifiedErrorId | Should -Be "GuestPackageNotRecognised,$driver"
        Remove-Item $page
        (Get-ErrorOf { Install-NvidiaGuestDriver v67-01 (Join-Path $folder 'NVIDIA-Linux-x86_64-470.63.01-grd.run') -AcceptEula -GuestCredential (New-Login) }).ErrorDetails.RecommendedAction |
            Should -Match '^Did you mean NVIDIA-Linux-x86_64-470\.63\.01-grid\.run'
        (Get-ErrorOf { Install-NvidiaGuestDriver v67-01 (Join-Path $folder '*.rpm') -AcceptEula -GuestCredential (New-Login) }).FullyQualifiedErrorId | Should -Be "PackageNotFound,$driver"
        (Get-ErrorOf { Install-NvidiaGuestDriver v67-01 (Join-Path $folder '*.run') -AcceptEula -GuestCredential (New-Login) }).FullyQualifiedErrorId | Should -Be "SeveralPackages,$driver"
        (Get-ErrorOf { Install-NvidiaGuestDriver v67-01 $manifest -AcceptEula -GuestCredential (New-Login) }).FullyQualifiedErrorId | Should -Be "GuestPackageNotRecognised,$driver"
    }

    It 'prints the plan with -WhatIf and changes nothing' {
        $text = Install-NvidiaGuestDriver v67-01 $grid -AcceptEula -GuestCredential (New-Login) -WhatIf 6>&1 | Out-String
        $child = Invoke-Child "`$null = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 200; Add-VmVgpuProfile v67-01 grid_p100-8q -PowerOn -Confirm:`$false; Install-NvidiaGuestDriver v67-01 '$grid' -AcceptEula -GuestCredential ([pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))) -WhatIf"
        "$text$($child.Text)" | Should -Match 'NVIDIA driver +\(absent\) +470\.63\.01 \(GRID\)'
        "$text$($child.Text)" | Should -Match 'build-essential linux-headers-'
        (Test-GpuGuest v67-01 -GuestCredential (New-Login) | Where-Object Check -EQ Driver).Outcome | Should -Be 'Failed'
    }

    It 'refuses a user who cannot be root in the plan, and takes checks for their VMs' {
        $text = Test-GpuGuest v67-01 -GuestCredential (New-Login) | Install-NvidiaGuestDriver -Path $grid -AcceptEula -GuestCredential (New-Login -User guest) -WhatIf 6>&1 | Out-String
        $text | Should -Match '2 changes of 1 object'
        $text | Should -Match 'BLOCKED GuestNotRoot v67-01'
    }

    It 'gives the plan as an object with -AsPlan' {
        $script:early = Install-NvidiaGuestDriver v67-01 $grid -AcceptEula -GuestCredential (New-Login) -AsPlan
        $early.Changes.Property | Should -Be @('packages', 'NVIDIA driver')
        (Get-TableText $early.Changes) -match '^v67-01 NVIDIA driver +470\.63\.01 \(GRID\)' | Should -Not -BeNullOrEmpty
        "$($early.Intent.Options.Values) $($early.Intent.Targets.Wanted.Values)" | Should -Not -Match 'GpuVSphere!1'
    }

    It 'installs the driver, says what the installer said as verbose lines, and finds it there the next time' {
        $all = @(Install-NvidiaGuestDriver v67-01 (Join-Path $folder '*470.63*-grid.run') -AcceptEula -GuestCredential (New-Login) -Confirm:$false -PassThru -Verbose 4>&1)
        $result = $all | Where-Object { $_ -is [GpuVSphere.Changes.ChangeResult] }
        $result.Outcome | Should -Be 'Done'
        $result.Message | Should -Match 'driver 470\.63\.01, GRID P100-8Q'
        "$($all -match 'harmless')" | Should -Match 'X library path'
        "$all" | Should -Not -Match 'GpuVSphere!1'
        (Install-NvidiaGuestDriver v67-01 $grid -AcceptEula -GuestCredential (New-Login) -PassThru).Outcome | Should -Be 'Unchanged'
        Test-GpuGuest v67-01 -GuestCredential (New-Login) -Quiet | Should -BeTrue
    }

    It 'refuses a plan whose guest has changed meanwhile' {
        $record = Get-ErrorOf { Invoke-GpuPlan $early -GuestCredential (New-Login) -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Match '^PlanIsStale,'
    }
}
