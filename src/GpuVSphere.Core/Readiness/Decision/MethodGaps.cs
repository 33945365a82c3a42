using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.PowerOn;

namespace GpuVSphere.Readiness.Decision;

/// <summary>What a method lacks on a host for what is needed. Pure: from what was read of the hosts.</summary>
internal sealed class MethodGaps
{
    private const ushort Nvidia = 0x10DE;

    private readonly List<MethodGap> _gaps = [];
    private readonly DecisionHost _host;
    private readonly IReadOnlyList<DecisionHost> _all;
    private readonly IReadOnlyList<GpuNeed> _needs;
    private readonly int _count;

    private MethodGaps(DecisionHost host, IReadOnlyList<DecisionHost> all, IReadOnlyList<GpuNeed> needs, int count)
    {
        _host = host;
        _all = all;
        _needs = needs;
        _count = count;
    }

    private GpuHost Host => _host.Host;

    /// <summary>What is missing, on the host that lacks the least. Without a host that has a GPU that is what is missing.</summary>
    /// <param name="method">The method; one that gives GPUs.</param>
    /// <param name="needs">What is needed.</param>
    /// <param name="count">How many GPUs one VM is to have.</param>
    /// <param name="hosts">The hosts that were read.</param>
    public static (IReadOnlyList<MethodGap> Gaps, string? Host, IReadOnlyList<string> Commands) Of(
        GpuMethod method, IReadOnlyList<GpuNeed> needs, int count, IReadOnlyList<DecisionHost> hosts)
    {
        DecisionHost[] withGpus = [.. hosts.Where(host => host.Host.Devices.Count > 0)];
        DecisionHost[] usable = [.. withGpus.Where(host => host.Host.IsConnected)];
        if (usable.Length == 0)
        {
            string text = withGpus.Length == 0 ? "no host that was read has an NVIDIA GPU" : $"no host with a GPU is connected ({string.Join(", ", withGpus.Select(host => host.Host.Name))})";
            return ([new MethodGap(MethodGapKind.Lacking, text)], null, []);
        }

        var best = usable
            .Select(host => new MethodGaps(host, usable, needs, count).Find(method))
            .OrderBy(found => found._gaps.Count(gap => gap.Kind == MethodGapKind.Lacking))
            .ThenBy(found => found._gaps.Count(gap => gap.Kind == MethodGapKind.Change))
            .ThenBy(found => found._gaps.Count)
            .ThenBy(found => found.Host.Name, System.StringComparer.OrdinalIgnoreCase)
            .First();
        bool isHere = best._gaps.All(gap => gap.Kind != MethodGapKind.Lacking);
        string[] commands = isHere ? [.. best._gaps.Select(gap => gap.Command).OfType<string>(), .. best.Give(method)] : [];
        MethodGap[] gaps = [.. best._gaps.OrderBy(gap => gap.Kind switch { MethodGapKind.Lacking => 0, MethodGapKind.Change => 1, _ => 2 })];
        return (gaps, isHere ? best.Host.Name : null, commands);
    }

    private MethodGaps Find(GpuMethod method)
    {
        switch (method)
        {
            case GpuMethod.Passthrough:
                Whole(_count);
                break;
            case GpuMethod.DynamicPassthrough:
                Version(method, "7.0.0", "Dynamic DirectPath I/O");
                Whole(_count);
                break;
            case GpuMethod.Vgpu:
                Vgpu(isMig: false);
                break;
            case GpuMethod.MigVgpu:
                Version(method, "7.0.2", "vGPU on MIG");
                Vgpu(isMig: true);
                break;
            case GpuMethod.FlexDirect:
                FlexDirect();
                break;
        }

        foreach (MethodFact fact in _needs.Select(need => MethodTable.Of(need, method)))
        {
            Version(method, fact.SinceVSphere, fact.Need.ToString());
        }

        if (method is GpuMethod.DynamicPassthrough && _needs.Contains(GpuNeed.HighAvailability))
        {
            Peer(device => device.IsCapable, GpuNeed.HighAvailability);
        }
        else if (method is GpuMethod.Vgpu or GpuMethod.MigVgpu && (_needs.Contains(GpuNeed.VMotion) || _needs.Contains(GpuNeed.HighAvailability)))
        {
            Peer(_ => true, _needs.Contains(GpuNeed.VMotion) ? GpuNeed.VMotion : GpuNeed.HighAvailability);
        }

        return this;
    }

    private void Version(GpuMethod method, string? since, string what)
    {
        if (since is not null && !VsphereLevel.IsAtLeast(Host, since) && _gaps.All(gap => gap.Text.IndexOf(VsphereLevel.Say(since), System.StringComparison.Ordinal) < 0))
        {
            Lacks($"{what} with {method} needs vSphere {VsphereLevel.Say(since)}; {Host.Name} has ESXi {Host.Version}");
        }
    }

