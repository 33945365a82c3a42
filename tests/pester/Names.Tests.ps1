# Hosts, VMs and clusters may be called anything. What is printed to be typed has to mean them, and nothing else.
BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $vmHost = "gpu host's 1 `$(throw 'ran')"
    $vm = 'vm; ' + [char] 0x2019 + ' 2 `" [a] @{b}'
    $cluster = '# cluster | 3'

    # As an admin renames them in the vSphere Client.
    function Rename-InServer {
        param([uri] $Uri, [System.Collections.IDictionary] $Names)
        $call = {
            param([string] $Body)
            $text = '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>' + $Body + '</soapenv:Body></soapenv:Envelope>'
            Invoke-WebRequest -Uri ([uri]::new($Uri, '/sdk')) -Method Post -Body $text -ContentType 'text/xml' -Headers @{ SOAPAction = 'urn:vim25/8.0.3.0' } -WebSession $web | Out-Null
        }
        $web = [Microsoft.PowerShell.Commands.WebRequestSession]::new()
        & $call '<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>administrator@vsphere.local</userName><password>GpuVSphere!1</password></Login>'
        foreach ($reference in $Names.Keys) {
            $type, $id = $reference -split '-', 2
            $name = [System.Security.SecurityElement]::Escape($Names[$reference])
            & $call ('<Rename_Task xmlns="urn:vim25"><_this type="{0}">{1}</_this><newName>{2}</newName></Rename_Task>' -f $type, $id, $name)
        }
    }

    # The commands that a text asks to type, as PowerShell reads them: those with a parameter that names an object.
    function Get-NamedArgument {
        param([string] $Text)
        $errors = $null
        foreach ($sentence in $Text -split '\n|(?<=\)|\.|;|,) (?=[A-Z])') {
            $start = [regex]::Match($sentence, '\b(Get|Set|Test|Add|Remove|Enable|Disable|Install|Uninstall|Resolve|Undo|Start|Stop)-[A-Z]\w+')
            if (-not $start.Success) { continue }
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($sentence.Substring($start.Index), [ref] $null, [ref] $errors)
            foreach ($command in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                for ($i = 0; $i -lt $command.CommandElements.Count - 1; $i++) {
                    $parameter = $command.CommandElements[$i]
                    if ($parameter -is [System.Management.Automation.Language.CommandParameterAst] -and $parameter.ParameterName -in 'VM', 'VMHost', 'Cluster') {
                        # A word of a pattern, such as <name>, is no name yet.
                        if ($parameter.Extent.StartScriptPosition.GetFullScript().Substring($parameter.Extent.EndOffset) -notmatch '^ <') { $command.CommandElements[$i + 1] }
                    }
                }
            }
        }
    }

    $server = Start-GpuVSphereSimulator -ClockSpeed 3000
    $admin = [pscredential]::new('administrator@vsphere.local', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
    $null = Connect-GpuVSphere -Server $server.Uri -Credential $admin
    Rename-InServer $server.Uri @{
        "$((Get-GpuDevice -VMHost 'esx-80-01')[0].HostId.Reference)"                          = $vmHost
        "$((Test-GpuReadiness -VM 'ml-01' -WarningAction Ignore)[0].Target.Id.Reference)"     = $vm
        "$((Enable-VgpuMigration -Cluster 'GPU-80' -AsPlan).Targets.Id.Reference | Where-Object Type -EQ 'ClusterComputeResource')" = $cluster
    }
    $device = Get-GpuDevice -Cluster $cluster | Where-Object HostName -EQ $vmHost | Select-Object -First 1
}

AfterAll {
    Disconnect-GpuVSphere
    if ($server) { $server | Stop-GpuVSphereSimulator -Confirm:$false }
}

Describe 'Names that PowerShell would read otherwise' {
    It 'are found as they are spelt, and completed in quotes' {
        $device.HostName | Should -Be $vmHost
        (Test-GpuReadiness -VM $vm -WarningAction Ignore)[0].TargetName | Should -Be $vm
        foreach ($line in 'Get-GpuDevice -VMHost gpu', 'Get-GpuDevice -Cluster ''#', 'Get-VmGpu -VM vm') {
            $completed = (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches
            Invoke-Expression "Write-Output $($completed[0].CompletionText)" | Should -BeIn $vmHost, $vm, $cluster
        }
    }

    It 'are quoted in <What>' -ForEach @(
        @{ What = 'rows of a host'; Script = { (Test-GpuReadiness -VMHost $vmHost).NextStep } }
        @{ What = 'rows of a planned GPU'; Script = { (Test-GpuReadiness -VM $vm -Device "$($device.Address)").NextStep } }
        @{ What = 'rows of a planned vGPU'; Script = { (Test-GpuReadiness -VM $vm -VgpuProfile 'grid_a100d-8c').NextStep } }
        @{ What = 'what a method lacks'; Script = { (Get-GpuMethodRecommendation -Need FullGpu -VMHost $vmHost).Commands } }
        @{ What = 'a GPU that is not active'; Script = { (Get-ErrorOf { Add-VmGpuPassthrough -VM $vm -Device "$($device.Address)" }).ErrorDetails.RecommendedAction } }
        @{ What = 'instances that a GPU without MIG is to get'; Script = { (Get-ErrorOf { Set-GpuMig -VMHost $vmHost -Device "$($device.Address)" -Enabled $true }).ErrorDetails.RecommendedAction } }
        @{ What = 'a VM without a vGPU'; Script = { (Get-ErrorOf { Set-VmVgpuProfile -VM $vm -VgpuProfile 'grid_a100d-8c' }).ErrorDetails.RecommendedAction } }
        @{ What = 'a VM without a log'; Script = { (Get-ErrorOf { Get-MmioSize -VM $vm -FromLog }).ErrorDetails.RecommendedAction } }
        @{ What = 'a host without a driver'; Script = { (Get-ErrorOf { Get-NvidiaSmi -VMHost $vmHost }).ErrorDetails.RecommendedAction } }
        @{ What = 'a setting that is not there'; Script = { (Get-ErrorOf { Set-VgpuScheduler -VMHost $vmHost -Policy EqualShare }).ErrorDetails.RecommendedAction } }
    ) {
        $text = (& $Script) -join "`n"
        $arguments = @(Get-NamedArgument $text)
        $arguments | Should -Not -BeNullOrEmpty -Because $text
        foreach ($one in $arguments) {
            $one | Should -BeOfType ([System.Management.Automation.Language.StringConstantExpressionAst]) -Because $text
            $one.Value | Should -BeIn $vmHost, $vm, $cluster -Because $text
        }
    }

    It 'are meant by a command that is typed as it is printed' {
        $step = (Test-GpuReadiness -VMHost $vmHost -Device "$($device.Address)" -Rule DEVICE-ACTIVE -Method Passthrough).NextStep
        $command = [regex]::Match($step, "^Enable-GpuPassthrough -VMHost '.*' -Device \S+").Value
        $plan = Invoke-Expression "$command -AsPlan"
        $plan.Targets.Name | Should -Be $vmHost
    }
}
