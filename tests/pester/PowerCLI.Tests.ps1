# In a process of its own.
# The stand-in for PowerCLI, which stays loaded; the numbers are those of the behaviours it has to have.
BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $env:PSModulePath = $env:GPUVSPHERE_DOUBLE + [System.IO.Path]::PathSeparator + $env:PSModulePath
    Import-Module VMware.VimAutomation.Core

    # The simulator's assembly is loaded when it is first used.
    Connect-GpuVSphere -Simulator | Disconnect-GpuVSphere

    $key = [System.Security.Cryptography.RSA]::Create(2048)
    $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
        'CN=127.0.0.1', $key, [System.Security.Cryptography.HashAlgorithmName]::SHA256, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
    $certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))

    # A simulator over HTTPS that counts logins and logouts.
    function New-Server {
        param([bool] $Quote = $true, [System.Net.IPAddress] $Address = [System.Net.IPAddress]::Loopback, [string] $Scenario = 'default', [guid] $Uuid = [guid]::NewGuid())
        $simulator = [GpuVSphere.Simulator.GpuSimulator]::Start([GpuVSphere.Simulator.SimulatorOptions]@{ ClockSpeed = 3000; QuoteSessionCookie = $Quote; Scenario = $Scenario; InstanceUuid = $Uuid })
        $endpoint = $simulator.Listen([GpuVSphere.Simulator.SimulatorListenOptions]@{ Certificate = $certificate; Address = $Address })
        $delay = [TimeSpan]::FromMilliseconds(1)
        [pscustomobject]@{
            Simulator = $simulator
            Endpoint  = $endpoint
            Port      = $endpoint.Uri.Port
            Logins    = $simulator.Faults.Add([GpuVSphere.Simulator.FaultRule]@{ Method = 'Login'; Delay = $delay })
            Logouts   = $simulator.Faults.Add([GpuVSphere.Simulator.FaultRule]@{ Method = 'Logout'; Delay = $delay })
        }
    }

    function Connect-Double {
        param($Server, [switch] $NotDefault, [string] $Name = '127.0.0.1')
        Connect-VIServer -Server $Name -Port $Server.Port -User 'administrator@vsphere.local' -Password 'GpuVSphere!1' -Force -NotDefault:$NotDefault
    }

    function Clear-Everything {
        Disconnect-VIServer -Confirm:$false
        Disconnect-GpuVSphere
        [VMware.VimAutomation.ViCore.Impl.V1.Tripwire]::Reset()
    }

    # The session's choice, as an admin with self-signed certificates makes it.
    Set-PowerCLIConfiguration -InvalidCertificateAction Ignore -Scope Session -Confirm:$false
    $one = New-Server
    $two = New-Server
}

AfterAll {
    Clear-Everything
    $one, $two | ForEach-Object { $_.Simulator.Dispose() }
}

Describe '1: properties that can only be read' {
    It 'is what the stand-in has, and enough for us' {
        $server = Connect-Double $one
        [VMware.VimAutomation.ViCore.Types.V1.VIServer].GetProperties() + [VMware.VimAutomation.Sdk.Types.V1.VIConnection].GetProperties() |
            ForEach-Object { $_.CanWrite | Should -BeFalse }
        $server.ServiceUri | Should -BeOfType ([Uri])
        (Get-VMHost 'esx-down-01').ConnectionState | Should -Be 'Disconnected'
        Get-GpuDevice | Should -Not -BeNullOrEmpty
        Clear-Everything
    }
}

