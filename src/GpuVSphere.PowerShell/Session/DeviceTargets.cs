using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Commands;

namespace GpuVSphere.PowerShell.Session;

/// <summary>The GPUs that host cmdlets mean, read now.</summary>
internal static class DeviceTargets
{
    /// <summary>
    /// The GPUs of each group: of its hosts those that its devices name, or all when it names none. A device that a host does not have is
    /// an error when the host was named; of a cluster or a wildcard's matches, when none of them has it. With <paramref name="explains"/>
    /// it is said of a host why it shows no GPU, or old ones;
    /// with <paramref name="requires"/> a named host without a GPU is an error, since silence would look as if it had been changed.
    /// </summary>
    public static async Task<IReadOnlyList<(GpuHost Host, GpuDevice Device)>> ReadAsync(
        TargetReader reader, IReadOnlyList<TargetGroup> groups, PipelineRelay relay, CancellationToken cancellationToken, bool explains = false, bool requires = false)
    {
        List<(TargetGroup Group, IReadOnlyList<NamedHost> Hosts)> resolved = [];
        foreach (TargetGroup group in groups)
        {
            HostIdentity[] hosts = [.. group.Hosts.Concat(group.Devices.Select(device => device.Host).OfType<HostIdentity>())];
            resolved.Add((group, await reader.HostsAsync(hosts, cancellationToken).ConfigureAwait(false)));
        }

        IReadOnlyList<(NamedHost Meant, GpuHost Host)> read = await reader.ReadHostsAsync(
            [.. resolved.SelectMany(one => one.Hosts).GroupBy(host => host.Host.Id).Select(same => same.First())], cancellationToken).ConfigureAwait(false);
        Dictionary<Vim.VimObjectId, GpuHost> byId = read.ToDictionary(one => one.Host.Id, one => one.Host);
        List<(GpuHost Host, GpuDevice Device)> devices = [];
        List<GpuHost> shown = [];
        foreach ((TargetGroup group, IReadOnlyList<NamedHost> hosts) in resolved)
        {
            List<(NamedHost Meant, GpuHost Host)> present = [.. hosts.Where(host => byId.ContainsKey(host.Host.Id)).Select(host => (host, byId[host.Host.Id]))];
            if (group.Devices.Count == 0)
            {
                shown.AddRange(present.Select(one => one.Host));
                if (requires)
                {
                    RequireGpus(present, reader);
                }

                devices.AddRange(present.SelectMany(one => one.Host.Devices.Select(device => (one.Host, device))));
                continue;
            }

            foreach (DeviceIdentity identity in group.Devices)
            {
                Choose(identity, present, devices, reader);
            }
        }

        if (explains)
        {
            // Of a host that lacks the device that was asked for, the error has said it.
            foreach (GpuHost host in shown.Concat(devices.Select(one => one.Host)).GroupBy(host => host.Id).Select(same => same.First()))
            {
                Explain(host, relay);
            }
        }

        return [.. devices.GroupBy(one => (one.Device.HostId, one.Device.Address)).Select(same => same.First())];
    }

    // Of a cluster or a wildcard's matches, those without a GPU are not meant, unless all are without.
    private static void RequireGpus(List<(NamedHost Meant, GpuHost Host)> hosts, TargetReader reader)
    {
        List<GpuHost> bare = [.. hosts.Where(one => one.Host.Devices.Count == 0).Select(one => one.Host)];
        bool isNone = hosts.Count > 0 && bare.Count == hosts.Count && !hosts.Exists(one => one.Meant.IsNamed);
        if (isNone && bare.Count > 1 && bare.TrueForAll(host => host.IsConnected))
        {
            reader.Error(new GpuVSphereException(
                "HostWithoutGpu", GpuErrorCategory.ObjectNotFound, $"None of the {bare.Count} hosts has an NVIDIA GPU.", null, "Get-GpuDevice lists the hosts that have one."));
            return;
        }

        foreach (GpuHost host in hosts.Where(one => one.Host.Devices.Count == 0 && (one.Meant.IsNamed || isNone)).Select(one => one.Host))
        {
            reader.Error(host.IsConnected
                ? new GpuVSphereException(
                    "HostWithoutGpu", GpuErrorCategory.ObjectNotFound, $"{host.Name} has no NVIDIA GPU.", host.Name, "Get-GpuDevice lists the hosts that have one.")
                : new GpuVSphereException(
                    "HostNotConnected",
                    GpuErrorCategory.InvalidState,
                    $"{host.Name} is {(host.ConnectionState == "notResponding" ? "not responding" : host.ConnectionState)}, and its GPUs are not known.",
                    host.Name,
                    "Wait for it if it is rebooting, else reconnect it in vCenter; then run the command again."));
        }
    }

    // An empty answer does not tell a host that is away from one that has no GPU.
    private static void Explain(GpuHost host, PipelineRelay relay)
    {
        if (!host.IsConnected)
        {
            relay.Warning(
                $"{host.Name} is {(host.ConnectionState == "notResponding" ? "not responding" : host.ConnectionState)}: its GPUs cannot be read (what is shown may be old)."
                + $" Reconnect it in vCenter, then run Get-GpuDevice -VMHost {Typed.Name(host.Name)} again.");
        }
        else if (host.Devices.Count == 0)
        {
            relay.Verbose($"{host.Name} is connected and has no NVIDIA GPU.");
        }
    }

    private static void Choose(
        DeviceIdentity identity, List<(NamedHost Meant, GpuHost Host)> hosts, List<(GpuHost Host, GpuDevice Device)> devices, TargetReader reader)
    {
        DeviceSelector selector;
        try
        {
            selector = DeviceSelector.Parse(identity.Text);
        }
        catch (GpuVSphereException error)
        {
            reader.Error(error);
            return;
        }

        int before = devices.Count;
        List<GpuVSphereException> misses = [];
        foreach ((NamedHost meant, GpuHost host) in hosts.Where(one => IsOn(identity, one.Meant)))
        {
            try
            {
                devices.AddRange(selector.Resolve(host).Select(device => (host, device)));
            }
            catch (GpuVSphereException error)
            {
                misses.Add(error);
                if (meant.IsNamed)
                {
                    reader.Error(error);
                    before = -1;
                }
            }
        }

        if (devices.Count == before && misses.Count > 0)
        {
            reader.Error(misses.Count == 1 ? misses[0] : new GpuVSphereException(
                "DeviceNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"None of the {misses.Count} hosts has a GPU {identity.Text}.",
                identity.Text,
                "Get-GpuDevice lists the GPUs with their addresses and labels."));
        }
    }

    // A device object is meant on its own host, whatever other hosts are named beside it.
    private static bool IsOn(DeviceIdentity identity, NamedHost host) =>
        identity.Host is not { } own || (own.Reference is { } reference ? host.Host.Id.Reference == reference : own.Name == host.Host.Name);
}
