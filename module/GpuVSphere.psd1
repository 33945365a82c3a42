@{
    RootModule             = 'GpuVSphere.PowerShell.dll'
    ModuleVersion          = '0.2.0'
    GUID                   = '3f6f0f3c-6d3b-4c0e-9d57-7e0b8f6c2a14'
    Author                 = 'The GpuVSphere team'
    CompanyName            = 'GpuVSphere'
    Copyright              = '(c) The GpuVSphere team. MIT licence.'
    Description            = 'Gives NVIDIA GPUs to virtual machines on VMware vSphere: passthrough with the right memory-mapped I/O, and vGPU from the host driver to the profile; from PowerShell, beside PowerCLI or without it.'
    CompatiblePSEditions   = @('Desktop', 'Core')
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    TypesToProcess         = @('GpuVSphere.Types.ps1xml')
    FormatsToProcess       = @('GpuVSphere.Format.ps1xml')
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()
    CmdletsToExport        = @(
        'Add-VmGpuPassthrough'
        'Add-VmVgpuProfile'
        'Connect-GpuVSphere'
        'Disable-GpuPassthrough'
        'Disconnect-GpuVSphere'
        'Enable-GpuPassthrough'
        'Enable-VgpuMigration'
        'Get-GpuCapacity'
        'Get-GpuChange'
        'Get-GpuDevice'
        'Get-GpuEcc'
        'Get-GpuMaintenanceImpact'
        'Get-GpuMethodRecommendation'
        'Get-GpuMig'
        'Get-GpuVSphereConnection'
        'Get-HostGraphicsMode'
        'Get-MmioSize'
        'Get-NvidiaSmi'
        'Get-NvidiaVib'
        'Get-VgpuProfile'
        'Get-VgpuRelease'
        'Get-VgpuLicense'
        'Get-VgpuScheduler'
        'Get-VmGpu'
        'Install-CudaToolkit'
        'Install-NvidiaGuestDriver'
        'Install-NvidiaVib'
        'Invoke-GpuPlan'
        'Remove-VmGpuPassthrough'
        'Remove-VmVgpuProfile'
        'Resolve-GpuPowerOnFault'
        'Resume-GpuChange'
        'Set-GpuDevice'
        'Set-GpuEcc'
        'Set-GpuMig'
        'Set-HostGraphicsMode'
        'Set-VgpuLicense'
        'Set-VgpuScheduler'
        'Set-VmMmioSize'
        'Set-VmVgpuProfile'
        'Start-GpuVSphereSimulator'
        'Stop-GpuVSphereSimulator'
        'Test-GpuGuest'
        'Test-GpuReadiness'
        'Test-VgpuCompatibility'
        'Undo-GpuChange'
        'Uninstall-NvidiaVib'
        'Update-GpuCatalog'
    )
    PrivateData            = @{
        PSData = @{
            Tags       = @('GPU', 'NVIDIA', 'vSphere', 'ESXi', 'VMware', 'Passthrough', 'DirectPath', 'MMIO', 'vGPU', 'VIB', 'PSEdition_Core', 'PSEdition_Desktop')
        }
    }
}
