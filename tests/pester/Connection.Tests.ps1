BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $password = ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force
    $admin = [pscredential]::new('administrator@vsphere.local', $password)

    # Another runspace stops it, so that it goes without a word to the connections of this one.
    function Stop-Elsewhere {
        param($Simulator)
        $shell = [powershell]::Create()
        try {
            $shell.AddScript("param(`$one) Import-Module '$manifest'; `$one | Stop-GpuVSphereSimulator -Confirm:`$false").AddArgument($Simulator).Invoke()
        }
        finally {
            $shell.Dispose()
        }
    }
}

AfterAll {
    Disconnect-GpuVSphere -Confirm:$false
    Stop-GpuVSphereSimulator -Confirm:$false
}

Describe 'Connect-GpuVSphere -Simulator' {
    AfterEach { Disconnect-GpuVSphere }

    It 'gives a connection that shows no secret' {
        $connection = Connect-Simulator
        $connection.IsConnected | Should -BeTrue
        $connection.Origin | Should -Be 'Simulator'
        $connection.IsVCenter | Should -BeTrue
        $connection | Format-List * | Out-String | Should -Not -Match 'GpuVSphere!1'
    }

    It 'is what other cmdlets use without -Server' {
        Connect-Simulator | Out-Null
        Get-GpuDevice | Should -Not -BeNullOrEmpty
    }

    It 'says which scenario it does not have' {
        (Get-ErrorOf { Connect-GpuVSphere -Simulator -Scenario 'nonesuch' }).FullyQualifiedErrorId |
            Should -Be 'ScenarioNotFound,GpuVSphere.PowerShell.Commands.ConnectGpuVSphereCommand'
    }
}

Describe 'A server that is gone' {
    AfterEach { Disconnect-GpuVSphere }

    It 'is no longer shown as connected once a call has not found it, and how to be rid of it is said' {
        $simulator = Start-GpuVSphereSimulator
        $connection = Connect-GpuVSphere -Server $simulator.Uri -Credential $admin
        (Get-GpuVSphereConnection).IsConnected | Should -BeTrue
        Stop-Elsewhere $simulator
        (Get-GpuVSphereConnection).IsConnected | Should -BeTrue
        $record = Get-ErrorOf { Get-GpuDevice }
        $record.FullyQualifiedErrorId | Should -BeLike 'ServerUnreachable,*'
        $record.ErrorDetails.RecommendedAction | Should -BeLike "*Disconnect-GpuVSphere -Server $($connection.Name)"
        (Get-GpuVSphereConnection).IsConnected | Should -BeFalse
        Disconnect-GpuVSphere -Server $connection.Name
        Get-GpuVSphereConnection | Should -BeNullOrEmpty
    }

    It 'is let go of with the simulator that it is' {
        $simulator = Start-GpuVSphereSimulator
        $connection = Connect-GpuVSphere -Server $simulator.Uri -Credential $admin
        $simulator | Stop-GpuVSphereSimulator -Confirm:$false
        $connection.IsConnected | Should -BeFalse
        Get-GpuVSphereConnection | Should -BeNullOrEmpty
    }
}

