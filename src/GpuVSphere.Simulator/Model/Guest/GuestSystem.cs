using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A guest as a shell of one of its users finds it.</summary>
internal sealed class GuestSystem(SimulatedGuest guest, GuestUser user) : IShSystem
{
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public string ShellName => "sh";

    /// <summary>What a shell of a login begins with.</summary>
    public ShScope NewScope(GuestProcess process)
    {
        ShScope scope = new() { Directory = user.Home, Pid = process.Pid, Process = process, Token = process.Token };
        Set("HOME", user.Home);
        Set("USER", user.Name);
        Set("PATH", SearchPath);
        foreach (KeyValuePair<string, string> variable in guest.Environment)
        {
            Set(variable.Key, variable.Value);
        }

        return scope;

        void Set(string name, string value)
        {
            scope.Variables[name] = value;
            scope.Exported.Add(name);
        }
    }

    public string? Find(string name, ShScope scope)
    {
        lock (guest.Inventory.Gate)
        {
            return Find(name, scope.Variables.TryGetValue("PATH", out string? path) ? path : SearchPath, scope.Directory);
        }
    }

    public Task<int> RunAsync(IReadOnlyList<string> words, ShScope scope, IReadOnlyDictionary<string, string> environment, ShIo io) =>
        RunAsync(words, (GuestProcess)scope.Process!, environment, scope.Directory, io, scope.Umask);

    /// <summary>Runs a program as a child of a process, and waits for its end.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> words, GuestProcess parent, IReadOnlyDictionary<string, string> environment, string directory, ShIo io, int umask = 0x12)
    {
        if (Load(words, environment, directory, io) is not { } found)
        {
            return Missing(words[0], directory, io);
        }

        GuestProcess process = guest.Start(parent, user, ShPath.Name(words[0]), string.Join(" ", words), self => ExecuteAsync(found, self, words, environment, directory, io, umask));
        return await EndOfAsync(process.End, parent.Token).ConfigureAwait(false);
    }

    /// <summary>Runs a program in the place of the process that asks.</summary>
    public Task<int> ReplaceAsync(IReadOnlyList<string> words, GuestProcess process, IReadOnlyDictionary<string, string> environment, string directory, ShIo io)
    {
        process.Name = ShPath.Name(words[0]);
        process.CommandLine = string.Join(" ", words);
        return Load(words, environment, directory, io) is { } found
            ? ExecuteAsync(found, process, words, environment, directory, io, 0x12)
            : Task.FromResult(Missing(words[0], directory, io));
    }

    public Task<int> ReplaceAsync(IReadOnlyList<string> words, ShScope scope, IReadOnlyDictionary<string, string> environment, ShIo io) =>
        ReplaceAsync(words, (GuestProcess)scope.Process!, environment, scope.Directory, io);

    public long Fork(ShScope scope, string text, Func<ShScope, Task<int>> body, out Task<int> end)
    {
        GuestProcess process = guest.Start((GuestProcess)scope.Process!, user, "sh", "/bin/sh -c " + text, self =>
        {
            ShScope inner = scope.Copy();
            inner.IsForOne = false;
            inner.Pid = scope.Pid;
            inner.Process = self;
            inner.Token = self.Token;
            return body(inner);
        });
        end = process.End;
        return process.Pid;
    }

    public ShInput OpenRead(string path, ShScope scope)
    {
        if (path == "/dev/null")
        {
            return ShInput.Empty;
        }

        lock (guest.Inventory.Gate)
        {
            return new ShInput(guest.Files.Read(ShPath.Absolute(path, scope.Directory), user).Content);
        }
    }

    public ShOutput OpenWrite(string path, bool append, ShScope scope)
    {
        if (path == "/dev/null")
        {
            return ShOutput.Nowhere;
        }

        lock (guest.Inventory.Gate)
        {
            GuestFile file = guest.Files.Open(ShPath.Absolute(path, scope.Directory), append, user, scope.Umask);
            return new ShOutput(bytes =>
            {
                lock (guest.Inventory.Gate)
                {
                    file.Content = [.. file.Content, .. bytes];
                }
            });
        }
    }

