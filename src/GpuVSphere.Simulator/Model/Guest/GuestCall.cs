using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A run of a program in a guest: what it was called with, and what it can do.</summary>
internal sealed class GuestCall(SimulatedGuest guest, GuestProcess process, GuestUser user, IReadOnlyList<string> words, IReadOnlyDictionary<string, string> environment, string directory, ShIo io)
{
    public SimulatedGuest Guest { get; } = guest;

    public GuestProcess Process { get; } = process;

    /// <summary>Who runs it: <see cref="GuestUser.IsRoot"/> under sudo.</summary>
    public GuestUser User { get; } = user;

    /// <summary>Its name and arguments.</summary>
    public IReadOnlyList<string> Words { get; } = words;

    /// <summary>The name it was called by, without its folder.</summary>
    public string Name => ShPath.Name(Words[0]);

    public IReadOnlyList<string> Arguments { get; } = words.Skip(1).ToList();

    public IReadOnlyDictionary<string, string> Environment { get; } = environment;

    public string Directory { get; } = directory;

    public ShIo Io { get; } = io;

    public ShInput Input => Io.Input;

    /// <summary>Writes a line.</summary>
    public void Say(string line) => Io.Output.Write(line + "\n");

    /// <summary>Writes text as it is.</summary>
    public void Print(string text) => Io.Output.Write(text);

    /// <summary>Writes a line to the errors.</summary>
    public void Complain(string line) => Io.Error.Write(line + "\n");

    /// <summary>Writes a line to the errors and gives the exit code.</summary>
    public int Fail(string line, int exitCode = 1)
    {
        Complain(line);
        return exitCode;
    }

    /// <summary>A path as the program means it.</summary>
    public string PathOf(string path) => ShPath.Absolute(path, Directory);

    /// <summary>Whether an option is among the arguments.</summary>
    public bool Has(params string[] options) => Arguments.Any(options.Contains);

    /// <summary>The arguments that are no options.</summary>
    public IReadOnlyList<string> Operands => Arguments.Where(word => !word.StartsWith("-", StringComparison.Ordinal) || word == "-").ToList();

    /// <summary>Lets simulated time pass.</summary>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Guest.Inventory.DelayAsync(time, cancellationToken);

    /// <summary>Waits to be ended.</summary>
    public Task ForeverAsync(CancellationToken cancellationToken) => Guest.Inventory.RestAsync(Task.Delay(Timeout.Infinite, cancellationToken));

    /// <summary>Reads or changes the guest under the gate, unless the process is gone: then it does nothing any more.</summary>
    public T Locked<T>(Func<T> work)
    {
        lock (Guest.Inventory.Gate)
        {
            return Process.EndTime is null ? work() : throw new OperationCanceledException();
        }
    }

    /// <summary>Runs a command line by /bin/sh as a child, with the same user, input and outputs.</summary>
    public Task<int> ShellAsync(string commandLine, ShIo? io = null) => RunAsync(["/bin/sh", "-c", commandLine], io);

    /// <summary>Runs a program as a child, as this user or another.</summary>
    public Task<int> RunAsync(IReadOnlyList<string> words, ShIo? io = null, GuestUser? user = null) =>
        new GuestSystem(Guest, user ?? User).RunAsync(words, Process, Environment, Directory, io ?? Io);
}
