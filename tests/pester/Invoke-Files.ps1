# Runs files of tests one after another, each in a runspace of its own with the module imported anew: PowerShell, Pester and the module are then
# compiled once, not once for each file. Several of these processes share one list: a file is run by whoever first makes the claim on it.
param(
    [Parameter(Mandatory = $true)] [string] $List,
    [Parameter(Mandatory = $true)] [string] $Folder
)
$ErrorActionPreference = 'Stop'
$one = Join-Path $PSScriptRoot 'Invoke-OneFile.ps1'
foreach ($path in [System.IO.File]::ReadAllLines($List)) {
    $name = [System.IO.Path]::GetFileName($path)
    try { [System.IO.File]::Open((Join-Path $Folder "$name.claim"), 'CreateNew').Dispose() }
    catch [System.IO.IOException] { continue }

    "FILE BEGINS $name"
    $before = [System.Environment]::GetEnvironmentVariables()
    $env:GPUVSPHERE_STATE = (New-Item -ItemType Directory -Path (Join-Path $Folder "$name.state")).FullName
    $code = 1
    if ((Get-Content -TotalCount 1 -LiteralPath $path) -eq '# In a process of its own.') {
        & ([System.Environment]::ProcessPath) -NoProfile -NonInteractive -File $one -Path $path
        $code = $LASTEXITCODE
    }
    else {
        $runspace = [runspacefactory]::CreateRunspace($Host)
        $shell = [powershell]::Create()
        try {
            $runspace.Open()
            $shell.Runspace = $runspace
            $shell.AddCommand($one).AddParameter('Path', $path).Invoke()
            $shell.Streams.Error | ForEach-Object { "$_" }
            $code = $runspace.SessionStateProxy.GetVariable('LASTEXITCODE')

            # What a file leaves connected would go on beside the next one.
            $shell.Commands.Clear()
            [void] $shell.AddScript('if (Get-Module GpuVSphere) { Disconnect-GpuVSphere; Stop-GpuVSphereSimulator }').Invoke()
        }
        catch { "$_" }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }

    $after = [System.Environment]::GetEnvironmentVariables()
    @($after.Keys) + @($before.Keys) | Sort-Object -Unique | Where-Object { $before[$_] -cne $after[$_] } | ForEach-Object { [System.Environment]::SetEnvironmentVariable($_, $before[$_]) }
    "FILE ENDS $name $code"
}
