@{
    RootModule        = 'VMware.VimAutomation.Core.Double.dll'
    ModuleVersion     = '13.4.0.0'
    GUID              = '0d7c2e8e-53a5-4a4b-9e14-6c6c1c0f8a11'
    Author            = 'The GpuVSphere team'
    Description       = 'A stand-in for PowerCLI, for tests only.'
    PowerShellVersion = '5.1'
    FunctionsToExport = @()
    AliasesToExport   = @()
    CmdletsToExport   = @(
        'Connect-VIServer', 'Disconnect-VIServer', 'Get-VMHost', 'Get-VM', 'Get-Cluster', 'Get-View', 'Get-Task', 'Wait-Task',
        'Get-PowerCLIConfiguration', 'Set-PowerCLIConfiguration')
}
