BeforeDiscovery {
    $names = (Import-PowerShellDataFile (Join-Path (Split-Path (Split-Path $PSScriptRoot)) 'module/GpuVSphere.psd1')).CmdletsToExport
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
    $pages = Join-Path $root 'docs/en-US'
}

Describe 'Help of <_>' -ForEach $names {
    BeforeAll {
        $name = $_
        $help = Get-Help $name -Full
        $command = Get-Command $name
    }

    It 'has a synopsis and a description' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis.Trim() | Should -Not -BeLike "$name*"
        ($help.description | Out-String).Length | Should -BeGreaterThan 100
    }

    It 'has at least three examples with titles and code that parses' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        foreach ($example in $help.examples.example) {
            $example.title | Should -Match 'Example \d+: \w'
        }

        $text = Get-Content -Raw (Join-Path $pages "$name.md")
        $code = [regex]::Matches($text, '(?s)```powershell\n(.*?)\n```') | ForEach-Object { $_.Groups[1].Value }
        @($code).Count | Should -BeGreaterOrEqual 3
        foreach ($one in $code) {
            $problems = $null
            [void][System.Management.Automation.Language.Parser]::ParseInput($one, [ref]$null, [ref]$problems)
            $problems | Should -BeNullOrEmpty
        }
    }

    It 'shows -WhatIf where there is one' {
        if ($command.Parameters.ContainsKey('WhatIf')) {
            Get-Content -Raw (Join-Path $pages "$name.md") | Should -Match '(?s)## EXAMPLES.*-WhatIf.*## PARAMETERS'
        }
    }

    It 'uses in its examples only parameters that there are' {
        $text = Get-Content -Raw (Join-Path $pages "$name.md")
        foreach ($match in [regex]::Matches($text, '(?s)```powershell\n(.*?)\n```')) {
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($match.Groups[1].Value, [ref]$null, [ref]$null)
            foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $called = Get-Command $call.GetCommandName() -Module GpuVSphere -ErrorAction Ignore
                foreach ($parameter in $call.CommandElements | Where-Object { $called -and $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $called.Parameters.Keys | Should -Contain $parameter.ParameterName -Because "$($called.Name) in the help of $name"
                }
            }
        }
    }

    It 'describes every parameter, and no other' {
        $actual = $command.Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object
        $described = [regex]::Matches((Get-Content -Raw (Join-Path $pages "$name.md")), '(?m)^### -(\w+)') | ForEach-Object { $_.Groups[1].Value } |
            Where-Object { $_ -notin 'WhatIf', 'Confirm' } | Sort-Object
        $described | Should -Be $actual
        foreach ($parameter in $help.parameters.parameter | Where-Object { $_.name -in $actual }) {
            ($parameter.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because $parameter.name
        }
    }
}

Describe 'Topics' {
    It 'are found: <_>' -ForEach 'about_GpuVSphere', 'about_GpuVSphere_Passthrough', 'about_GpuVSphere_Sessions', 'about_GpuVSphere_Vgpu' {
        $text = Get-Help $_ | Out-String
        $text | Should -Match 'SHORT DESCRIPTION'
        (($text -split "`r?`n") | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 121
    }
}

Describe 'The compiled help' {
    It 'is what PlatyPS makes of the pages' {
        if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
            Set-ItResult -Skipped -Because 'Microsoft.PowerShell.PlatyPS is not here'
            return
        }

        $made = Join-Path $TestDrive 'help.xml'
        & (Join-Path $root 'docs/Export-Help.ps1') -Path $made
        $committed = [System.IO.File]::ReadAllText((Join-Path $root 'module/en-US/GpuVSphere.PowerShell.dll-Help.xml')) -replace "`r`n", "`n"
        ([System.IO.File]::ReadAllText($made) -ceq $committed) | Should -BeTrue -Because './build.ps1 -Task Docs writes it'
    }
}

Describe 'Scripts' {
    It 'are in the syntax of Windows PowerShell 5.1 as well' {
        if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
            Set-ItResult -Skipped -Because 'PSScriptAnalyzer is not here'
            return
        }

        $settings = @{ IncludeRules = @('PSUseCompatibleSyntax'); Rules = @{ PSUseCompatibleSyntax = @{ Enable = $true; TargetVersions = @('5.1', '7.0') } } }
        $found = foreach ($file in 'build.ps1', 'docs/Export-Help.ps1', 'module/GpuVSphere.psd1') {
            Invoke-ScriptAnalyzer -Path (Join-Path $root $file) -Settings $settings
        }

        # What is within the format file is script, too.
        $format = [xml](Get-Content -Raw (Join-Path $root 'module/GpuVSphere.Format.ps1xml'))
        $found = @($found) + @($format.SelectNodes('//ScriptBlock') | ForEach-Object { Invoke-ScriptAnalyzer -ScriptDefinition $_.InnerText -Settings $settings })
        $found | Where-Object { $_ } | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.Message)" } | Should -BeNullOrEmpty
    }
}
