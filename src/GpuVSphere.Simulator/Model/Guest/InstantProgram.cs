using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A program that takes no time. It runs under the gate.</summary>
internal abstract class InstantProgram(params string[] names) : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = names;

    public Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken) => Task.FromResult(call.Locked(() =>
    {
        try
        {
            return Run(call);
        }
        catch (ShError error)
        {
            call.Complain(call.Name + ": " + error.Message);
            return 1;
        }
    }));

    /// <summary>Does the work. A <see cref="ShError"/> becomes a line on the errors and exit code 1.</summary>
    protected abstract int Run(GuestCall call);
}
