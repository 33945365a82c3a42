BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $WarningPreference = 'SilentlyContinue'
    $guest = [pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
    $key = ConvertTo-SecureString 'SIMU-FLEX-2019-0042' -AsPlainText -Force
    $login = @{ GuestCredential = $guest }
    $now = @{ GuestCredential = $guest; Confirm = $false }

    function Initialize-Client {
        param([string[]] $VM)
        Install-FlexDirect $VM @now
        Initialize-FlexDirect $VM -LicenseKey $key -AcceptEula @now
    }
}

Describe 'FlexDirect from nothing to a GPU of another VM' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 200 }
    AfterAll { Disconnect-GpuVSphere }

    It 'says once in a session that the product is at the end of its life' {
        $script = "`$null = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 200; `$g = [pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force)); " +
            "Get-FlexDirectServer flex-cpu-01 -GuestCredential `$g; Set-FlexDirectServer flex-cpu-01 gpu-01 -GuestCredential `$g -WhatIf; Get-FlexDirectServer flex-cpu-01 -GuestCredential `$g"
        $text = (Invoke-Child $script).Text
        [regex]::Matches($text, 'at the end of its life').Count | Should -Be 1
    }

    It 'shows the plan of an installation and changes nothing' {
        $lines = (Install-FlexDirect 'flex-gpu-01', 'flex-win-01' @login -WhatIf 6>&1 | Out-String) -split "`r?`n"
        $text = $lines -join "`n"
        $text | Should -Match 'flex-gpu-01\s+FlexDirect\s+\(absent\)\s+installed from getflex\.bitfusion\.io'
        $text | Should -Match 'BLOCKED GuestNotSupported flex-win-01'
        $text | Should -Match 'FLEX-DOWNLOAD'
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        (Get-ErrorOf { Test-FlexDirectHealth 'flex-gpu-01' @login }).FullyQualifiedErrorId | Should -Be 'FlexDirectMissing,GpuVSphere.PowerShell.Commands.TestFlexDirectHealthCommand'
    }

    It 'installs, licenses and starts' {
        (Install-FlexDirect 'flex-gpu-*', 'flex-cpu-*' @now -PassThru).Outcome | Should -Be @('Done', 'Done', 'Done', 'Done')
        (Install-FlexDirect 'flex-gpu-01' @now -PassThru).Outcome | Should -Be 'Unchanged'
        (Get-ErrorOf { Initialize-FlexDirect 'flex-gpu-01' @now }).FullyQualifiedErrorId | Should -BeLike 'FlexDirectKeyNeeded,*'
        (Initialize-FlexDirect 'flex-gpu-*', 'flex-cpu-*' -LicenseKey $key -AcceptEula @now -PassThru).Outcome | Should -Be @('Done', 'Done', 'Done', 'Done')
        $shown = Start-FlexDirectScheduler 'flex-gpu-01' @now 6>&1 | Out-String
        $shown | Should -Match 'flex-gpu-01: Running resource scheduler on 0\.0\.0\.0:56001 using 1 GPUs \(0\) with 32768 MiB of memory each'
        $schedulers = Start-FlexDirectScheduler 'flex-gpu-01', 'flex-gpu-02' @now -PassThru | Sort-Object VM
        $schedulers.VM | Should -Be @('flex-gpu-01', 'flex-gpu-02')
        $schedulers.Port | Should -Be @(56001, 56001)
        $schedulers.MemoryMB | Should -Be @(32768, 32768)
        $schedulers.Service | Should -Be @('flexdirect-scheduler', 'flexdirect-scheduler')
        (Get-TableText $schedulers) -join "`n" | Should -Match 'flex-gpu-01 0\.0\.0\.0:56001 1 \(0\)\s+32768 flexdirect-scheduler'
    }

    It 'does not start without a working GPU' {
        $record = Get-ErrorOf { Start-FlexDirectScheduler 'flex-cpu-01' @now }
        $record.Exception.Message | Should -Match 'no working GPU'
        $record.ErrorDetails.RecommendedAction | Should -Match 'Test-GpuGuest -VM flex-cpu-01'
    }

    It 'sets servers, keeps what is there, and refuses what is no address' {
        (Get-ErrorOf { Set-FlexDirectServer 'flex-cpu-01' 'flex-gpu-01', '10.0.0.300' @now }).FullyQualifiedErrorId | Should -BeLike 'InvalidServerAddress,*'
        (Get-ErrorOf { Set-FlexDirectServer 'flex-cpu-01' @now }).FullyQualifiedErrorId | Should -BeLike 'NothingToDo,*'
        Set-FlexDirectServer 'flex-cpu-*' 'flex-gpu-01' @now
        'flex-cpu-01', 'flex-cpu-02' | Set-FlexDirectServer -Add 'flex-gpu-02' @now
        $servers = Get-FlexDirectServer 'flex-cpu-*' @login
        $servers.ServerAddress | Should -Be @('flex-gpu-01', 'flex-gpu-02', 'flex-gpu-01', 'flex-gpu-02')
        (Get-TableText $servers) -join "`n" | Should -Match 'flex-cpu-01 flex-gpu-01 56001 Lines /etc/bitfusionio/servers\.conf'
        ($servers | Where-Object VM -eq 'flex-cpu-02' | Set-FlexDirectServer -Remove 'flex-gpu-02' @now -PassThru).Outcome | Should -Be 'Done'
        (Get-FlexDirectServer 'flex-cpu-02' @login).ServerAddress | Should -Be 'flex-gpu-01'
    }

    It 'performs a plan that was saved' {
        $plan = Set-FlexDirectServer 'flex-cpu-02' -Add 'flex-gpu-02' @login -AsPlan
        @(Get-FlexDirectServer 'flex-cpu-02' @login).Count | Should -Be 1
        Invoke-GpuPlan $plan @now
        @(Get-FlexDirectServer 'flex-cpu-02' @login).Count | Should -Be 2
    }

    It 'lists the GPUs of all servers' {
        $gpus = Get-FlexDirectGpu 'flex-cpu-01' @login
        $gpus.Name | Should -Be @('Tesla V100-PCIE-32GB', 'Tesla V100-PCIE-32GB')
        $gpus.FreeMemoryMB | Should -Be @(32768, 32768)
        (Get-FlexDirectGpu 'flex-cpu-01' -Smi @login).DriverVersion | Should -Be @('418.87.00', '418.87.00')
        ((Get-TableText $gpus) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'runs programs on them' {
        (Invoke-FlexDirect 'flex-cpu-01' nvidia-smi -GpuCount 1 -MemoryMB 2048 @login) -join "`n" | Should -Match 'Tesla V100-PCIE-32GB'
        $run = Invoke-FlexDirect 'flex-cpu-01' printf '[%s]', '$(reboot) `id`; "it''s"' @login -PassThru
        $run.ExitCode | Should -Be 0
        $run.Output | Should -Be '[$(reboot) `id`; "it''s"]'
        $records = @(Invoke-FlexDirect 'flex-cpu-01' sh '-c', 'echo hi; exit 3' @login -PassThru 2>&1)
        $records[0].ExitCode | Should -Be 3
        $records[1].FullyQualifiedErrorId | Should -BeLike 'FlexDirectRunFailed,*'
        $refused = @(Invoke-FlexDirect 'flex-cpu-01' true -MemoryMB 99999 @login -PassThru 2>&1)
        "$($refused[0].ExitCode) $($refused[0].Refusal.Id)" | Should -Be '1 FlexDirectNoRoom'
        $refused[0].ErrorOutput[-1] | Should -BeLike 'Error: not enough GPU memory*'
        $refused[1].FullyQualifiedErrorId | Should -BeLike 'FlexDirectNoRoom,*'
        $refused.Count | Should -Be 2
        (Invoke-FlexDirect 'flex-cpu-01' nvidia-smi @login -- -L) -join "`n" | Should -Match '^GPU 0'
        $both = @(Invoke-FlexDirect 'flex-cpu-01', 'flex-cpu-02' echo 'hi' @login 6>&1)
        ($both | ForEach-Object { "$_" }) -notmatch '^\[' | Should -Be @('flex-cpu-01:', 'hi', 'flex-cpu-02:', 'hi')
        @($both | Where-Object { $_ -is [string] }) | Should -Not -Contain 'flex-cpu-01:'
        $local = @(Invoke-FlexDirect 'flex-cpu-01' nvidia-smi -L @login 2>&1) | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
        $local.ErrorDetails.RecommendedAction | Should -Match 'unquoted -L is -Local'
        $unknown = @(Invoke-FlexDirect 'flex-cpu-01' nvidia-sm @login 2>&1) | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
        $unknown.ErrorDetails.RecommendedAction | Should -Match 'does not find'
        (Get-ErrorOf { Invoke-FlexDirect 'flex-cpu-01' true -MemoryMB 1 -Partial 0.5 @login }).FullyQualifiedErrorId | Should -BeLike 'InvalidFlexDirectRun,*'
        $late = @(Invoke-FlexDirect 'flex-cpu-01' sh '-c', 'echo begun; echo careful >&2; sleep 1000000' -TimeLimitSeconds 600 @login -PassThru 2>&1)
        $late[0].IsTimedOut | Should -BeTrue
        $late[0].ExitCode | Should -BeNullOrEmpty
        $late[0].Output | Should -Contain 'begun'
        $late[0].ErrorOutput | Should -Contain 'careful'
        (Get-TableText $late[0]) -match '^flex-cpu-01 +timed out' | Should -Not -BeNullOrEmpty
        $late[1].FullyQualifiedErrorId | Should -BeLike 'FlexDirectRunTimeout,*'
        $late.Count | Should -Be 2
        $lines = @(Invoke-FlexDirect 'flex-cpu-01' sh '-c', 'echo begun; sleep 1000000' -TimeLimitSeconds 600 @login 2>&1)
        $lines[0..($lines.Count - 2)] | Should -Contain 'begun'
        $lines[-1].FullyQualifiedErrorId | Should -BeLike 'FlexDirectRunTimeout,*'
        (Invoke-FlexDirect 'flex-gpu-01' nvidia-smi '-L' -Local -Partial 0.5 -MemoryMB 1024 @login) -join "`n" | Should -Match '^GPU 0'
        Invoke-FlexDirect 'flex-cpu-01' touch '/tmp/touched' @login -WhatIf
        (Invoke-FlexDirect 'flex-cpu-01' ls '/tmp' @login -PassThru).Output | Should -Not -Contain 'touched'
    }

    It 'checks health as objects' {
        $checks = Test-FlexDirectHealth 'flex-gpu-01', 'flex-cpu-01' @login
        ($checks | Where-Object VM -eq 'flex-gpu-01').Report | Select-Object -Unique | Should -Be 'localhealth'
        ($checks | Where-Object VM -eq 'flex-cpu-01').Report | Select-Object -Unique | Should -Be 'health'
        $checks.Status | Select-Object -Unique | Should -Be 'Passed'
        ((Get-TableText $checks) | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'asks before a scheduler that runs is started anew, and starts it again where its successor does not start' {
        $asked = Invoke-Child ("`$null = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 200; `$g = [pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force)); " +
            "`$k = ConvertTo-SecureString 'SIMU-FLEX-2019-0042' -AsPlainText -Force; Install-FlexDirect flex-gpu-01 -GuestCredential `$g; Initialize-FlexDirect flex-gpu-01 -LicenseKey `$k -AcceptEula -GuestCredential `$g; " +
            "Start-FlexDirectScheduler flex-gpu-01 -GuestCredential `$g; Start-FlexDirectScheduler flex-gpu-01 -ListenAddress 10.99.0.1 -GuestCredential `$g")
        $asked.Text | Should -Match 'Running resource scheduler on 0\.0\.0\.0:56001'
        $asked.Text | Should -Match 'has to be confirmed'

        $record = Get-ErrorOf { Start-FlexDirectScheduler 'flex-gpu-01' -ListenAddress 10.99.0.1 @now }
        $record.FullyQualifiedErrorId | Should -BeLike 'FlexDirectSchedulerFailed,*'
        $record.Exception.Message | Should -Match 'The one that ran before was started again'
        (Start-FlexDirectScheduler 'flex-gpu-01' @now -PassThru).ListenAddress | Should -Be '0.0.0.0'
    }

    It 'tells of the VM that is blocked also where none of the others is wanted' {
        Add-Type -Language CSharp -ErrorAction Stop -TypeDefinition (Get-Content -Raw (Join-Path $PSScriptRoot 'AnsweringHost.cs'))
        # No to each: the third choice.
        $runspace = [runspacefactory]::CreateRunspace([AnsweringHost]::new(@(2, 2)))
        $runspace.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        try {
            $null = $shell.AddScript("Import-Module '$manifest'; `$null = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 200; `$g = [pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force)); " +
                "Install-FlexDirect flex-gpu-01, flex-win-01, flex-cpu-01 -GuestCredential `$g -Confirm -PassThru -WarningAction SilentlyContinue; Get-FlexDirectGpu flex-gpu-01 -GuestCredential `$g")
            $results = $shell.Invoke()
            "$($results.Outcome) $($results.Target.Name)" | Should -Be 'Blocked flex-win-01'
            @($shell.Streams.Error.FullyQualifiedErrorId) -replace ',.*' | Should -Be @('GuestNotSupported', 'FlexDirectMissing')
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }

    It 'stops the schedulers, and says why clients have no GPU then' {
        $text = Stop-FlexDirectScheduler 'flex-gpu-*' @login -WhatIf 6>&1 | Out-String
        $text | Should -Match 'scheduler on port 56001\s+running\s+\(removed\)'
        (Stop-FlexDirectScheduler 'flex-gpu-*' @now -PassThru).Outcome | Should -Be @('Done', 'Done')
        (Stop-FlexDirectScheduler 'flex-gpu-01' @now -PassThru).Outcome | Should -Be 'Unchanged'
        (Get-ErrorOf { Get-FlexDirectGpu 'flex-cpu-01' @login }).FullyQualifiedErrorId | Should -BeLike 'FlexDirectSchedulerDown,*'
        (Test-FlexDirectHealth 'flex-cpu-01' @login).Status | Should -Contain 'Failed'

        # What failed, and what to do about it, is there whole at any width.
        Set-FlexDirectServer 'flex-cpu-01' -Remove (Get-FlexDirectServer 'flex-cpu-01' @login).ServerAddress @now
        $checks = Test-FlexDirectHealth 'flex-cpu-01' @login
        foreach ($width in 80, 120) {
            $lines = Get-TableText $checks $width
            ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual $width
            $shown = ($lines -join '') -replace '\s'
            foreach ($part in @($checks.Check) + @($checks.Detail | Where-Object { $_ })) {
                foreach ($word in $part -split '\s+') { $shown | Should -Match ([regex]::Escape($word)) }
            }
        }
    }
}

Describe 'What goes wrong with FlexDirect' {
    BeforeAll { $null = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 200 }
    AfterAll { Disconnect-GpuVSphere }

    It 'is told of a wrong password, and of none' {
        $wrong = [pscredential]::new('admin', (ConvertTo-SecureString 'wrong' -AsPlainText -Force))
        (Get-ErrorOf { Get-FlexDirectServer 'flex-cpu-01' -GuestCredential $wrong }).CategoryInfo.Category | Should -Be 'AuthenticationError'
        (Get-ErrorOf { Get-FlexDirectServer 'flex-cpu-01' }).FullyQualifiedErrorId | Should -BeLike 'GuestCredentialNeeded,*'
        (Get-ErrorOf { Get-FlexDirectServer 'flex-cpu-99' @login }).ErrorDetails.RecommendedAction | Should -Match 'flex-cpu-01'
        (Get-ErrorOf { Get-FlexDirectServer @login }).FullyQualifiedErrorId | Should -BeLike 'NothingNamed,*'
    }

    It 'is told of a guest without internet, which takes a file' {
        (Get-ErrorOf { Install-FlexDirect 'flex-off-01' @now }).FullyQualifiedErrorId | Should -BeLike 'FlexDirectDownloadFailed,*'
        Set-Content -LiteralPath (Join-Path $TestDrive 'flex.sh') -NoNewline -Value "#!/bin/bash`necho 'simulated flexdirect' > /usr/bin/flexdirect`nchmod 0755 /usr/bin/flexdirect`n"
        Push-Location $TestDrive
        try {
            (Get-ErrorOf { Install-FlexDirect 'flex-off-01' -Path 'flux.sh' @now }).FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
            Set-Content -LiteralPath 'flax.sh' -Value '#!/bin/sh'
            $several = Get-ErrorOf { Install-FlexDirect 'flex-off-01' -Path 'fl?x.sh' @now }
            $several.FullyQualifiedErrorId | Should -BeLike 'SeveralFiles,*'
            "$several" | Should -Match 'flax\.sh, flex\.sh'
            Remove-Item 'flax.sh'
            Set-Content -LiteralPath 'flex.deb' -Value '<!DOCTYPE html><html>Log in</html>'
            $page = Get-ErrorOf { Install-FlexDirect 'flex-off-01', 'flex-gpu-01' -Path 'flex.deb' @now }
            $page.FullyQualifiedErrorId | Should -BeLike 'FlexDirectNotAnInstaller,*'
            "$page" | Should -Match 'flex\.deb is a web page'
            (Get-ErrorOf { Install-FlexDirect 'flex-off-01' -Path 'flex.sh' -Sha256 ('0' * 64) @now }).FullyQualifiedErrorId | Should -BeLike 'FlexDirectChecksum,*'
            (Install-FlexDirect 'flex-off-01' -Path 'flex.sh' -Sha256 (Get-FileHash 'flex.sh').Hash @now -PassThru).Message | Should -Be '/usr/bin/flexdirect is there.'
        }
        finally {
            Pop-Location
        }
    }

    It 'keeps the key out of everything that is shown' {
        Install-FlexDirect 'flex-cpu-01' @now
        $bad = ConvertTo-SecureString 'SIMU-FLEX-NO-SUCH' -AsPlainText -Force
        $all = @(Initialize-FlexDirect 'flex-cpu-01' -LicenseKey $bad -AcceptEula @now -Verbose -PassThru *>&1)
        $all += @(Initialize-FlexDirect 'flex-cpu-01' -LicenseKey $key @now -Verbose -PassThru *>&1)
        $all += @(Initialize-FlexDirect 'flex-cpu-01' -LicenseKey $key -AcceptEula @now -Verbose -PassThru *>&1)
        ($all | Format-List * -Force | Out-String) + ($Error[0..5] | Format-List * -Force | Out-String) | Should -Not -Match 'SIMU-FLEX'
        @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).FullyQualifiedErrorId -replace ',.*' | Should -Be @('FlexDirectLicenseRefused', 'FlexDirectTermsNotAccepted')
    }

    It 'ends the program in the guest with the pipeline' {
        Install-FlexDirect 'flex-gpu-01' @now
        Initialize-FlexDirect 'flex-gpu-01' -LicenseKey $key -AcceptEula @now
        $shell = [powershell]::Create()
        $none, $lines = [System.Management.Automation.PSDataCollection[psobject]]::new(), [System.Management.Automation.PSDataCollection[psobject]]::new()
        $none.Complete()
        try {
            $running = $shell.AddScript("Import-Module '$manifest'; `$null = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 200; `$g = [pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force)); " +
                "`$k = ConvertTo-SecureString 'SIMU-FLEX-2019-0042' -AsPlainText -Force; Install-FlexDirect flex-gpu-01 -GuestCredential `$g -Confirm:`$false; Initialize-FlexDirect flex-gpu-01 -LicenseKey `$k -AcceptEula -GuestCredential `$g -Confirm:`$false; " +
                "Invoke-FlexDirect flex-gpu-01 sh '-c', 'echo begun; sleep 100000000' -Local -GuestCredential `$g").BeginInvoke($none, $lines)

            # Its first line says that it runs, however long that takes.
            $deadline = [DateTime]::UtcNow.AddSeconds(240)
            while (-not $lines.Count -and -not $running.IsCompleted -and [DateTime]::UtcNow -lt $deadline) {
                Start-Sleep -Milliseconds 100
            }

            "$($lines.ReadAll())" | Should -Be 'begun'
            $shell.InvocationStateInfo.State | Should -Be 'Running'
            $stopped = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $stopped.Elapsed.TotalSeconds | Should -BeLessThan 60
            $shell.Commands.Clear()
            $left = $shell.AddScript("Invoke-FlexDirect flex-gpu-01 ps '-e', '-o', 'args' -Local -GuestCredential `$g -PassThru").Invoke()
            $left.Output -join "`n" | Should -Not -Match 'sleep 100000000'
            $left.Output -join "`n" | Should -Match 'ps -e -o args'
        }
        finally {
            $shell.Dispose()
        }
    }
}
