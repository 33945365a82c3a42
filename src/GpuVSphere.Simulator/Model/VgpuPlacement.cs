using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model;

/// <summary>
/// Finds GPUs for the vGPUs of a VM that is to run on a host, by the mode of each GPU (facts/catalog/compat.md, the part on vGPU types and capacity). What it
/// finds is only noted here; the power-on takes it when nothing else stands against it.
/// </summary>
internal sealed class VgpuPlacement(HostSystem host, VirtualMachine? vm)
{
    /// <summary>The API version of ESXi 8.0 U1, since when vGPUs of several series but one size share a GPU.</summary>
    private const string MixedSeriesApi = "8.0.1.0";

    private readonly Dictionary<VmPassthroughDevice, VgpuSeat> _found = [];
    private readonly SimulatorOptions _options = host.Inventory.Options;

    public IReadOnlyDictionary<VmPassthroughDevice, VgpuSeat> Found => _found;

    /// <summary>Finds a place for each device, groups first; false when one has none.</summary>
    public bool TryPlace(VmConfig config)
    {
        List<VmPassthroughDevice> devices = config.Passthrough.Where(device => device.Kind == PassthroughKind.Vgpu).ToList();
        return config.DeviceGroups.All(group => TryPlaceGroup(devices.Where(device => device.GroupKey == group.Key).ToList()))
            && devices.Where(device => device.GroupKey is null).All(TryPlace);
    }

    /// <summary>Whether one more vGPU of a type could start on a GPU now.</summary>
    public static bool HasRoom(HostSystem host, PciFunction function, VgpuType type) =>
        new VgpuPlacement(host, null).SeatOn(function, type, host.SeatsOn(function).ToList()) is not null;

    private bool TryPlaceGroup(List<VmPassthroughDevice> members)
    {
        if (members.Count == 0)
        {
            return true;
        }

        foreach (IReadOnlyList<PciFunction> linked in VgpuDeviceGroup.Linked(host))
        {
            // All of them whole: a GPU of the group on which anything runs is out.
            List<PciFunction> free = linked.Where(function => !SeatsOn(function).Any() && Usable(function, members[0]) is not null).Take(members.Count).ToList();
            if (free.Count == members.Count)
            {
                for (int i = 0; i < members.Count; i++)
                {
                    _found[members[i]] = new VgpuSeat(free[i], Usable(free[i], members[i])!, VgpuOffers.ModeOf(host, free[i]) == "mixedSize" ? 0 : null, null);
                }

                return true;
            }
        }

        return false;
    }

    private bool TryPlace(VmPassthroughDevice device)
    {
        foreach (PciFunction function in Candidates(device))
        {
            VgpuType type = Usable(function, device)!;
            List<VgpuSeat> seats = SeatsOn(function).ToList();
            if (SeatOn(function, type, seats) is { } seat)
            {
                _found[device] = seat;
                return true;
            }
        }

        return false;
    }

    private VgpuSeat? SeatOn(PciFunction function, VgpuType type, List<VgpuSeat> seats) => VgpuOffers.ModeOf(host, function) switch
    {
        "sameSize" => SameSize(function, type, seats),
        "mixedSize" => MixedSize(function, type, seats),
        _ => Mig(function, type, seats),
    };

    /// <summary>
    /// The GPUs in the order in which they are tried. The assignment policy counts in same-size mode only: performance takes the GPU with the fewest VMs,
    /// consolidation fills a GPU that has such vGPUs already. In the other modes the host takes what is available.
    /// </summary>
    private IEnumerable<PciFunction> Candidates(VmPassthroughDevice device)
    {
        List<PciFunction> able = host.Functions.Where(function => Usable(function, device) is not null).ToList();
        IEnumerable<PciFunction> sameSize = able.Where(function => VgpuOffers.ModeOf(host, function) == "sameSize");
        sameSize = host.Graphics.PolicyInForce == "consolidation"
            ? sameSize.OrderByDescending(function => SeatsOn(function).Count(seat => seat.Type.Name == device.Vgpu)).ThenByDescending(function => SeatsOn(function).Count())
            : sameSize.OrderBy(function => SeatsOn(function).Count());
        return sameSize.Concat(able.Where(function => VgpuOffers.ModeOf(host, function) != "sameSize"));
    }

    private VgpuSeat? SameSize(PciFunction function, VgpuType type, List<VgpuSeat> seats)
    {
        bool locks = seats.Any(seat => host.Release.Has(MixedSeriesApi) ? seat.Type.FrameBufferMB != type.FrameBufferMB : seat.Type.Name != type.Name);
        int most = seats.Select(seat => seat.Type.MaxEqualSize).Append(type.MaxEqualSize).Min();
        return locks || seats.Count >= most ? null : new VgpuSeat(function, type, null, null);
    }

    private VgpuSeat? MixedSize(PciFunction function, VgpuType type, List<VgpuSeat> seats)
    {
        // Mixed sizes only with best effort or equal share (features-and-pains.md, of NVIDIA's page on heterogeneous vGPUs).
        if (function.Gpu.Scheduler.IsFixedShare)
        {
            return null;
        }

        foreach (int start in InOrder(type.Placements))
        {
            if (seats.All(seat => seat.Start is not { } other || start + type.PlacementSize <= other || other + seat.Type.PlacementSize <= start))
            {
                return new VgpuSeat(function, type, start, null);
            }
        }

        return null;
    }

    private VgpuSeat? Mig(PciFunction function, VgpuType type, List<VgpuSeat> seats)
    {
        MigProfile profile = MigProfile.Of(function.Card, type);
        MigInstance? idle = function.Gpu.Instances.FirstOrDefault(instance => instance.Profile == profile && seats.All(seat => seat.Instance != instance));
        if (idle is not null)
        {
            return new VgpuSeat(function, type, null, idle);
        }

        List<MigInstance> there = function.Gpu.Instances.Concat(seats.Select(seat => seat.Instance!)).Distinct().ToList();
        return _options.MigInstancesMadeAtPowerOn && MigSpace.Find(there, profile, _options.VgpuPlacementsFromEnd) is { } start
            ? new VgpuSeat(function, type, null, new MigInstance(NextId(there), profile, start) { IsAutomatic = true })
            : null;
    }

    private static int NextId(List<MigInstance> there) => Enumerable.Range(1, there.Count + 1).First(id => there.All(instance => instance.Id != id));

    private IEnumerable<int> InOrder(IEnumerable<int> starts) => _options.VgpuPlacementsFromEnd ? starts.Reverse() : starts;

    private VgpuType? Usable(PciFunction function, VmPassthroughDevice device) => VgpuOffers.Usable(host, function).FirstOrDefault(type => type.Name == device.Vgpu);

    /// <summary>The vGPUs on a GPU: of the VMs that run, and of this VM as far as they were found.</summary>
    private IEnumerable<VgpuSeat> SeatsOn(PciFunction function) => host.SeatsOn(function, vm).Concat(_found.Values.Where(seat => seat.Function == function));
}
