# Runs one file of tests and writes a line for each test, which the xUnit side reads.
param([Parameter(Mandatory = $true)] [string] $Path)
Import-Module Pester -MinimumVersion 5.0 -ErrorAction Stop

# Where it failed: the first line of the trace that is in a file of tests.
function Get-Place($Record) {
    $line = @($Record.ScriptStackTrace -split "`n" | Where-Object { $_ -match '\.Tests\.ps1' }) | Select-Object -First 1
    if ($line) { $line -replace '^.*[\\/]', 'at ' }
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'None'
$result = Invoke-Pester -Configuration $configuration
foreach ($test in $result.Tests) {
    $line = 'PESTER {0} {1}' -f $test.Result, $test.ExpandedPath
    if ($test.Result -eq 'Failed') {
        $line += ': ' + (($test.ErrorRecord | ForEach-Object { "$($_.Exception.Message) $(Get-Place $_)" }) -join ' | ')
    }

    ($line -replace '[\r\n]+', ' / ') | Write-Output
}

foreach ($block in $result.FailedBlocks + $result.FailedContainers) {
    ('PESTER Failed block {0}: {1}' -f $block.ExpandedPath, (($block.ErrorRecord | ForEach-Object { "$($_.Exception.Message) $(Get-Place $_)" }) -join ' | ')) -replace '[\r\n]+', ' / ' | Write-Output
}

exit $(if ($result.Result -eq 'Passed') { 0 } else { 1 })