Describe 'Connect-GpuVSphere -Server' {
    BeforeAll { $simulator = Start-GpuVSphereSimulator }
    AfterEach { Disconnect-GpuVSphere }

    It 'logs in' {
        $connection = Connect-GpuVSphere -Server $simulator.Uri -Credential $admin
        $connection.Origin | Should -Be 'Own'
        $connection.User | Should -BeLike '*administrator*'
        $connection.Port | Should -Be $simulator.Port
    }

    It 'takes a simulator from the pipeline' {
        ($simulator | Connect-GpuVSphere -Credential $admin).IsConnected | Should -BeTrue
    }

    It 'connects twice to one server, and each name still fits one object' {
        Connect-GpuVSphere -Server $simulator.Uri -Credential $admin | Out-Null
        $second = Connect-GpuVSphere -Server $simulator.Uri -Credential $admin
        $problems = $null
        @(Get-GpuDevice -VMHost 'esx-80-01' -ErrorVariable problems -ErrorAction SilentlyContinue).Count | Should -Be 2
        $problems | Should -BeNullOrEmpty
        @(Get-GpuDevice).Count | Should -Be @(Get-GpuDevice -Server $second).Count
    }

    It 'refuses a wrong password' {
        $wrong = [pscredential]::new($admin.UserName, (ConvertTo-SecureString 'no' -AsPlainText -Force))
        $record = Get-ErrorOf { Connect-GpuVSphere -Server $simulator.Uri -Credential $wrong }
        $record.FullyQualifiedErrorId | Should -Be 'InvalidLogin,GpuVSphere.PowerShell.Commands.ConnectGpuVSphereCommand'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-GpuVSphereConnection | Should -BeNullOrEmpty
    }

    It 'says that a server cannot be reached, and goes on with the others' {
        $connections = Connect-GpuVSphere -Server 'http://127.0.0.1:1', $simulator.Uri -Credential $admin -ErrorVariable problems -ErrorAction SilentlyContinue
        @($connections).Count | Should -Be 1
        @($problems).Count | Should -Be 1
        $problems[0].CategoryInfo.Category | Should -Be 'ConnectionError'
    }

    It 'asks nobody for a credential when nobody is there' {
        $run = Invoke-Child "Connect-GpuVSphere -Server 127.0.0.1; `$Error[0].FullyQualifiedErrorId"
        $run.Text | Should -Match 'CredentialNeeded,GpuVSphere.PowerShell.Commands.ConnectGpuVSphereCommand'
    }

    It 'says that an object is no server' {
        (Get-ErrorOf { Connect-GpuVSphere -Server (Get-Process -Id $PID) -Credential $admin }).FullyQualifiedErrorId |
            Should -Be 'WrongType,GpuVSphere.PowerShell.Commands.ConnectGpuVSphereCommand'
    }

    It 'writes a trace without the password' {
        $trace = Join-Path $TestDrive 'trace.txt'
        Connect-GpuVSphere -Server $simulator.Uri -Credential $admin -TracePath $trace | Out-Null
        Disconnect-GpuVSphere
        $text = [System.IO.File]::ReadAllText($trace)
        $text | Should -Match 'RetrieveServiceContent'
        $text | Should -Not -Match 'GpuVSphere!1'
    }
}

Describe 'HTTPS' {
    BeforeAll {
        $key = [System.Security.Cryptography.RSA]::Create(2048)
        $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
            'CN=127.0.0.1', $key, [System.Security.Cryptography.HashAlgorithmName]::SHA256, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
        $certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddDays(-1), [DateTimeOffset]::UtcNow.AddDays(1))
        $secure = Start-GpuVSphereSimulator -Certificate $certificate
    }

    AfterEach { Disconnect-GpuVSphere }

    It 'refuses a certificate that is not trusted, and names its thumbprint' {
        $record = Get-ErrorOf { Connect-GpuVSphere -Server 127.0.0.1 -Port $secure.Port -Credential $admin }
        $record.FullyQualifiedErrorId | Should -BeLike '*Certificate*,GpuVSphere.PowerShell.Commands.ConnectGpuVSphereCommand'
        $record.ErrorDetails.RecommendedAction | Should -Match $secure.Thumbprint
    }

    It 'accepts it by its thumbprint' {
        (Connect-GpuVSphere -Server 127.0.0.1 -Port $secure.Port -Credential $admin -Thumbprint $secure.Thumbprint).IsConnected | Should -BeTrue
    }

    It 'refuses another thumbprint' {
        Get-ErrorOf { Connect-GpuVSphere -Server 127.0.0.1 -Port $secure.Port -Credential $admin -Thumbprint ('00' * 32) } | Should -Not -BeNullOrEmpty
    }

    It 'accepts anything when told so' {
        (Connect-GpuVSphere -Server 127.0.0.1 -Port $secure.Port -Credential $admin -SkipCertificateCheck).IsConnected | Should -BeTrue
    }
}

