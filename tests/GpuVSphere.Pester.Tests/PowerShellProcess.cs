using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;

namespace GpuVSphere.Pester.Tests;

/// <summary>The real PowerShell of this machine, if it has one.</summary>
internal static class PowerShellProcess
{
    private static readonly Lazy<string?> s_missing = new(FindMissing);

    /// <summary>What keeps the Pester ring from running here, or null.</summary>
    public static string? Missing => s_missing.Value;

    /// <summary>Runs a script in a process of its own.</summary>
    /// <returns>The exit code, standard output, standard error; null for the exit code when it did not end in time.</returns>
    public static (int? ExitCode, string Output, string Error) Run(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, TimeSpan limit)
    {
        ProcessStartInfo start = new("pwsh") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (string argument in (string[])["-NoProfile", "-NonInteractive", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        // The invariant culture of C.UTF-8 would change some output, and colours would reach it.
        start.Environment["LANG"] = "en_US.UTF-8";
        start.Environment["NO_COLOR"] = "1";
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        foreach (KeyValuePair<string, string> variable in environment)
        {
            start.Environment[variable.Key] = variable.Value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        bool hasEnded = process.WaitForExit((int)limit.TotalMilliseconds);
        if (!hasEnded)
        {
            process.Kill(entireProcessTree: true);
        }

        return (hasEnded ? process.ExitCode : null, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    private static string? FindMissing()
    {
        bool isFound = false;
        string name = OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh";
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
        {
            isFound |= folder.Length > 0 && File.Exists(Path.Combine(folder, name));
        }

        if (!isFound)
        {
            return "there is no pwsh on this machine (PowerShell 7)";
        }

        (int? exitCode, _, _) = Run(
            ["-Command", "if (Get-Module -ListAvailable Pester | Where-Object { $_.Version -ge [version]'5.0' }) { exit 0 } else { exit 3 }"],
            new Dictionary<string, string>(),
            TimeSpan.FromMinutes(2));
        return exitCode switch
        {
            0 => null,
            3 => "there is a pwsh but no Pester 5 (Install-PSResource Pester)",
            _ => "pwsh does not start here",
        };
    }
}
