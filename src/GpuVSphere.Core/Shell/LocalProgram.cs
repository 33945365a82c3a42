using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>Runs a program on this machine: no shell between, UTF-8, bounded output, and ended with its children when cancelled.</summary>
internal static class LocalProgram
{
    // A child of the program may keep the pipes open after it has ended; what it still writes is nobody's answer.
    private static readonly TimeSpan s_afterExit = TimeSpan.FromSeconds(2);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, as it shall get them.</param>
    /// <param name="environment">Variables to add; none of them may be a secret, since other programs of the user can read them.</param>
    /// <param name="input">Its standard input; null for none.</param>
    /// <param name="outputLimit">How many characters it may write to each of its outputs.</param>
    /// <param name="cancellationToken">Ends it, and what it has started.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static Task<LocalRun> RunAsync(
        string path,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? input,
        int outputLimit,
        CancellationToken cancellationToken) =>
        RunWithAsync(path, arguments, environment, LocalStreams.Of(input), outputLimit, cancellationToken);

    /// <summary>Runs a program to its end, with an input that is written as it goes, and outputs that are told as they come.</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, as it shall get them.</param>
    /// <param name="environment">Variables to add; none of them may be a secret.</param>
    /// <param name="streams">Its input, and who is told of its outputs.</param>
    /// <param name="outputLimit">How many characters it may write to each of its outputs.</param>
    /// <param name="cancellationToken">Ends it, and what it has started.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static async Task<LocalRun> RunWithAsync(
        string path,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        LocalStreams streams,
        int outputLimit,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        ProcessStartInfo start = new(path, LocalQuoting.Join(arguments))
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        foreach (KeyValuePair<string, string> variable in environment ?? new Dictionary<string, string>())
        {
            start.Environment[variable.Key] = variable.Value;
        }

        using Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => ended.TrySetResult(true);
        process.Start();
        bool isCut = false;
        using CancellationTokenRegistration stop = cancellationToken.Register(() => Kill(process));
        void Cut()
        {
            isCut = true;
            Kill(process);
        }

        StringBuilder output = new();
        StringBuilder error = new();
        Task reading = Task.WhenAll(
            ReadAsync(process.StandardOutput, output, outputLimit, Cut, streams.Output), ReadAsync(process.StandardError, error, outputLimit, Cut, streams.Error));
        await WriteAsync(process.StandardInput.BaseStream, streams.Input, cancellationToken).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
        await Task.WhenAny(reading, Task.Delay(s_afterExit, CancellationToken.None)).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return new LocalRun(process.ExitCode, TextOf(output), TextOf(error), isCut);
    }

    private static string TextOf(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static async Task WriteAsync(Stream input, Func<Stream, CancellationToken, Task>? write, CancellationToken cancellationToken)
    {
        try
        {
            if (write is not null)
            {
                await write(input, cancellationToken).ConfigureAwait(false);
            }

            input.Dispose();
        }
        catch (Exception error) when (error is IOException || (error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // The program did not want it, and has ended or will.
        }
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder text, int limit, Action cut, Action<string>? told)
    {
        char[] buffer = new char[8192];
        bool isCut = false;
        try
        {
            int count;
            while ((count = await reader.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false)) > 0)
            {
                told?.Invoke(new string(buffer, 0, count));
                lock (text)
                {
                    text.Append(buffer, 0, Math.Min(count, limit - text.Length));
                    if (text.Length < limit || isCut)
                    {
                        continue;
                    }
                }

                isCut = true;
                cut();
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The program was ended, and its pipes with it.
        }
    }

    /// <summary>
    /// Ends a program and its children: a client that goes through a jump host has one. netstandard2.0 can end only the program itself; newer
    /// runtimes can do both, and .NET Framework is on Windows, which has taskkill.
    /// </summary>
    private static void Kill(Process process)
    {
        try
        {
            if (typeof(Process).GetMethod("Kill", BindingFlags.Public | BindingFlags.Instance, null, [typeof(bool)], null) is { } killTree)
            {
                killTree.Invoke(process, [true]);
                return;
            }

            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                using Process? taskkill = Process.Start(new ProcessStartInfo(
                    Path.Combine(Environment.SystemDirectory, "taskkill.exe"),
                    LocalQuoting.Join(["/T", "/F", "/PID", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
                {
                    UseShellExecute = false,
                    CreateNoWindow = true,
                });
                taskkill?.WaitForExit(5000);
            }

            process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or TargetInvocationException or NotSupportedException)
        {
            // It has ended by itself.
        }
    }
}