Describe 'Get-GpuVSphereConnection and Disconnect-GpuVSphere' {
    AfterEach { Disconnect-GpuVSphere }

    It 'lists and ends connections' {
        $connection = Connect-Simulator
        (Get-GpuVSphereConnection).Name | Should -Be $connection.Name
        (Get-GpuVSphereConnection -Name 'vc*').Name | Should -Be $connection.Name
        $connection | Disconnect-GpuVSphere
        $connection.IsConnected | Should -BeFalse
        Get-GpuVSphereConnection | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        Connect-Simulator | Out-Null
        Disconnect-GpuVSphere -WhatIf
        @(Get-GpuVSphereConnection).Count | Should -Be 1
    }

    It 'says when there is no connection of that name' {
        (Get-ErrorOf { Get-GpuVSphereConnection -Name 'nowhere' }).FullyQualifiedErrorId |
            Should -Be 'ServerNotConnected,GpuVSphere.PowerShell.Commands.GetGpuVSphereConnectionCommand'
        (Get-ErrorOf { Disconnect-GpuVSphere -Server 'nowhere' }).FullyQualifiedErrorId |
            Should -Be 'ServerNotConnected,GpuVSphere.PowerShell.Commands.DisconnectGpuVSphereCommand'
    }

    It 'says what a closed connection is good for' {
        $connection = Connect-Simulator
        Disconnect-GpuVSphere
        (Get-ErrorOf { Get-GpuDevice -Server $connection }).FullyQualifiedErrorId |
            Should -Be 'NotConnected,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand'
    }
}

Describe 'Several servers' {
    BeforeAll {
        $one = Start-GpuVSphereSimulator
        $two = Start-GpuVSphereSimulator
    }

    AfterEach { Disconnect-GpuVSphere }

    It 'reads all of them, and an object goes to its own' {
        Connect-GpuVSphere -Server $one.Uri, $two.Uri -Credential $admin | Out-Null
        $devices = Get-GpuDevice
        @($devices | Group-Object ServerName).Count | Should -Be 2
    }

    It 'goes on when one is dead' {
        $doomed = Start-GpuVSphereSimulator
        Connect-GpuVSphere -Server $doomed.Uri, $one.Uri -Credential $admin | Out-Null
        Stop-Elsewhere $doomed
        $devices = Get-GpuDevice -ErrorVariable problems -ErrorAction SilentlyContinue
        $devices | Should -Not -BeNullOrEmpty
        @($problems).Count | Should -Be 1
    }

    It 'does not take a GPU of one server for that of a VM of the other' {
        Connect-GpuVSphere -Server $one.Uri, $two.Uri -Credential $admin | Out-Null
        $first, $second = (Get-GpuVSphereConnection).Name
        $device = Get-GpuDevice -VMHost esx-80-01 -Device 0000:3b:00.0 -Server $first
        (Get-ErrorOf { $device | Add-VmGpuPassthrough -VM ml-01 -Server $second -Confirm:$false }).FullyQualifiedErrorId |
            Should -Be 'DeviceOnOtherHost,GpuVSphere.PowerShell.Commands.AddVmGpuPassthroughCommand'
        (Get-ErrorOf { Get-MmioSize -VM ml-01 -Device $device -Server $second }).FullyQualifiedErrorId |
            Should -Be 'DeviceOnOtherHost,GpuVSphere.PowerShell.Commands.GetMmioSizeCommand'
    }

    It 'is told which server by name' {
        Connect-GpuVSphere -Server $one.Uri, $two.Uri -Credential $admin | Out-Null
        $name = (Get-GpuVSphereConnection)[0].Name
        @(Get-GpuDevice -Server $name | Group-Object ServerName).Name | Should -Be $name
        (Get-ErrorOf { Get-GpuDevice -Server 'nowhere' }).FullyQualifiedErrorId |
            Should -Be 'ServerNotConnected,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand'
    }
}

