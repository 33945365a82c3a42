using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Tasks;

namespace GpuVSphere.Peers.Tests;

/// <summary>What a program did, from its start to its end.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record PeerRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs a program; it gets no input.</summary>
    /// <exception cref="TimeoutException">It did not end in time; it was ended.</exception>
    public static PeerRun Of(
        string name, string path, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, TimeSpan limit)
    {
        ProcessStartInfo start = new(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} did not end within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s.");
        }

        return new PeerRun(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    /// <summary>Fails the test with everything the program said, unless it ended with 0.</summary>
    /// <returns>The standard output.</returns>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"The peer ended with {ExitCode}.\n{Output}\n{Error}");
        return Output;
    }
}