    // Whole GPUs of one host: ready, or to be made ready.
    private void Whole(int count)
    {
        GpuDevice[] capable = [.. Host.Devices.Where(device => device.State != PassthroughState.NotCapable)];
        GpuDevice[] free = [.. capable.Where(IsFree)];
        if (capable.Length < count)
        {
            Lacks($"{count} GPU(s) that can be passed through: {Host.Name} has {capable.Length}");
        }
        else if (free.Length < count)
        {
            string holders = string.Join(", ", capable.SelectMany(device => device.Assignments).Select(holder => holder.VmName).Distinct());
            _gaps.Add(new MethodGap(MethodGapKind.Change, $"{count} free GPU(s): {Host.Name} has {free.Length} of {capable.Length} free, the others are held by {holders}"));
        }
        else if (free.Count(device => device.IsActive) < count)
        {
            GpuDevice[] toEnable = [.. free.Where(device => !device.IsActive).Take(count - free.Count(device => device.IsActive))];
            string addresses = string.Join(",", toEnable.Select(device => device.Address.ToString()));
            _gaps.Add(new MethodGap(
                MethodGapKind.Change,
                $"passthrough of {string.Join(", ", toEnable.Select(device => device.Address))} on {Host.Name}{(Host.CanRebindWithoutReboot ? string.Empty : ", with one reboot")}",
                $"Enable-GpuPassthrough -VMHost {Typed.Name(Host.Name)} -Device {addresses}{(Host.CanRebindWithoutReboot ? string.Empty : " -Reboot")}"));
        }
    }

    private void Vgpu(bool isMig)
    {
        string what = isMig ? "GPU that can be divided by MIG" : "GPU that has vGPU types";
        GpuDevice[] fitting = [.. Host.Devices.Where(device => Boards(device).Any(board => !isMig || board.ComputeSlices is not null))];
        if (fitting.Length == 0)
        {
            Lacks($"a {what}: {Host.Name} has {string.Join(", ", Host.Devices.Select(device => device.Model ?? device.Name).Distinct())}");
            return;
        }

        if (_needs.Contains(GpuNeed.UnequalShares) && !isMig && !fitting.Any(device => Boards(device).Any(board => board.UsesSriov)))
        {
            Lacks($"a GPU of Ampere or later for mixed sizes: {Host.Name} has {string.Join(", ", fitting.Select(device => device.Model ?? device.Name).Distinct())}");
        }

        if (fitting.Length < _count)
        {
            Lacks($"{_count} such GPUs on one host: {Host.Name} has {fitting.Length}");
        }

        GpuDevice[] passed = [.. fitting.Where(device => device.IsActive || device.IsEnabled)];
        if (passed.Length > fitting.Length - _count)
        {
            _gaps.Add(new MethodGap(
                MethodGapKind.Change,
                $"{string.Join(", ", passed.Select(device => device.Address))} of {Host.Name} out of passthrough mode",
                $"Disable-GpuPassthrough -VMHost {Typed.Name(Host.Name)} -Device {string.Join(",", passed.Select(device => device.Address.ToString()))} -Reboot"));
        }

        GpuDevice[] kept = passed.Length > fitting.Length - _count ? fitting : [.. fitting.Except(passed)];

        // The driver first: a GPU that no driver serves is basic, and a host without one offers no profile.
        bool hasDriver = _host.OfferedProfiles is { Count: > 0 } || kept.Any(device => device.GraphicsType is "shared" or "sharedDirect");
        bool mustSwitch = kept.All(device => device.GraphicsType != "sharedDirect");
        if (!hasDriver)
        {
            // Both take one reboot together.
            _gaps.Add(new MethodGap(
                MethodGapKind.Change,
                $"NVIDIA's vGPU driver on {Host.Name}{(mustSwitch ? ", with its GPUs Shared Direct" : string.Empty)}{(_host.OfferedProfiles is null ? " (whether it is there could not be read)" : string.Empty)}",
                $"Install-NvidiaVib -VMHost {Typed.Name(Host.Name)} -Path <package>{(mustSwitch ? " -SetGraphicsMode" : string.Empty)} -Reboot"));
        }
        else if (mustSwitch)
        {
            _gaps.Add(new MethodGap(MethodGapKind.Change, $"Shared Direct graphics on the GPUs of {Host.Name}", $"Set-HostGraphicsMode -VMHost {Typed.Name(Host.Name)} -GraphicsType SharedDirect"));
        }

        if (isMig && kept.All(device => device.VgpuMode != "multiInstanceGpu"))
        {
            _gaps.Add(new MethodGap(
                MethodGapKind.Change, $"MIG on {kept[0].Address} of {Host.Name}", $"Set-GpuMig -VMHost {Typed.Name(Host.Name)} -Device {kept[0].Address} -Enabled $true -Reboot"));
        }
        else if (!isMig && _needs.Contains(GpuNeed.UnequalShares) && kept.All(device => device.VgpuMode != "mixedSize"))
        {
            _gaps.Add(new MethodGap(
                MethodGapKind.Change, $"mixed-size mode on {kept[0].Address} of {Host.Name}", $"Set-HostGraphicsMode -VMHost {Typed.Name(Host.Name)} -Device {kept[0].Address} -VgpuMode MixedSize"));
        }

        if (kept.Any(device => device.Assignments.Any(holder => holder.IsRunning)))
        {
            Confirm($"room for one more vGPU on {Host.Name}: Get-GpuCapacity -VMHost {Typed.Name(Host.Name)} -VgpuProfile <profile>");
        }

        Confirm("NVIDIA vGPU licences, and a licence server that the guests reach");
        if (_needs.Contains(GpuNeed.VMotion))
        {
            Confirm("vgpu.hotmigrate.enabled is true in vCenter, and DRS is partially automated or manual for the VM");
        }
    }

