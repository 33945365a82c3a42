using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Posix;

/// <summary>What a shell runs on: files, programs, processes.</summary>
internal interface IShSystem
{
    /// <summary>How the shell calls itself before an error.</summary>
    string ShellName { get; }

    /// <summary>The path of a program as the shell would run it, or null.</summary>
    string? Find(string name, ShScope scope);

    /// <summary>Runs a program to its end. The environment is the scope's, with what stands before the command.</summary>
    Task<int> RunAsync(IReadOnlyList<string> words, ShScope scope, IReadOnlyDictionary<string, string> environment, ShIo io);

    /// <summary>Runs a program in the place of the shell's own process: as exec does, and what a shell puts beside.</summary>
    Task<int> ReplaceAsync(IReadOnlyList<string> words, ShScope scope, IReadOnlyDictionary<string, string> environment, ShIo io);

    /// <summary>Runs a part of a script as a process of its own, and gives its pid at once.</summary>
    long Fork(ShScope scope, string text, Func<ShScope, Task<int>> body, out Task<int> end);

    /// <exception cref="ShError">It cannot be read.</exception>
    ShInput OpenRead(string path, ShScope scope);

    /// <exception cref="ShError">It cannot be written.</exception>
    ShOutput OpenWrite(string path, bool append, ShScope scope);

    /// <summary>Whether a file test holds: e, f, d, r, w, x, s, L.</summary>
    bool Test(char test, string path, ShScope scope);

    /// <summary>The paths that a pattern stands for; none when there are none.</summary>
    IReadOnlyList<string> Expand(string pattern, ShScope scope);

    /// <summary>Waits for a process that was forked; null when there is no such.</summary>
    Task<int>? Wait(long pid);

    /// <summary>Waits for the end of a process, or until the one that waits is ended: what it waited for goes on then.</summary>
    /// <exception cref="System.OperationCanceledException">The one that waits was ended.</exception>
    Task<int> EndOfAsync(Task<int> end, CancellationToken cancellationToken);
}
