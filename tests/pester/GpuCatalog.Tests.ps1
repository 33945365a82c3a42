BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $source = Join-Path $root 'src/GpuVSphere.Core/Catalog'
    $work = Join-Path ([System.IO.Path]::GetTempPath()) ([System.IO.Path]::GetRandomFileName())
    $null = New-Item -ItemType Directory -Path $work

    # The module's own catalogue with another date and one more release.
    function New-Catalog {
        param([string] $Date, [string] $Release)
        $folder = Join-Path $work ([System.IO.Path]::GetRandomFileName())
        $null = New-Item -ItemType Directory -Path $folder
        Copy-Item -Path (Join-Path $source '*.csv') -Destination $folder
        Set-Content -Path (Join-Path $folder 'catalog.csv') -Value "format,date,source`n1,$Date,Pester"
        if ($Release) {
            Add-Content -Path (Join-Path $folder 'vgpu-releases.csv') -Value "$Release,R700,700.10,700.11,701.10,2027-01,production,,9.0,confirmed,confirmed"
        }

        $folder
    }
}

AfterAll {
    Remove-Item -Recurse -Force -Path $work -ErrorAction Ignore
}

Describe 'Update-GpuCatalog' {
    AfterEach {
        while (-not (Update-GpuCatalog -List | Select-Object -First 1).IsBuiltIn) { Update-GpuCatalog -Restore }
    }

    It 'shows where the catalogue in use is from' {
        $own = @(Update-GpuCatalog -List)
        $own.Count | Should -Be 1
        $own[0].IsBuiltIn | Should -BeTrue
        (Get-TableText $own | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }

    It 'brings a newer one from a folder, at once and for new sessions, and goes back' {
        $folder = New-Catalog -Date '2027-01-31' -Release '30.0'
        $info = Update-GpuCatalog -Path $folder -PassThru
        "$($info.Date.ToString('yyyy-MM-dd')) $($info.Source) $($info.BroughtFrom)" | Should -Be "2027-01-31 Pester $folder"
        (Get-VgpuRelease | Select-Object -First 1).Name | Should -Be '30.0'
        (Invoke-Child '(Get-VgpuRelease -DriverVersion 700.10).Name').Text.Trim() | Should -Be '30.0'
        "$((Test-VgpuCompatibility -Manager 30.0 -GuestDriver 701.10).Verdict)" | Should -Be 'Compatible'
        @(Update-GpuCatalog -List).Count | Should -Be 2

        Update-GpuCatalog -Restore
        (Get-ErrorOf { Get-VgpuRelease 30.0 }).FullyQualifiedErrorId | Should -BeLike 'UnknownVgpuVersion,*'
    }

    It 'takes a ZIP file' {
        $zip = Join-Path $work 'new.zip'
        [System.IO.Compression.ZipFile]::CreateFromDirectory((New-Catalog -Date '2027-02-28' -Release '30.1'), $zip)
        Update-GpuCatalog $zip
        (Get-VgpuRelease 30.1).Name | Should -Be '30.1'
    }

    It 'changes nothing with -WhatIf' {
        $folder = New-Catalog -Date '2027-01-31' -Release '30.0'
        Update-GpuCatalog -Path $folder -WhatIf
        (Update-GpuCatalog -List | Select-Object -First 1).IsBuiltIn | Should -BeTrue
    }

    It 'refuses what is damaged, older, missing or not safe, and changes nothing' {
        $damaged = New-Catalog -Date '2027-01-31'
        Add-Content -Path (Join-Path $damaged 'vgpu-releases.csv') -Value 'nonsense'
        $failure = Get-ErrorOf { Update-GpuCatalog -Path $damaged }
        $failure.FullyQualifiedErrorId | Should -Be 'InvalidGpuCatalog,GpuVSphere.PowerShell.Commands.UpdateGpuCatalogCommand'
        "$failure" | Should -Match 'line \d+'
        (Get-ErrorOf { Update-GpuCatalog -Path (New-Catalog -Date '2020-01-01') }).FullyQualifiedErrorId | Should -BeLike 'CatalogIsOlder,*'
        (Get-ErrorOf { Update-GpuCatalog -Path (Join-Path $work 'nothing') }).FullyQualifiedErrorId | Should -BeLike 'CatalogNotFound,*'
        (Get-ErrorOf { Update-GpuCatalog -Uri 'http://127.0.0.1:9/x.zip' }).FullyQualifiedErrorId | Should -BeLike 'CatalogAddressNotSafe,*'
        (Get-ErrorOf { Update-GpuCatalog -Restore }).FullyQualifiedErrorId | Should -BeLike 'NoCatalogBefore,*'
        (Update-GpuCatalog -List | Select-Object -First 1).IsBuiltIn | Should -BeTrue
    }
}
