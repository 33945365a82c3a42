# Dot-sourced by every file: the module under test, and a simulator of its own for those that ask.
Set-StrictMode -Version 2
$PSStyle.OutputRendering = 'PlainText'
$manifest = $env:GPUVSPHERE_MODULE
$root = Split-Path (Split-Path $PSScriptRoot)
if (-not $manifest) {
    # By hand: what build.ps1 left.
    $manifest = (Get-Item (Join-Path $root 'output/GpuVSphere/*/GpuVSphere.psd1')).FullName
    $env:GPUVSPHERE_STATE = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
}

Import-Module $manifest -Force

# A simulated clock that runs fast: a reboot takes a moment.
function Connect-Simulator {
    Connect-GpuVSphere -Simulator -ClockSpeed 3000
}

# The full id of the only error that a script block writes.
function Get-ErrorOf {
    param([scriptblock] $Script)
    $records = @(& $Script 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] })
    if ($records.Count -ne 1) {
        throw "One error was expected, $($records.Count) came: $($records | Out-String)"
    }

    $records[0]
}

# What a person would see, as lines of at most the given width.
function Get-TableText {
    param([object[]] $InputObject, [int] $Width = 120)
    ($InputObject | Out-String -Width $Width) -split "`r?`n"
}

# Runs a command line in a new PowerShell that nobody sits at, with the module imported.
function Invoke-Child {
    param([string] $Command)
    $text = & pwsh -NoProfile -NonInteractive -Command "`$PSStyle.OutputRendering = 'PlainText'; Import-Module '$manifest'; $Command" 2>&1 | Out-String -Width 200
    [pscustomobject]@{ ExitCode = $LASTEXITCODE; Text = $text }
}
