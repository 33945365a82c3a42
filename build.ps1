<#
.SYNOPSIS
    Builds, tests, documents, packages, signs and shows GpuVSphere.
.DESCRIPTION
    Needs the .NET SDK and PowerShell 5.1 or later; Docs needs Microsoft.PowerShell.PlatyPS, Test runs the Pester ring when Pester 5 is there.
    The built module lies in output/GpuVSphere/<version>/.
.EXAMPLE
    pwsh ./build.ps1
    Builds the module.
.EXAMPLE
    pwsh ./build.ps1 -Task Build,Test
    Builds it and runs every ring of tests that can run here.
.EXAMPLE
    pwsh ./build.ps1 -Task Sign -CertificateThumbprint 0123456789ABCDEF0123456789ABCDEF01234567
    Signs the built module with a code-signing certificate of the current user's store (Windows).
#>
[CmdletBinding()]
param(
    # What to do, in this order: Build, Test, Docs, Package, Sign, Demo.
    [Parameter(Position = 0)]
    [string[]] $Task = 'Build',

    # The build configuration.
    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    # The certificate to sign with, from Cert:\CurrentUser\My.
    [string] $CertificateThumbprint,

    # The server that gives the signature its time.
    [string] $TimestampServer
)

Set-StrictMode -Version 2

# From another shell a list arrives as one text.
$Task = @($Task | ForEach-Object { $_ -split '[,\s]+' } | Where-Object { $_ })
foreach ($step in $Task) {
    if ($step -notin 'Build', 'Test', 'Docs', 'Package', 'Sign', 'Demo') {
        throw "There is no task '$step': Build, Test, Docs, Package, Sign, Demo."
    }
}

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$version = ([xml](Get-Content -Raw -Path (Join-Path $root 'Directory.Build.props'))).SelectSingleNode('//VersionPrefix').InnerText
$output = Join-Path (Join-Path (Join-Path $root 'output') 'GpuVSphere') $version

function Invoke-Tool {
    param([string] $Name, [string[]] $Arguments)
    & $Name @Arguments
    if ($LASTEXITCODE -ne 0) {
        throw "$Name $($Arguments -join ' ') ended with $LASTEXITCODE."
    }
}

function Build-Module {
    $project = Join-Path (Join-Path (Join-Path $root 'src') 'GpuVSphere.PowerShell') 'GpuVSphere.PowerShell.csproj'
    $binaries = Join-Path (Join-Path (Join-Path $root 'output') 'bin') $Configuration
    Invoke-Tool dotnet @('build', $project, '-c', $Configuration, '-o', $binaries, '-v', 'quiet', '-nologo')
    # A module of another version beside it would be imported, and packed, together with it.
    $versions = Split-Path $output
    if (Test-Path $versions) {
        Remove-Item -Recurse -Force -Path $versions
    }

    New-Item -ItemType Directory -Force -Path $output | Out-Null
    Copy-Item -Recurse -Force -Path (Join-Path (Join-Path $root 'module') '*') -Destination $output

    # Our own assemblies and nothing else: PowerShell brings its own, and anything more could clash with what PowerCLI brings.
    foreach ($name in 'GpuVSphere.PowerShell', 'GpuVSphere.Core', 'GpuVSphere.Simulator') {
        Copy-Item -Force -Path (Join-Path $binaries "$name.dll") -Destination $output
    }

    foreach ($name in 'LICENSE', 'CHANGELOG.md') {
        Copy-Item -Force -Path (Join-Path $root $name) -Destination $output
    }

    Get-ChildItem -Path (Join-Path (Join-Path (Join-Path $root 'docs') 'en-US') '*') -Include 'about_*.md' | ForEach-Object {
        Copy-Item -Force -Path $_.FullName -Destination (Join-Path (Join-Path $output 'en-US') ($_.BaseName + '.help.txt'))
    }

    Write-Host "Built $output"
}

function Confirm-Built {
    if (-not (Test-Path (Join-Path $output 'GpuVSphere.psd1'))) {
        Build-Module
    }
}

# The compiled help is committed, so that a build without PlatyPS has it too; a test holds it against the pages.
function Build-Docs {
    if (-not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PlatyPS)) {
        throw 'Docs needs Microsoft.PowerShell.PlatyPS: Install-PSResource Microsoft.PowerShell.PlatyPS'
    }

    Confirm-Built
    foreach ($folder in (Join-Path $root 'module'), $output) {
        $target = Join-Path (Join-Path $folder 'en-US') 'GpuVSphere.PowerShell.dll-Help.xml'
        & (Join-Path (Join-Path $root 'docs') 'Export-Help.ps1') -Path $target
        Write-Host "Wrote $target"
    }
}

function Invoke-Package {
    Confirm-Built
    $archive = Join-Path (Join-Path $root 'output') "GpuVSphere-$version.zip"
    Remove-Item -Force -Path $archive -ErrorAction Ignore
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    [System.IO.Compression.ZipFile]::CreateFromDirectory((Split-Path $output), $archive, 'Optimal', $true)
    Write-Host "Packed $archive"
}

function Invoke-Sign {
    Confirm-Built
    if (-not (Get-Command Set-AuthenticodeSignature -ErrorAction Ignore)) {
        throw 'Signing needs Windows: this PowerShell has no Set-AuthenticodeSignature.'
    }

    if (-not $CertificateThumbprint) {
        throw 'Say which certificate signs: -CertificateThumbprint <thumbprint>, of Cert:\CurrentUser\My.'
    }

    $certificate = Get-Item -Path "Cert:\CurrentUser\My\$CertificateThumbprint"
    $options = @{ Certificate = $certificate; HashAlgorithm = 'SHA256' }
    if ($TimestampServer) {
        $options.TimestampServer = $TimestampServer
    }

    Get-ChildItem -Path $output -Recurse -Include '*.dll', '*.psd1', '*.ps1xml' | ForEach-Object {
        $signature = Set-AuthenticodeSignature -FilePath $_.FullName @options
        if ($signature.Status -ne 'Valid') {
            throw "$($_.Name) was not signed: $($signature.StatusMessage)"
        }
    }

    Write-Host "Signed $output"
}

foreach ($step in $Task) {
    switch ($step) {
        'Build' { Build-Module }
        'Test' { Invoke-Tool dotnet @('test', (Join-Path $root 'GpuVSphere.sln')) }
        'Docs' { Build-Docs }
        'Package' { Invoke-Package }
        'Sign' { Invoke-Sign }
        'Demo' { Invoke-Tool dotnet @('run', '--project', (Join-Path (Join-Path $root 'src') 'GpuVSphere.Tour')) }
    }
}