    public bool Test(char test, string path, ShScope scope)
    {
        lock (guest.Inventory.Gate)
        {
            try
            {
                string full = ShPath.Absolute(path, scope.Directory);
                GuestFile? file = guest.Files.Find(full, user);
                return test switch
                {
                    'L' => guest.Files.FindLink(full) is { Link: not null },
                    'd' => file is { IsDirectory: true },
                    'f' => file is { IsDirectory: false },
                    's' => file is { IsDirectory: false, Content.Length: > 0 },
                    'r' => file?.Allows(user, 4) == true,
                    'w' => file?.Allows(user, 2) == true,
                    'x' => file?.Allows(user, 1) == true,
                    _ => file is not null,
                };
            }
            catch (ShError)
            {
                return false;
            }
        }
    }

    public IReadOnlyList<string> Expand(string pattern, ShScope scope)
    {
        lock (guest.Inventory.Gate)
        {
            bool isAbsolute = pattern.StartsWith("/", StringComparison.Ordinal);
            List<string> found = [isAbsolute ? "/" : string.Empty];
            foreach (string part in pattern.Split(['/'], StringSplitOptions.RemoveEmptyEntries))
            {
                found = found.SelectMany(at => guest.Files.List(ShPath.Absolute(at, scope.Directory))
                    .Where(name => (part[0] == '.' || name[0] != '.') && ShPath.Matches(part, name))
                    .Select(name => at.Length == 0 ? name : at.TrimEnd('/') + "/" + name)).ToList();
            }

            return found;
        }
    }

    public Task<int>? Wait(long pid)
    {
        lock (guest.Inventory.Gate)
        {
            return guest.AnyProcess(pid)?.End;
        }
    }

    public async Task<int> EndOfAsync(Task<int> end, CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellationToken.Register(() => stopped.TrySetResult(true)))
        {
            await guest.Inventory.RestAsync(Task.WhenAny(end, stopped.Task)).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await end.ConfigureAwait(false);
    }

    private string? Find(string name, string searchPath, string directory)
    {
        IEnumerable<string> candidates = name.IndexOf('/') >= 0
            ? [ShPath.Absolute(name, directory)]
            : searchPath.Split([':'], StringSplitOptions.RemoveEmptyEntries).Select(folder => folder.TrimEnd('/') + "/" + name);
        return candidates.FirstOrDefault(path =>
        {
            try
            {
                return guest.Files.Find(path, user) is { IsDirectory: false } file && file.Allows(user, 1);
            }
            catch (ShError)
            {
                return false;
            }
        });
    }

    // The program behind a name, or the script that it is.
    private (IGuestProgram? Program, string? Script)? Load(IReadOnlyList<string> words, IReadOnlyDictionary<string, string> environment, string directory, ShIo io)
    {
        lock (guest.Inventory.Gate)
        {
            if (Find(words[0], environment.TryGetValue("PATH", out string? path) ? path : SearchPath, directory) is not { } file)
            {
                return null;
            }

            GuestFile node = guest.Files.Find(file)!;
            string? name = node.Program ?? GuestPrograms.All<IGuestFileFormat>().Select(format => format.ProgramOf(node.Content)).FirstOrDefault(found => found is not null);
            return name is null ? (null, node.Text) : GuestPrograms.Find(name) is { } program ? (program, null) : null;
        }
    }

    private int Missing(string name, string directory, ShIo io)
    {
        bool isThere = name.IndexOf('/') >= 0 && guest.Files.Exists(ShPath.Absolute(name, directory));
        io.Error.Write("sh: 1: " + name + (isThere ? ": Permission denied\n" : ": not found\n"));
        return isThere ? 126 : 127;
    }

    private Task<int> ExecuteAsync((IGuestProgram? Program, string? Script) found, GuestProcess process, IReadOnlyList<string> words, IReadOnlyDictionary<string, string> environment, string directory, ShIo io, int umask)
    {
        if (found.Program is { } program)
        {
            return program.RunAsync(new GuestCall(guest, process, user, words, environment, directory, io), process.Token);
        }

        ShScope scope = ScopeOf(process, environment, directory);
        scope.Umask = umask;
        scope.Arguments = words;
        return new ShInterpreter(this).RunAsync(found.Script!, scope, io);
    }

    /// <summary>What a shell that a program starts begins with.</summary>
    public static ShScope ScopeOf(GuestProcess process, IReadOnlyDictionary<string, string> environment, string directory)
    {
        ShScope scope = new() { Directory = directory, Pid = process.Pid, Process = process, Token = process.Token };
        foreach (KeyValuePair<string, string> variable in environment)
        {
            scope.Variables[variable.Key] = variable.Value;
            scope.Exported.Add(variable.Key);
        }

        return scope;
    }
}
