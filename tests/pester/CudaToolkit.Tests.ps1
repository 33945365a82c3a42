BeforeAll {
    . (Join-Path $PSScriptRoot 'Common.ps1')
    $command = 'GpuVSphere.PowerShell.Commands'
    function Save-Bytes([string] $Name, [byte[]] $Content) {
        $path = Join-Path $TestDrive $Name
        [System.IO.File]::WriteAllBytes($path, $Content)
        $path
    }
}

Describe 'Install-CudaToolkit' {
    BeforeEach {
        # Slow enough for the time limits of commands in guests.
        $connection = Connect-GpuVSphere -Simulator -Scenario vgpu -ClockSpeed 100
        $login = [pscredential]::new('admin', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
        $runFile = Save-Bytes 'cuda_9.1.85_387.26_linux' ([GpuVSphere.Simulator.SimulatedCuda]::RunFile('9.1.85', '387.26'))
        1, 2, 3 | ForEach-Object { Save-Bytes "cuda_9.1.85.${_}_linux" ([GpuVSphere.Simulator.SimulatedCuda]::Patch('9.1.85', $_)) } | Out-Null
        Add-VmVgpuProfile -VM 'v67-11' -VgpuProfile 'grid_p100-8q' -PowerOn -Confirm:$false
    }
    AfterEach { Disconnect-GpuVSphere }

    It 'prints the plan with -WhatIf, patches in their order, and changes nothing' {
        $text = Install-CudaToolkit -VM 'v67-11' -Path $runFile -Patch (Join-Path $TestDrive 'cuda_9.1.85.?_linux') -AcceptEula -GuestCredential $login -WhatIf 6>&1 | Out-String
        $text | Should -Match '(?s)CUDA toolkit in /usr/local/cuda-9.1\s+\(absent\)\s+9.1.85.*CUDA patch 9.1.85.1.*CUDA patch 9.1.85.2.*CUDA patch 9.1.85.3.*/usr/local/cuda\s+\(absent\)\s+/usr/local/cuda-9.1'
        $text | Should -Match 'is declined; the guest keeps 470.63.01'
        $text | Should -Match 'CUDA-COMPILER'
        @((Install-CudaToolkit -VM 'v67-11' -Path $runFile -AcceptEula -GuestCredential $login -AsPlan).Changes).Count | Should -BeGreaterThan 0
    }

    It 'installs nothing without the licence' {
        $result = Get-ErrorOf { Install-CudaToolkit -VM 'v67-11' -Path $runFile -GuestCredential $login -WarningAction SilentlyContinue }
        $result.FullyQualifiedErrorId | Should -Be "EulaNotAccepted,$command.InstallCudaToolkitCommand"
        $result.ErrorDetails.RecommendedAction | Should -Match '-AcceptEula'
    }

    It 'brings a repository and its toolkit without a driver, and does nothing twice' {
        $package = Save-Bytes 'cuda-repo-ubuntu2204-11-4-local_11.4.0-470.42.01-1_amd64.deb' ([GpuVSphere.Simulator.SimulatedCuda]::Repository('11.4.0', $true))
        $result = Install-CudaToolkit -VM 'v67-11' -Path $package -AcceptEula -GuestCredential $login -PassThru
        $result.Outcome | Should -Be 'Done'
        $result.Message | Should -Match 'CUDA 11.4.0 is in /usr/local/cuda-11.4'
        (Install-CudaToolkit -VM 'v67-11' -ToolkitVersion 11.4 -AcceptEula -GuestCredential $login -AsPlan).Changes | Should -BeNullOrEmpty
    }

    It 'says what the installer lacks' {
        $result = Get-ErrorOf { Install-CudaToolkit -VM 'v67-11' -Path $runFile -AcceptEula -GuestCredential $login -WarningAction SilentlyContinue }
        $result.FullyQualifiedErrorId | Should -Be "CudaCompilerMissing,$command.InstallCudaToolkitCommand"
        $result.ErrorDetails.RecommendedAction | Should -Match 'build-essential'
    }

    It 'refuses a toolkit that is too new for the guest''s driver' {
        $newer = Save-Bytes 'cuda_12.4.1_550.54.15_linux.run' ([GpuVSphere.Simulator.SimulatedCuda]::RunFile('12.4.1', '550.54.15'))
        $result = Get-ErrorOf { Install-CudaToolkit -VM 'v67-11' -Path $newer -AcceptEula -GuestCredential $login -WarningAction SilentlyContinue }
        $result.FullyQualifiedErrorId | Should -Be "CudaDriverTooOld,$command.InstallCudaToolkitCommand"
    }

    It 'names what containers lack' {
        $result = Get-ErrorOf { Install-CudaToolkit -VM 'v67-11' -Container -GuestCredential $login -WarningAction SilentlyContinue }
        $result.FullyQualifiedErrorId | Should -Be "ContainerToolkitUnavailable,$command.InstallCudaToolkitCommand"
    }

    It 'takes its file as the second argument, with wildcards, and passes over no patch that is not there' {
        Push-Location $TestDrive
        try {
            $plan = Install-CudaToolkit v67-11 ./cuda_9.1.85_387* -Patch './cuda_9.1.85.?_linux' -AcceptEula -GuestCredential $login -AsPlan
            @($plan.Changes.Property) -match 'CUDA patch' | Should -HaveCount 3
            $none = Get-ErrorOf { Install-CudaToolkit v67-11 $runFile -Patch './cuda_9.1.85.?_lin' -AcceptEula -GuestCredential $login }
            $none.FullyQualifiedErrorId | Should -Be "CudaFileNotFound,$command.InstallCudaToolkitCommand"
            $near = Get-ErrorOf { Install-CudaToolkit v67-11 ./cuda_9.1.85_387.26_linx -AcceptEula -GuestCredential $login }
            $near.ErrorDetails.RecommendedAction | Should -Match '^Did you mean cuda_9\.1\.85_387\.26_linux'
        }
        finally { Pop-Location }
        $line = 'Install-CudaToolkit v67-11 -SkipRule CUDA-'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'CUDA-DRIVER'
        $line = 'Install-CudaToolkit v67-11 -ToolkitVersion 12'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain "'12.4'"
    }

    It 'refuses <What> before any guest is asked' -ForEach @(
        @{ What = 'a file that is not there'; Id = 'CudaFileNotFound'; Arguments = @{ Path = 'cuda_9.9.9_1.1_linux' } }
        @{ What = 'a rule that there is not'; Id = 'UnknownRule'; Arguments = @{ ToolkitVersion = '9.1'; SkipRule = 'CUDA-DRIVR' } }
        @{ What = 'a version that is none'; Id = 'CudaVersionInvalid'; Arguments = @{ ToolkitVersion = 'latest' } }
        @{ What = 'an image that is none'; Id = 'ImageInvalid'; Arguments = @{ Container = $true; Image = 'ubuntu; reboot' } }
    ) {
        (Get-ErrorOf { Install-CudaToolkit -VM 'v67-11' @Arguments -GuestCredential $login }).FullyQualifiedErrorId | Should -Be "$Id,$command.InstallCudaToolkitCommand"
    }
}

Describe 'Install-CudaToolkit in Windows guests' {
    BeforeAll {
        $connection = Connect-GpuVSphere -Simulator -Scenario flexdirect -ClockSpeed 100
        $login = [pscredential]::new('Administrator', (ConvertTo-SecureString 'GpuVSphere!1' -AsPlainText -Force))
        $setup = Save-Bytes 'cuda_11.4.0_471.11_win10.exe' ([GpuVSphere.Simulator.SimulatedCuda]::Setup('11.4.0', '471.11', $false))
        $runFile = Save-Bytes 'cuda_11.4.0_470.42.01_linux.run' ([GpuVSphere.Simulator.SimulatedCuda]::RunFile('11.4.0', '470.42.01'))
    }
    AfterAll { Disconnect-GpuVSphere }

    It 'says which parts come, that the driver does not, and asks for a driver first' {
        $text = Install-CudaToolkit -VM 'flex-win-01' -Path $setup -AcceptEula -GuestCredential $login -WhatIf 6>&1 | Out-String
        $text | Should -Match 'CUDA toolkit in C:\\Program Files\\NVIDIA GPU\s+\(absent\)\s+11.4.0\s+Computing Toolkit\\CUDA\\v11.4'
        $text | Should -Match 'CUDA_PATH'
        $text | Should -Match 'nvcc'
        $text | Should -Match 'Display.Driver\) is declined'
        $text | Should -Match '(?s)BLOCKED CUDA-DRIVER flex-win-01: .*flex-win-01\s+has\s+no\s+nvidia-smi'
    }

    It 'installs and reads back the parts that are named, and nothing twice' {
        $arguments = @{ VM = 'flex-win-01'; Path = $setup; Subpackage = 'nvcc', 'cudart_11.4'; AcceptEula = $true; GuestCredential = $login; SkipRule = 'CUDA-DRIVER' }
        $result = Install-CudaToolkit @arguments -PassThru
        $result.Outcome | Should -Be 'Done'
        $result.Message | Should -Be 'CUDA 11.4.0 is in C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v11.4'
        (Install-CudaToolkit @arguments -AsPlan).Changes | Should -BeNullOrEmpty
        (Test-GpuGuest 'flex-win-01' -GuestCredential $login | Where-Object Check -EQ 'Cuda').Seen | Should -Match 'toolkit 11.4'
    }

    It 'refuses <What> with the way that there is' -ForEach @(
        @{ What = 'a run-file'; Arguments = { @{ Path = $runFile; AcceptEula = $true } } }
        @{ What = 'packages'; Arguments = { @{ ToolkitVersion = '11.4'; AcceptEula = $true } } }
        @{ What = 'containers'; Arguments = { @{ Container = $true } } }
    ) {
        $given = & $Arguments
        $result = Get-ErrorOf { Install-CudaToolkit -VM 'flex-win-01' @given -GuestCredential $login -WarningAction SilentlyContinue }
        $result.FullyQualifiedErrorId | Should -Be "GuestNotSupported,$command.InstallCudaToolkitCommand"
        $result.ErrorDetails.RecommendedAction | Should -Match '_windows.exe'
    }

    It 'refuses the driver as a part, and parts of what is not for Windows' {
        (Get-ErrorOf { Install-CudaToolkit -VM 'flex-win-01' -Path $setup -Subpackage 'Display.Driver' -GuestCredential $login }).FullyQualifiedErrorId | Should -Be "CudaSubpackageInvalid,$command.InstallCudaToolkitCommand"
        (Get-ErrorOf { Install-CudaToolkit -VM 'flex-win-01' -Path $runFile -Subpackage 'nvcc' -GuestCredential $login }).FullyQualifiedErrorId | Should -Be "CudaSubpackageInvalid,$command.InstallCudaToolkitCommand"
    }
}