    private void FlexDirect()
    {
        Whole(1);
        Confirm("Bitfusion FlexDirect is to be had and licensed: its repositories were archived in 2023");
        Confirm("a network of 10 Gb/s or more between clients and servers, and a server VM with 1.5 times the GPU's memory");
        if (_needs.Contains(GpuNeed.HighAvailability) && _all.Count < 3)
        {
            Lacks($"three hosts with GPUs for FlexDirect servers: {_all.Count} are here");
        }
    }

    // Another host of the same cluster must have the same GPU.
    private void Peer(System.Func<GpuDevice, bool> isUsable, GpuNeed need)
    {
        bool hasPeer = Host.Cluster is not null && _all.Any(other =>
            other.Host.Id != Host.Id
            && other.Host.Cluster == Host.Cluster
            && other.Host.Devices
                .Where(device => isUsable(device) && Host.Devices.Any(own => own.DeviceId == device.DeviceId && own.SubDeviceId == device.SubDeviceId))
                .GroupBy(device => (device.DeviceId, device.SubDeviceId))
                .Any(same => same.Count() >= _count));
        if (!hasPeer)
        {
            Lacks(Host.Cluster is null
                ? $"another host for {need}: {Host.Name} is in no cluster"
                : $"another host with {(_count > 1 ? $"{_count} of the same GPU" : "the same GPU")} for {need}: {Host.ClusterName ?? "the cluster"} has none beside {Host.Name}");
        }
    }

    // The last command: the GPU is given to the VM.
    private IEnumerable<string> Give(GpuMethod method)
    {
        GpuDevice[] devices = [.. Host.Devices.Where(device => device.State != PassthroughState.NotCapable && IsFree(device)).OrderByDescending(device => device.IsActive).Take(_count)];
        string addresses = string.Join(",", devices.Select(device => device.Address.ToString()));
        switch (method)
        {
            case GpuMethod.Passthrough when devices.Length == _count:
                yield return $"Add-VmGpuPassthrough -VM <name> -Device {addresses}";
                break;
            case GpuMethod.DynamicPassthrough when devices.Length == _count:
                yield return $"Add-VmGpuPassthrough -VM <name> -Device {addresses} -Dynamic";
                break;
            case GpuMethod.Vgpu or GpuMethod.MigVgpu:
                yield return $"Get-VgpuProfile -VMHost {Typed.Name(Host.Name)}";
                yield return "Add-VmVgpuProfile -VM <name> -VgpuProfile <profile>" + (_count > 1 ? $" -Count {_count}" : string.Empty);
                break;
            case GpuMethod.FlexDirect when devices.Length > 0:
                yield return $"Add-VmGpuPassthrough -VM <server> -Device {devices[0].Address}";
                break;
        }
    }

    private static bool IsFree(GpuDevice device) => device.Assignments.Count == 0;

    private static IEnumerable<VgpuBoard> Boards(GpuDevice device) => device.VendorId != Nvidia ? [] : VgpuCatalog.InUse
        .FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)
        .Where(board => VgpuCatalog.InUse.TypesOf(board.Name).Count > 0);

    private void Lacks(string text) => _gaps.Add(new MethodGap(MethodGapKind.Lacking, text));

    private void Confirm(string text) => _gaps.Add(new MethodGap(MethodGapKind.Confirm, text));
}
