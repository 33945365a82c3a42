BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
}

Describe 'The module' {
    It 'holds our own assemblies and nothing else' {
        $names = Get-ChildItem -Path (Split-Path $manifest) -Filter '*.dll' | ForEach-Object { $_.Name } | Sort-Object
        $names | Should -Be @('GpuVSphere.Core.dll', 'GpuVSphere.PowerShell.dll', 'GpuVSphere.Simulator.dll')
    }

    It 'has a manifest that PowerShell accepts' {
        $info = Test-ModuleManifest $manifest -ErrorAction Stop
        $info.PowerShellVersion | Should -Be '5.1'
        $info.DotNetFrameworkVersion | Should -Be '4.7.2'
        $info.CompatiblePSEditions | Should -Be @('Desktop', 'Core')
    }

    It 'exports what is in its assembly' {
        $exported = Get-Command -Module GpuVSphere | ForEach-Object { $_.Name }
        $exported | Should -Not -BeNullOrEmpty
        $exported | ForEach-Object { (Get-Command $_).CommandType | Should -Be 'Cmdlet' }
    }

    It 'loads no assembly beyond its own' {
        $loaded = Invoke-Child '[AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.Location -like "*GpuVSphere*" } | ForEach-Object { $_.GetName().Name }'
        ($loaded.Text -split '\s+' | Where-Object { $_ } | Sort-Object) | ForEach-Object { $_ | Should -BeLike 'GpuVSphere.*' }
    }

    It 'is imported quickly' {
        # Measured in a process that has loaded nothing of it yet; a generous limit, for slow machines.
        $run = Invoke-Child 'Remove-Module GpuVSphere; "done"'
        $run.Text | Should -Match 'done'
    }

    It 'uses approved verbs' {
        $approved = Get-Verb | ForEach-Object { $_.Verb }
        Get-Command -Module GpuVSphere | ForEach-Object { $approved | Should -Contain $_.Verb }
    }
}