Describe '2: the cookie' {
    It 'is sent byte for byte when it is <Name>, and the session is neither opened nor closed by us' -ForEach @(
        @{ Name = 'quoted'; Quote = $true }
        @{ Name = 'not quoted'; Quote = $false }
    ) {
        $server = New-Server -Quote $Quote
        $connection = Connect-Double $server
        $connection.SessionSecret.StartsWith('"') | Should -Be $Quote
        $connection.SessionId | Should -Be $connection.SessionSecret
        Get-GpuDevice -VMHost 'esx-80-01' | Should -Not -BeNullOrEmpty
        (Get-GpuVSphereConnection).Origin | Should -Be 'PowerCLI'
        $connection | Get-GpuVSphereConnection -ErrorAction SilentlyContinue | Out-Null
        Disconnect-GpuVSphere
        $server.Logins.Applied | Should -Be 1
        $server.Logouts.Applied | Should -Be 0
        Get-VMHost | Should -Not -BeNullOrEmpty
        Clear-Everything
        $server.Simulator.Dispose()
    }

    It 'is refused by this server when it differs by its quotes, so the test above can fail' {
        $connection = Connect-Double $one
        $bare = [pscustomobject]@{ ServiceUri = $connection.ServiceUri; SessionSecret = $connection.SessionSecret.Trim('"'); Name = 'bare'; User = 'x'; Uid = '/VIServer=x@bare:443/'; IsConnected = $true }
        Get-ErrorOf { Get-GpuDevice -Server $bare } | Should -Not -BeNullOrEmpty
        Clear-Everything
    }

    It 'is shown nowhere' {
        $connection = Connect-Double $one
        Get-GpuDevice | Out-Null
        $shown = Get-GpuVSphereConnection | Format-List * -Force | Out-String
        $shown | Should -Not -Match ([regex]::Escape($connection.SessionSecret.Trim('"')))
        (Get-GpuDevice -Verbose 4>&1 | Out-String) | Should -Not -Match ([regex]::Escape($connection.SessionSecret.Trim('"')))
        Clear-Everything
    }
}

