using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;

namespace GpuVSphere.Pester.Tests;

/// <summary>The real PowerShell of this machine, if it has one.</summary>
internal static class PowerShellProcess
{
    private static readonly Lazy<string?> s_missing = new(FindMissing);

    /// <summary>What keeps the Pester ring from running here, or null.</summary>
    public static string? Missing => s_missing.Value;

    /// <summary>Runs a script in a process of its own.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables of its environment beyond those of this process.</param>
    /// <param name="onLine">Takes each line that it writes, of standard output and standard error.</param>
    /// <param name="mayGoOn">Asked every second; when it says no, the process and its children are ended.</param>
    /// <returns>How it ended, in a sentence.</returns>
    public static string Run(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, Action<string> onLine, Func<bool> mayGoOn)
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

        // It lives too short to earn back what counting for a second, better compilation costs: about a tenth of its time.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (KeyValuePair<string, string> variable in environment)
        {
            start.Environment[variable.Key] = variable.Value;
        }

        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        bool isEnded = false;
        while (!process.WaitForExit(1000))
        {
            if (!mayGoOn())
            {
                process.Kill(entireProcessTree: true);
                isEnded = true;
                break;
            }
        }

        process.WaitForExit();
        return isEnded ? "PowerShell was ended: it took too long." : $"PowerShell ended with {process.ExitCode}.";

        void Take(string? line)
        {
            if (line is not null)
            {
                onLine(line);
            }
        }
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

        Stopwatch since = Stopwatch.StartNew();
        string how = Run(
            ["-Command", "if (Get-Module -ListAvailable Pester | Where-Object { $_.Version -ge [version]'5.0' }) { exit 0 } else { exit 3 }"],
            new Dictionary<string, string>(),
            _ => { },
            () => since.Elapsed < TimeSpan.FromMinutes(2));
        return how switch
        {
            "PowerShell ended with 0." => null,
            "PowerShell ended with 3." => "there is a pwsh but no Pester 5 (Install-PSResource Pester)",
            _ => "pwsh does not start here",
        };
    }
}