Describe 'Start- and Stop-GpuVSphereSimulator' {
    It 'listens until it is stopped' {
        $simulator = Start-GpuVSphereSimulator
        (Invoke-WebRequest -Uri "http://127.0.0.1:$($simulator.Port)/sdk/vimServiceVersions.xml").StatusCode | Should -Be 200
        $simulator | Stop-GpuVSphereSimulator
        $simulator.IsRunning | Should -BeFalse
        { Invoke-WebRequest -Uri "http://127.0.0.1:$($simulator.Port)/sdk/vimServiceVersions.xml" -TimeoutSec 5 } | Should -Throw
    }

    It 'goes on with -WhatIf' {
        $simulator = Start-GpuVSphereSimulator
        $simulator | Stop-GpuVSphereSimulator -WhatIf
        $simulator.IsRunning | Should -BeTrue
        $simulator | Stop-GpuVSphereSimulator
    }

    It 'says that a port is taken' {
        $simulator = Start-GpuVSphereSimulator
        $record = Get-ErrorOf { Start-GpuVSphereSimulator -Port $simulator.Port }
        $record.FullyQualifiedErrorId | Should -Be 'PortNotFree,GpuVSphere.PowerShell.Commands.StartGpuVSphereSimulatorCommand'
        $simulator | Stop-GpuVSphereSimulator
    }
}

Describe 'Runspaces' {
    AfterEach { Disconnect-GpuVSphere }

    It 'keep their own connections' {
        Connect-Simulator | Out-Null
        $found = 1 | ForEach-Object -Parallel {
            Import-Module $using:manifest
            @(Get-GpuVSphereConnection).Count
        }
        $found | Should -Be 0
    }

    It 'share a connection that is handed over' {
        $connection = Connect-Simulator
        $counts = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:manifest
            @(Get-GpuDevice -Server $using:connection).Count
        }
        @($counts).Count | Should -Be 4
        @($counts | Select-Object -Unique).Count | Should -Be 1
        $counts[0] | Should -BeGreaterThan 0
    }

    It 'hand objects over that are found again, also from a job' {
        $simulator = Start-GpuVSphereSimulator
        Connect-GpuVSphere $simulator -Credential $admin | Out-Null
        $devices = Start-Job -ScriptBlock {
            param($path, $uri, $credential)
            Import-Module $path
            Connect-GpuVSphere -Server $uri -Credential $credential | Out-Null
            Get-GpuDevice -VMHost 'esx-80-01'
        } -ArgumentList $manifest, $simulator.Uri, $admin | Receive-Job -Wait -AutoRemoveJob
        $devices[0].PSTypeNames[0] | Should -Be 'Deserialized.GpuVSphere.Inventory.GpuDevice'
        ($devices | Get-GpuDevice | ForEach-Object { "$($_.HostName) $($_.Address)" }) | Should -Be @('esx-80-01 0000:3b:00.0', 'esx-80-01 0000:af:00.0')
        $devices | Enable-GpuPassthrough -WarningAction SilentlyContinue
        (Get-GpuDevice -VMHost 'esx-80-01').State | Should -Be @('EnabledPendingReboot', 'EnabledPendingReboot')
        $simulator | Stop-GpuVSphereSimulator
    }

    It 'do not take a connection out of a job, and say so' {
        $dead = [pscustomobject]@{ Name = 'vcenter'; IsConnected = $true }
        $record = Get-ErrorOf { Get-GpuDevice -Server $dead }
        $record.FullyQualifiedErrorId | Should -Be 'WrongType,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand'
        $record.ErrorDetails.RecommendedAction | Should -Match 'Start-Job'
    }
}
