# The tour shows beside each of its steps the PowerShell that does the same. Here that PowerShell is typed, against the same scenarios, and must do the same.
BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $tour = Get-ChildItem -Path (Join-Path $root 'src/GpuVSphere.Tour/bin') -Recurse -Filter 'GpuVSphere.Tour.dll' -ErrorAction Ignore | Sort-Object LastWriteTime | Select-Object -Last 1
    $text = if ($tour -and (Get-Command dotnet -ErrorAction Ignore)) { @(& dotnet $tour.FullName) }
    $exitCode = $LASTEXITCODE

    # Each line that is typed, with what the tour says that becomes of it.
    $typed = [System.Collections.Generic.List[object]]::new()
    foreach ($line in $text) {
        if ($line -match '^PS> (.*)') { $typed.Add([pscustomobject]@{ Line = $Matches[1]; Refused = ''; Failed = '' }) }
        elseif ($line -match '^>>\s+(.*)') { $typed[-1].Line += "`n" + $Matches[1] }
        elseif ($line -match '^   !  refused by ([A-Z0-9-]+):') { $typed[-1].Refused = $Matches[1] }
        elseif ($line -match '^   !  failed with (\w+):') { $typed[-1].Failed = $Matches[1] }
    }
}

Describe 'The tour' {
    BeforeEach {
        if (-not $text) {
            Set-ItResult -Skipped -Because 'the tour is not built here: dotnet build src/GpuVSphere.Tour'
        }
    }

    It 'ends well and prints what can be typed' {
        $exitCode | Should -Be 0
        $typed.Count | Should -BeGreaterThan 25
        $typed | Where-Object Refused | Should -Not -BeNullOrEmpty
        $typed | Where-Object Failed | Should -Not -BeNullOrEmpty
    }

    It 'is what the same lines do in PowerShell' {
        $ConfirmPreference = 'None'
        $PSDefaultParameterValues = @{ 'Connect-GpuVSphere:ClockSpeed' = 3000 }
        try {
            foreach ($one in $typed) {
                $errors = @(try { . ([scriptblock]::Create($one.Line)) 2>&1 3>$null } catch { $_ }) | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }
                $said = ($errors | ForEach-Object { "$($_.FullyQualifiedErrorId) $($_.Exception.Message)" }) -join '; '
                if ($one.Refused) { $said | Should -BeLike "*,*($($one.Refused))*" -Because $one.Line }
                elseif ($one.Failed) { $said | Should -BeLike "$($one.Failed),*" -Because $one.Line }
                else { $said | Should -BeNullOrEmpty -Because $one.Line }
            }

            # What the tour saw of the simulator's own state at last is what these lines left.
            $vgpus = @($text | ForEach-Object { if ($_ -match '^   ok  (\S+) vGPUs: (\S+) on (\S+)$') { "$($Matches[1]) $($Matches[2]) $($Matches[3])" } })
            $vgpus.Count | Should -Be 5
            $gpus = Get-GpuCapacity | Where-Object VMs
            Get-VmGpu | Where-Object Kind -EQ Vgpu | ForEach-Object {
                $vm = $_.VmName
                "$vm $($_.VgpuProfile) $(($gpus | Where-Object { $_.VMs -contains $vm }).Address)"
            } | Sort-Object | Should -Be ($vgpus | Sort-Object)
            $active = @{}
            $text | ForEach-Object { if ($_ -match '^   ok  (\S+ \S+) enabled, active: (\w+), (\w+)$') { $active[$Matches[1]] = $Matches[3] -eq 'yes' } }
            $active.Count | Should -Be 4
            Get-GpuDevice | Where-Object { $active.ContainsKey("$($_.HostName) $($_.Address)") } | ForEach-Object { $_.IsActive | Should -Be $active["$($_.HostName) $($_.Address)"] -Because "$($_.HostName) $($_.Address)" }
        }
        finally {
            Disconnect-GpuVSphere
        }
    }
}
