<#
.SYNOPSIS
    Compiles the pages of docs/en-US into the help file that Get-Help reads.
.DESCRIPTION
    Needs Microsoft.PowerShell.PlatyPS. The result is committed, so that a build without PlatyPS has it too.
#>
[CmdletBinding()]
param(
    # The help file to write.
    [Parameter(Mandatory = $true)]
    [string] $Path
)

$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS
$pages = Get-ChildItem -Path (Join-Path $PSScriptRoot 'en-US') -Filter '*-*.md'
$temporary = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
try {
    $pages | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $temporary -Force | Out-Null
    $help = Get-ChildItem -Recurse -Path $temporary -Filter '*-Help.xml' | Select-Object -First 1

    # The fences of the examples are markdown's; line ends and the last line as the repository keeps them.
    $text = [System.IO.File]::ReadAllText($help.FullName) -replace "`r`n", "`n" -replace '```powershell\n?', '' -replace '\n?```', ''
    $text = (($text.TrimEnd() -split "`n" | ForEach-Object { $_.TrimEnd() }) -join "`n") + "`n"
    [System.IO.File]::WriteAllText($Path, $text, (New-Object System.Text.UTF8Encoding($false)))
}
finally {
    Remove-Item -Recurse -Force -Path $temporary -ErrorAction Ignore
}
