BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $connection = Connect-Simulator
}

AfterAll { Disconnect-GpuVSphere }

Describe 'Get-GpuDevice' {
    It 'lists the GPUs of all hosts' {
        $devices = Get-GpuDevice
        @($devices | Where-Object HostName -EQ 'esx-80-01').Count | Should -Be 2
        $devices | ForEach-Object { $_.GetType().FullName | Should -Be 'GpuVSphere.Inventory.GpuDevice' }
        $devices | ForEach-Object { $_.State | Should -Be 'Disabled' }
    }

    It 'takes a host by name' {
        @(Get-GpuDevice -VMHost 'esx-80-01').Count | Should -Be 2
        @(Get-GpuDevice 'ESX-80-01').Count | Should -Be 2
    }

    It 'takes wildcards and several names' {
        @(Get-GpuDevice -VMHost 'esx-80-*').HostName | Select-Object -Unique | Should -Be @('esx-80-01', 'esx-80-02')
        @(Get-GpuDevice -VMHost 'esx-80-01', 'esx-67-01').HostName | Select-Object -Unique | Should -Be @('esx-67-01', 'esx-80-01')
    }

    It 'gives nothing, and no error, for a wildcard that fits nothing' {
        Get-GpuDevice -VMHost 'none-*' -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'warns of a host that is not connected, and only of that' {
        $devices = Get-GpuDevice -VMHost 'esx-down-*' -WarningVariable warnings -WarningAction SilentlyContinue
        @($warnings).Count | Should -Be 1
        "$warnings" | Should -BeLike 'esx-down-01 is disconnected: its GPUs cannot be read*Reconnect it*'
        Get-GpuDevice -VMHost 'esx-80-01' -WarningVariable warnings | Should -Not -BeNullOrEmpty
        $warnings | Should -BeNullOrEmpty
    }

    It 'says of a connected host that it has no NVIDIA GPU' {
        $said = Get-GpuDevice -VMHost 'esx-none-01' -Verbose -WarningVariable warnings 4>&1
        "$said" | Should -BeLike '*esx-none-01 is connected and has no NVIDIA GPU.*'
        $warnings | Should -BeNullOrEmpty
    }

    It 'takes a cluster by name' {
        @(Get-GpuDevice -Cluster 'GPU-80').HostName | Select-Object -Unique | Should -Be @('esx-80-01', 'esx-80-02')
    }

    It 'takes a device by address on a host, and on every host' {
        (Get-GpuDevice -VMHost 'esx-80-01' -Device '0000:af:00.0').Address.ToString() | Should -Be '0000:af:00.0'
        (Get-GpuDevice 'esx-80-01' 'AF:00.0').Address.ToString() | Should -Be '0000:af:00.0'
        @(Get-GpuDevice -Device '0000:af:00.0').Count | Should -BeGreaterThan 1
    }

    It 'takes names from the pipeline, and rows by their column names' {
        @('esx-80-01' | Get-GpuDevice).Count | Should -Be 2
        $rows = 'VMHost,Device', 'esx-80-01,0000:3b:00.0', 'esx-67-01,0000:af:00.0' | ConvertFrom-Csv
        ($rows | Get-GpuDevice | ForEach-Object { "$($_.HostName) $($_.Address)" }) | Should -Be @('esx-67-01 0000:af:00.0', 'esx-80-01 0000:3b:00.0')
    }

    It 'takes its own objects, and reads them again' {
        $device = Get-GpuDevice -VMHost 'esx-80-01' -Device '0000:3b:00.0'
        ($device | Get-GpuDevice).Address | Should -Be $device.Address
        (Get-GpuDevice -Device $device).HostName | Should -Be 'esx-80-01'
    }

    It 'takes what PowerCLI''s objects have: Id, Uid and Name' {
        $reference = (Get-GpuDevice -VMHost 'esx-80-01')[0].HostId.Reference
        $copy = [pscustomobject]@{ Id = "$reference"; Name = 'esx-80-01' }
        @($copy | Get-GpuDevice).Count | Should -Be 2
        @(Get-GpuDevice -VMHost "$reference").Count | Should -Be 2
        @(Get-GpuDevice -VMHost $reference).Count | Should -Be 2
    }

    It 'takes its objects out of a file' {
        $file = Join-Path $TestDrive 'device.xml'
        Get-GpuDevice -VMHost 'esx-80-01' -Device '0000:3b:00.0' | Export-Clixml $file
        $again = Import-Clixml $file | Get-GpuDevice
        "$($again.HostName) $($again.Address)" | Should -Be 'esx-80-01 0000:3b:00.0'
    }

    It 'takes nothing from an empty pipeline' {
        @() | Get-GpuDevice | Should -BeNullOrEmpty
    }

    It 'says which name is missing, and goes on with the rest' {
        $devices = Get-GpuDevice -VMHost 'esx-99', 'esx-80-01' -ErrorVariable problems -ErrorAction SilentlyContinue
        @($devices).Count | Should -Be 2
        $problems[0].FullyQualifiedErrorId | Should -Be 'HostNotFound,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problems[0].TargetObject | Should -Be 'esx-99'
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'says so once for a <What>' -ForEach @(
        @{ What = 'cluster that is not there'; Id = 'ClusterNotFound'; Script = { Get-GpuDevice -Cluster 'GPU-99' } }
        @{ What = 'malformed address'; Id = 'MalformedPciAddress'; Script = { Get-GpuDevice -VMHost 'esx-80-01' -Device '0000:3b:00' } }
        @{ What = 'address that is not there'; Id = 'DeviceNotFound'; Script = { Get-GpuDevice -VMHost 'esx-80-01' -Device '0000:99:00.0' } }
        @{ What = 'device that no host has'; Id = 'DeviceNotFound'; Script = { Get-GpuDevice -Device '0000:99:00.0' } }
        @{ What = 'label that no GPU has'; Id = 'DeviceNotFound'; Script = { Get-GpuDevice -VMHost 'esx-80-01' -Device 'training' } }
        @{ What = 'function that is no GPU'; Id = 'NotAGpu'; Script = { Get-GpuDevice -VMHost 'esx-90-01' -Device '0000:86:00.1' } }
        @{ What = 'object of another kind'; Id = 'WrongType'; Script = { Get-Process -Id $PID | Get-GpuDevice } }
        @{ What = 'argument of another kind'; Id = 'WrongType'; Script = { Get-GpuDevice -VMHost (Get-Process -Id $PID) } }
        @{ What = 'VM where hosts are meant'; Id = 'WrongType'; Script = { [pscustomobject]@{ Id = 'VirtualMachine-vm-1'; Name = 'x' } | Get-GpuDevice } }
    ) {
        (Get-ErrorOf $Script).FullyQualifiedErrorId | Should -Be "$Id,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand"
    }

    It 'stops when the first object is enough' {
        @(Get-GpuDevice | Select-Object -First 1).Count | Should -Be 1
        @(Get-GpuDevice).Count | Should -BeGreaterThan 1
    }

    It 'stops at the first error when told so' {
        { Get-GpuDevice -VMHost 'esx-99', 'esx-80-01' -ErrorAction Stop } | Should -Throw -ErrorId 'HostNotFound,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand'
    }

    It 'has a table of at most 120 columns' {
        $lines = Get-TableText (Get-GpuDevice)
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 120
        $lines -join "`n" | Should -Match 'VMHost\s+Address\s+Model\s+State'
        $lines -join "`n" | Should -Match 'esx-80-01\s+0000:3b:00.0\s+A100 PCIe 80GB\s+Disabled'
    }

    It 'makes a script end non-zero when an object failed' {
        (Invoke-Child 'Connect-GpuVSphere -Simulator | Out-Null; Get-GpuDevice -VMHost nope').ExitCode | Should -Be 1
        (Invoke-Child 'Connect-GpuVSphere -Simulator | Out-Null; Get-GpuDevice -VMHost esx-80-01').ExitCode | Should -Be 0
    }

    It 'says without a connection how to get one' {
        $record = Invoke-Child 'Get-GpuDevice; $Error[0].FullyQualifiedErrorId; $Error[0].ErrorDetails.RecommendedAction'
        $record.Text | Should -Match 'NotConnected,GpuVSphere.PowerShell.Commands.GetGpuDeviceCommand'
        $record.Text | Should -Match 'Connect-GpuVSphere -Simulator'
    }
}

Describe 'Ctrl-C' {
    It 'ends a read that hangs' {
        # A port that accepts and never answers.
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $shell = [powershell]::Create()
            $shell.AddScript("Import-Module '$manifest'; Connect-GpuVSphere -Server 'http://127.0.0.1:$($listener.LocalEndpoint.Port)' -Credential ([pscredential]::new('a', (ConvertTo-SecureString b -AsPlainText -Force)))") | Out-Null
            $running = $shell.BeginInvoke()
            $client = $listener.AcceptTcpClientAsync()
            $client.Wait(120000) | Should -BeTrue
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 60
            $shell.InvocationStateInfo.State | Should -Be 'Stopped'
        }
        finally {
            $listener.Stop()
            $shell.Dispose()
        }
    }
}