Describe '3: Id and Uid' {
    AfterEach { Clear-Everything }

    It 'has a user with a domain in lower case, a backslash or an @, and another port than 443' {
        $connection = Connect-Double $one
        $connection.Uid | Should -BeLike "/VIServer=*administrator*@127.0.0.1:$($one.Port)/"
        $connection.Uid | Should -BeExactly $connection.Uid.ToLowerInvariant().Replace('/viserver=', '/VIServer=')
        @(Get-VMHost 'esx-80-01' | Get-GpuDevice).Count | Should -Be 2
    }

    It 'may be written by <User>' -ForEach @(
        @{ User = 'vsphere.local\administrator' }
        @{ User = 'administrator@vsphere.local' }
        @{ User = 'root' }
    ) {
        Connect-Double $one | Out-Null
        $id = (Get-VMHost 'esx-80-01').Id
        $copy = [pscustomobject]@{ Id = $id; Uid = "/VIServer=$User@127.0.0.1:$($one.Port)/VMHost=$id/"; Name = 'esx-80-01' }
        @($copy | Get-GpuDevice).Count | Should -Be 2
    }

    It 'may be of an ESXi host' {
        $esxi = New-Server -Scenario 'esxi'
        $connection = Connect-VIServer -Server '127.0.0.1' -Port $esxi.Port -User 'root' -Password 'GpuVSphere!1' -Force
        $connection.ProductLine | Should -Be 'embeddedEsx'
        @(Get-VMHost | Get-GpuDevice).Count | Should -Be 2

        # Its sessions end with its reboot, PowerCLI's too: a login is wanted before anything begins.
        $record = Get-ErrorOf { Get-VMHost | Enable-GpuPassthrough -All -Reboot -Confirm:$false }
        $record.FullyQualifiedErrorId | Should -Be 'CredentialNeeded,GpuVSphere.PowerShell.Commands.EnableGpuPassthroughCommand'
        (Get-VMHost | Get-GpuDevice).State | Should -Be @('Disabled', 'Disabled')
        $root = [pscredential]::new('root', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
        Get-VMHost | Enable-GpuPassthrough -All -Reboot -Credential $root -Confirm:$false
        '0000:3b:00.0', '0000:af:00.0' | ForEach-Object { $esxi.Simulator.Raw.Hosts[0].Device($_).IsActive | Should -BeTrue }
        $esxi.Simulator.Dispose()
    }

    It 'may have an IPv6 address' {
        try {
            $six = New-Server -Address ([System.Net.IPAddress]::IPv6Loopback)
        }
        catch {
            Set-ItResult -Skipped -Because 'this machine has no IPv6'
            return
        }

        Connect-Double $six -Name '::1' | Out-Null
        @(Get-VMHost 'esx-80-01' | Get-GpuDevice).Count | Should -Be 2
        $six.Simulator.Dispose()
    }
}

Describe '4: the default servers' {
    AfterEach { Clear-Everything }

    It 'are none, one, or several' {
        (Get-ErrorOf { Get-GpuDevice }).FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
        Connect-Double $one | Out-Null
        $single = @(Get-GpuDevice).Count
        Connect-Double $two | Out-Null
        @(Get-GpuDevice).Count | Should -Be (2 * $single)
    }

    It 'may be a lone scalar or an array in the singular variable' {
        $connection = Connect-Double $one
        $run = Invoke-Child "`$global:DefaultVIServer = [pscustomobject]@{ ServiceUri = '$($connection.ServiceUri)'; SessionSecret = '$($connection.SessionSecret)'; Name = 'vc'; User = 'x'; Uid = '/VIServer=x@vc:443/'; IsConnected = `$true }; Get-GpuDevice -VMHost esx-80-01; `$Error | ForEach-Object { `$_.FullyQualifiedErrorId }"
        $run.Text | Should -Match 'Certificate'
    }

    It 'are left alone when PowerCLI says they are disconnected' {
        $global:DefaultVIServers = @([pscustomobject]@{ ServiceUri = 'https://127.0.0.1:1/sdk'; SessionSecret = 'x'; Name = 'gone'; IsConnected = $false })
        (Get-ErrorOf { Get-GpuDevice }).FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
        $global:DefaultVIServers = @()
    }

    It 'may say that they are connected when their session has ended' {
        $stale = New-Server
        $connection = Connect-Double $stale
        $connection.IsConnected | Should -BeTrue
        $stale.Simulator.ExpireSessions()
        $record = Get-ErrorOf { Get-GpuDevice }
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $record.ErrorDetails.RecommendedAction | Should -Match 'Connect-VIServer'
        $stale.Simulator.Dispose()
    }

    It 'do not have a server that was connected with -NotDefault, so it has to be named' {
        $connection = Connect-Double $one -NotDefault
        (Get-ErrorOf { Get-GpuDevice }).FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
        $hosts = Get-VMHost 'esx-80-01' -Server $connection
        $record = Get-ErrorOf { $hosts | Get-GpuDevice }
        $record.FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
        $record.ErrorDetails.RecommendedAction | Should -Match '-Server'
        @($hosts | Get-GpuDevice -Server $connection).Count | Should -Be 2
    }

    It 'come before this module''s own connections, and -Server before both' {
        Connect-Simulator | Out-Null
        Connect-Double $one | Out-Null
        @(Get-GpuDevice | Group-Object ServerName).Name | Should -Be '127.0.0.1'
        @(Get-GpuDevice -Server 'vcenter.sim.local' | Group-Object ServerName).Name | Should -Be 'vcenter.sim.local'
        (Get-GpuDevice -Server 'vcenter.sim.local' -VMHost 'esx-80-01')[0] | Get-GpuDevice | ForEach-Object { $_.ServerName } | Should -Be 'vcenter.sim.local'
    }

    It 'are read and never written' {
        Connect-Double $one | Out-Null
        $before = $global:DefaultVIServers
        Get-GpuDevice | Out-Null
        Connect-Simulator | Out-Null
        Disconnect-GpuVSphere
        [object]::ReferenceEquals($before, $global:DefaultVIServers) | Should -BeTrue
        { Get-VMHost } | Should -Not -Throw
    }
}

Describe '5: what must not be touched' {
    It 'is not touched on any way of naming things' {
        $connection = Connect-Double $one
        Get-VMHost | Get-GpuDevice | Out-Null
        Get-VM 'ml-01' | Get-VmGpu | Out-Null
        Get-GpuDevice -VMHost (Get-VMHost 'esx-80-01') -Server $connection | Out-Null
        Get-Cluster 'GPU-80' | Get-GpuDevice | Out-Null
        Get-View -Id (Get-VMHost 'esx-80-01').Id | Get-GpuDevice | Out-Null
        Get-VM 'ml-01' | Add-VmGpuPassthrough -Device '0000:3b:00.0' -ErrorAction SilentlyContinue
        $connection | Connect-GpuVSphere | Out-Null
        [VMware.VimAutomation.ViCore.Impl.V1.Tripwire]::Count | Should -Be 0
        Clear-Everything
    }
}

Describe '6: the same id on two servers' {
    It 'sends each object to its own server' {
        $first = Connect-Double $one
        $second = Connect-Double $two
        $hosts = Get-VMHost 'esx-90-01'
        $hosts[0].Id | Should -Be $hosts[1].Id
        $mine = $hosts | Where-Object { $_.Uid.StartsWith($second.Uid) }
        $mine | Enable-GpuPassthrough -Device '0000:3b:00.0'
        (Get-GpuDevice -Server $second -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Active'
        (Get-GpuDevice -Server $first -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Disabled'

        # By name, or by an id without its server, it may be either, and is said to be.
        (Get-ErrorOf { Get-GpuDevice -VMHost 'esx-90-01' }).FullyQualifiedErrorId | Should -BeLike 'AmbiguousName,*'
        (Get-ErrorOf { Get-GpuDevice -VMHost $mine.Id }).FullyQualifiedErrorId | Should -BeLike 'AmbiguousName,*'
        (Get-ErrorOf { $mine | Get-GpuDevice -Server $first }).FullyQualifiedErrorId | Should -BeLike 'NotConnected,*'
        Get-GpuDevice -Server $second -VMHost 'esx-90-01' -Device '0000:3b:00.0' | Disable-GpuPassthrough
        (Get-GpuDevice -Server $second -VMHost 'esx-90-01' -Device '0000:3b:00.0').State | Should -Be 'Disabled'
        Clear-Everything
    }
}

Describe '7: the shapes of objects' {
    BeforeAll { Connect-Double $one | Out-Null }
    AfterAll { Clear-Everything }

    It 'are both classes of VM' {
        (Get-VM 'ml-01').GetType().Name | Should -Be 'UniversalVirtualMachineImpl'
        (Get-VM 'ml-01' -Tag 'x').GetType().Name | Should -Be 'VirtualMachineImpl'
        (Get-VM 'ml-01' | Get-MmioSize).Subject | Should -Be 'ml-01'
        (Get-VM 'ml-01' -Tag 'x' | Get-MmioSize).Subject | Should -Be 'ml-01'
    }

    It 'are objects out of a job' {
        $hosts = Start-Job -ScriptBlock {
            param($path, $port)
            $env:PSModulePath = $path
            Import-Module VMware.VimAutomation.Core
            Connect-VIServer -Server 127.0.0.1 -Port $port -User 'administrator@vsphere.local' -Password 'GpuVSphere!1' -Force | Out-Null

            # Enumerating every property would trip over ExtensionData, as it may in PowerCLI: a job serialises what can be read.
            Get-VMHost 'esx-80-01'
        } -ArgumentList $env:PSModulePath, $one.Port | Receive-Job -Wait -AutoRemoveJob
        $hosts.PSTypeNames[0] | Should -BeLike 'Deserialized.*VMHostImpl'
        @($hosts | Get-GpuDevice).Count | Should -Be 2
    }

    It 'are copies with the same properties' {
        $original = Get-VMHost 'esx-80-01'
        @([pscustomobject]@{ Id = $original.Id; Uid = $original.Uid; Name = $original.Name } | Get-GpuDevice).Count | Should -Be 2
    }

    It 'are views and references' {
        @(Get-View -Id (Get-VMHost 'esx-80-01').Id | Get-GpuDevice).Count | Should -Be 2
        @(Get-GpuDevice -VMHost (Get-View -Id (Get-VMHost 'esx-80-01').Id).MoRef).Count | Should -Be 2
    }

    It 'are something else, which is one clear error that stops nothing' {
        $devices = @((Get-VM 'ml-01'), (Get-VMHost 'esx-80-01')) | Get-GpuDevice -ErrorVariable problems -ErrorAction SilentlyContinue
        @($devices).Count | Should -Be 2
        @($problems).Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'WrongType,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand'
        $problems[0].TargetObject | Should -Be 'ml-01'
    }
}

Describe '8: a snapshot of the past' {
    It 'is not believed: the server is asked' {
        Connect-Double $one | Out-Null
        Get-VMHost 'esx-80-01' | Enable-GpuPassthrough -All -Reboot -Confirm:$false
        $vm = Get-VM 'ml-01'
        $vm | Add-VmGpuPassthrough -Device '0000:3b:00.0' -PowerOn
        "$($vm.PowerState)" | Should -Be 'PoweredOff'
        (Get-ErrorOf { $vm | Remove-VmGpuPassthrough -All -Confirm:$false }).Exception.Message | Should -Match 'running'
        $vm | Remove-VmGpuPassthrough -All -PowerOff -Force -Confirm:$false
        Clear-Everything
    }
}

Describe '9: the certificate setting' {
    AfterEach {
        Clear-Everything
        Set-PowerCLIConfiguration -InvalidCertificateAction Ignore -Scope Session -Confirm:$false
    }

    It 'is read from the row of the session' {
        @(Get-PowerCLIConfiguration).Count | Should -Be 3
        Connect-Double $one | Out-Null
        Get-GpuDevice | Should -Not -BeNullOrEmpty
    }

    It 'keeps a server out when it says Fail, and both ways in are named' {
        Set-PowerCLIConfiguration -InvalidCertificateAction Fail -Scope Session -Confirm:$false
        Connect-Double $one | Out-Null
        $record = Get-ErrorOf { Get-GpuDevice }
        $record.ErrorDetails.RecommendedAction | Should -Match 'Connect-GpuVSphere'
        $record.ErrorDetails.RecommendedAction | Should -Match 'Set-PowerCLIConfiguration'
    }

    It 'gives way to what is said for the one session' {
        Set-PowerCLIConfiguration -InvalidCertificateAction Fail -Scope Session -Confirm:$false
        $connection = Connect-Double $one
        $logouts = $one.Logouts.Applied
        Connect-GpuVSphere -Server $connection -SkipCertificateCheck | Out-Null
        Get-GpuDevice | Should -Not -BeNullOrEmpty
        $one.Logouts.Applied | Should -Be $logouts
    }

    It 'is read from the settings file where the command is not there' {
        $connection = Connect-Double $one
        $data = Join-Path $TestDrive 'data'
        $folder = New-Item -ItemType Directory -Path (Join-Path $data 'VMware/PowerCLI')
        '<Settings><Setting Name="InvalidCertificateAction" Value="Ignore" /></Settings>' | Set-Content (Join-Path $folder 'PowerCLI_Settings.xml')
        $before = $env:XDG_DATA_HOME, $env:APPDATA
        $env:XDG_DATA_HOME = $data
        $env:APPDATA = $data
        try {
            $run = Invoke-Child "`$global:DefaultVIServers = @([pscustomobject]@{ ServiceUri = '$($connection.ServiceUri)'; SessionSecret = '$($connection.SessionSecret)'; Name = 'vc'; User = 'x'; Uid = '/VIServer=x@vc:443/'; IsConnected = `$true }); @(Get-GpuDevice -VMHost esx-80-01).Count"
            $run.Text.Trim() | Should -Be '2'
        }
        finally {
            $env:XDG_DATA_HOME, $env:APPDATA = $before
        }
    }
}

Describe '10: neighbours' {
    It 'may be loaded <Name>' -ForEach @(
        @{ Name = 'before'; Script = "Import-Module VMware.VimAutomation.Core; Import-Module '{0}'" }
        @{ Name = 'after'; Script = "Import-Module '{0}'; Import-Module VMware.VimAutomation.Core" }
        @{ Name = 'not at all'; Script = "Import-Module '{0}'" }
    ) {
        $run = Invoke-Child (($Script -f $manifest) + "; Connect-GpuVSphere -Simulator | Out-Null; @(Get-GpuDevice -VMHost esx-80-01).Count; @([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -like 'GpuVSphere.*' }).Count")
        $run.ExitCode | Should -Be 0
        ($run.Text -split '\s+' | Where-Object { $_ }) | Should -Be @('2', '3')
    }

    It 'may have brought any Newtonsoft.Json, since none is needed' {
        $references = 'GpuVSphere.Core.dll', 'GpuVSphere.PowerShell.dll', 'GpuVSphere.Simulator.dll' | ForEach-Object {
            [System.Reflection.Assembly]::LoadFile((Join-Path (Split-Path $manifest) $_)).GetReferencedAssemblies()
        } | ForEach-Object { $_.Name } | Select-Object -Unique
        $references | Where-Object { $_ -notin 'netstandard', 'System.Management.Automation', 'GpuVSphere.Core', 'GpuVSphere.Simulator' } | Should -BeNullOrEmpty
        $decoy = Join-Path $TestDrive 'Newtonsoft.Json.dll'
        Add-Type -OutputAssembly $decoy -TypeDefinition '[assembly: System.Reflection.AssemblyVersion("9.0.0.0")] namespace Newtonsoft.Json { public static class JsonConvert { } }'
        $run = Invoke-Child "[System.Reflection.Assembly]::LoadFile('$decoy') | Out-Null; Connect-GpuVSphere -Simulator | Out-Null; @(Get-GpuDevice -VMHost esx-80-01).Count"
        $run.Text.Trim() | Should -Be '2'
    }
}

Describe '11: ForEach-Object -Parallel' {
    It 'works with -Server $using: and no globals, and without PowerCLI in the other runspaces' {
        Set-PowerCLIConfiguration -InvalidCertificateAction Ignore -Scope Session -Confirm:$false
        $vc = Connect-Double $one -NotDefault
        Connect-GpuVSphere -Server $vc -SkipCertificateCheck | Out-Null
        $adopted = Get-GpuVSphereConnection
        $counts = 1..3 | ForEach-Object -ThrottleLimit 3 -Parallel {
            Import-Module $using:manifest
            @(Get-GpuDevice -VMHost 'esx-80-01' -Server $using:adopted).Count
        }
        $counts | Should -Be @(2, 2, 2)

        # PowerCLI's own object: in a new runspace nothing says Ignore, so the certificate is checked there.
        $ids = 1..2 | ForEach-Object -ThrottleLimit 2 -Parallel {
            Import-Module $using:manifest
            $own = Connect-GpuVSphere -Server $using:vc -SkipCertificateCheck
            @(Get-GpuDevice -VMHost 'esx-80-01' -Server $using:vc).Count
        }
        $ids | Should -Be @(2, 2)
        Clear-Everything
    }
}

Describe '12: tasks' {
    It 'have an Id that Get-Task takes' {
        Connect-Double $one | Out-Null
        $reference = [GpuVSphere.Vim.ManagedObjectReference]::new('Task', 'task-123')
        (Get-Task -Id "$reference" | Wait-Task).Id | Should -Be 'Task-task-123'
        Clear-Everything
    }
}
