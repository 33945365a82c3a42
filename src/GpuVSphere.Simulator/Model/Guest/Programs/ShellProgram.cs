using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>/bin/sh.</summary>
internal sealed class ShellProgram : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = ["sh", "bash", "dash"];

    public Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        GuestSystem system = new(call.Guest, call.User);
        ShScope scope = GuestSystem.ScopeOf(call.Process, call.Environment, call.Directory);
        List<string> words = call.Arguments.ToList();
        while (words.Count > 0 && words[0] is "-e" or "-x" or "-l")
        {
            words.RemoveAt(0);
        }

        if (words.Count > 1 && words[0] is "-c" or "-lc")
        {
            scope.Arguments = words.Count > 2 ? words.Skip(2).ToList() : [call.Words[0]];
            return new ShInterpreter(system).RunAsync(words[1], scope, call.Io);
        }

        if (words.Count == 0 || words[0] == "-s")
        {
            scope.Arguments = [call.Words[0], .. words.Skip(1)];
            return new ShInterpreter(system).RunAsync(call.Input.ReadText(), scope, call.Io.With(0, ShInput.Empty));
        }

        // A script by its file; one that is an installer of a known form runs as that.
        string path = call.PathOf(words[0]);
        GuestFile? file = call.Locked(() => call.Guest.Files.Find(path));
        if (file is null)
        {
            return Task.FromResult(call.Fail(call.Words[0] + ": 0: cannot open " + words[0] + ": No such file", 2));
        }

        if (!call.Locked(() => file.Allows(call.User, 4)))
        {
            return Task.FromResult(call.Fail(call.Words[0] + ": 0: cannot open " + words[0] + ": Permission denied", 2));
        }

        string? name = GuestPrograms.All<IGuestFileFormat>().Select(format => format.ProgramOf(file.Content)).FirstOrDefault(found => found is not null);
        if (name is not null && GuestPrograms.Find(name) is { } program)
        {
            return program.RunAsync(new GuestCall(call.Guest, call.Process, call.User, words, call.Environment, call.Directory, call.Io), cancellationToken);
        }

        scope.Arguments = words;
        return new ShInterpreter(system).RunAsync(file.Text, scope, call.Io);
    }
}
