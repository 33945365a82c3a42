using System;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>Guests that say that they have done what they have not: as where something else puts a file back, or stops a service again.</summary>
internal sealed class ForgetfulShells(IGuestShells guests, Func<string, bool> forgetsFile, Func<string, bool> forgetsCommand) : IGuestShells
{
    public async Task<IGuestShell> OpenAsync(GuestAddress address, CancellationToken cancellationToken) =>
        new ForgetfulShell(await guests.OpenAsync(address, cancellationToken), forgetsFile, forgetsCommand);
}
