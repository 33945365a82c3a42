BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $readme = Get-Content -Raw (Join-Path $root 'README.md')
    $tour = Get-ChildItem -Path (Join-Path $root 'src/GpuVSphere.Tour') -Filter '*.cs' -ErrorAction Ignore | ForEach-Object { Get-Content -Raw $_.FullName }
}

Describe 'The README' {
    It 'has lines that do the job as they stand: <Job>' -ForEach @(
        @{ Job = 'passthrough'; Uses = 'Add-VmGpuPassthrough'; Shows = 'StaticPassthrough' }
        @{ Job = 'vGPU'; Uses = 'Set-HostGraphicsMode'; Shows = 'VGPU-ROOM' }
        @{ Job = 'the guest and FlexDirect'; Uses = 'Invoke-FlexDirect'; Shows = 'GRID P100-8Q' }
    ) {
        $block = [regex]::Matches($readme, '(?s)<!-- readme-example:.*?```powershell\r?\n(.*?)```') | ForEach-Object { $_.Groups[1].Value } | Where-Object { $_ -match $Uses }
        $block | Should -Not -BeNullOrEmpty
        $lines = $block -replace '(?m)^Import-Module \(Get-ChildItem [^\r\n]*', "Import-Module '$manifest'"
        $run = Invoke-Child "`$ErrorActionPreference = 'Stop'`n$lines`n'reached the end'"
        $run.Text | Should -Match 'reached the end'
        $run.Text | Should -Match $Shows
        $run.ExitCode | Should -Be 0
    }
}

Describe 'The tour' {
    It 'prints command lines with parameters that there are' {
        $found = [regex]::Matches(("$tour" -replace '\{[^{}]*\}', 'x'), '"((?:[A-Z][a-z]+)-(?:Gpu|Vm|Mmio)\w+[^"]*)"') | ForEach-Object { $_.Groups[1].Value }
        foreach ($line in $found) {
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($line, [ref]$null, [ref]$null)
            foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $command = Get-Command $call.GetCommandName() -ErrorAction Ignore
                $command | Should -Not -BeNullOrEmpty -Because $line
                foreach ($parameter in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $command.Parameters.Keys | Should -Contain $parameter.ParameterName -Because $line
                }

                if ($command.Name -eq 'Remove-VmGpuPassthrough') {
                    $line | Should -Match '-All|-Device' -Because 'no call acts on all GPUs unless it is said'
                }
            }
        }
    }
}
