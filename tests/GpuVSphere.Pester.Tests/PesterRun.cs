using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;

namespace GpuVSphere.Pester.Tests;

/// <summary>
/// All files of tests/pester in a few real PowerShells, side by side where there is more than one processor. A file that fails, hangs or ends its
/// PowerShell takes no other along: who is left goes on with the list, and a PowerShell that ended before the list did is started again.
/// </summary>
public sealed class PesterRun : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    private readonly StagedModule _module = new();
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "run", Path.GetRandomFileName());
    private readonly Dictionary<string, TaskCompletionSource<PesterFile>> _files = [];
    private readonly object _gate = new();
    private readonly List<Task> _workers = [];

    /// <summary>The folder of the files.</summary>
    public static string Source => Path.Combine(StagedModule.Root, "tests", "pester");

    /// <summary>The files, by name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Source, "*.Tests.ps1").Select(file => Path.GetFileName(file)!).OrderBy(name => name, StringComparer.Ordinal)];

    /// <summary>What became of a file; the first who asks starts them all.</summary>
    /// <param name="name">Its name.</param>
    internal Task<PesterFile> ResultAsync(string name)
    {
        lock (_gate)
        {
            if (_workers.Count == 0)
            {
                Start();
            }

            return _files[name].Task;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Task.WaitAll([.. _workers]);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void Start()
    {
        Directory.CreateDirectory(_folder);
        foreach (string name in Names)
        {
            _files[name] = new TaskCompletionSource<PesterFile>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // The long ones first, so that none is left alone at the end; their size tells well enough which these are.
        File.WriteAllLines(
            Path.Combine(_folder, "list"),
            Names.Select(name => Path.Combine(Source, name)).OrderByDescending(path => new FileInfo(path).Length));
        for (int worker = 0; worker < Math.Clamp(Environment.ProcessorCount, 1, 4); worker++)
        {
            _workers.Add(Task.Run(Work));
        }
    }

    private void Work()
    {
        // Each round runs at least one file that nobody ran before, or is the last one.
        bool isMore = true;
        while (isMore)
        {
            isMore = RunPowerShell();
        }
    }

    /// <returns>Whether it ended with a file that it had begun.</returns>
    private bool RunPowerShell()
    {
        StringBuilder text = new();
        string? current = null;
        Stopwatch since = Stopwatch.StartNew();

        void Read(string line)
        {
            string[] words = line.Split(' ');
            lock (text)
            {
                if (words is ["FILE", "BEGINS", var begun])
                {
                    current = begun;
                    since.Restart();
                    text.Clear();
                }
                else if (words is ["FILE", "ENDS", var ended, var code])
                {
                    _files[ended].TrySetResult(new PesterFile(int.Parse(code, System.Globalization.CultureInfo.InvariantCulture), text.ToString()));
                    current = null;
                    since.Restart();
                }
                else
                {
                    text.Append(line).Append('\n');
                }
            }
        }

        string how = PowerShellProcess.Run(
            ["-File", Path.Combine(Source, "Invoke-Files.ps1"), "-List", Path.Combine(_folder, "list"), "-Folder", _folder],
            new Dictionary<string, string>
            {
                ["GPUVSPHERE_MODULE"] = _module.Manifest,
                ["GPUVSPHERE_DOUBLE"] = _module.DoubleFolder,
                ["GPUVSPHERE_ROOT"] = StagedModule.Root,
            },
            Read,
            () => since.Elapsed < s_limit);
        lock (text)
        {
            if (current is not null)
            {
                _files[current].TrySetResult(new PesterFile(null, $"{how}{Environment.NewLine}{text}"));
                return true;
            }

            // The list is at its end, or no file could even begin.
            foreach (string name in Names.Where(name => !File.Exists(Path.Combine(_folder, name + ".claim"))))
            {
                _files[name].TrySetResult(new PesterFile(null, $"{how} No file could be begun.{Environment.NewLine}{text}"));
            }

            return false;
        }
    }
}
