using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.GuestOs;

/// <summary>Guests by the name of their VM; the same one each time it is opened. A name that is not there gets the refusal of VMware Tools.</summary>
internal sealed class FakeGuestShells : IGuestShells
{
    private readonly Dictionary<string, FakeGuest> _guests = [];

    /// <summary>The names of the VMs that were opened, in turn.</summary>
    public List<string> Opened { get; } = [];

    public FakeGuest this[string vm]
    {
        get => _guests[vm];
        set => _guests[vm] = value;
    }

    public Task<IGuestShell> OpenAsync(GuestAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Opened.Add(address.Name);
        return _guests.TryGetValue(address.Name, out FakeGuest? guest)
            ? Task.FromResult<IGuestShell>(guest)
            : throw new GpuVSphereException("GuestToolsNotRunning", GpuErrorCategory.InvalidState, $"VMware Tools are not running in {address.Name}.", address.Name);
    }
}
