using System;
using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Session;

/// <summary>Names seen by the last reads, for completion, which does no I/O of its own.</summary>
internal sealed class LastRead
{
    private readonly object _gate = new();
    private readonly SortedDictionary<string, string> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, string> _clusters = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, string> _vms = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, string> _vgpuProfiles = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, string> _deviceGroups = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, string> _migProfiles = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedDictionary<string, string> _vibs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IReadOnlyList<GpuDevice>> _devices = new(StringComparer.OrdinalIgnoreCase);

    public void Take(GpuInventory inventory)
    {
        lock (_gate)
        {
            foreach (GpuHost host in inventory.Hosts)
            {
                _hosts[host.Name] = $"ESXi {host.Version}, {host.Devices.Count} GPU(s), {host.ConnectionState}";
                _devices[host.Name] = host.Devices;
                if (host.ClusterName is { } cluster)
                {
                    _clusters[cluster] = $"cluster on {host.ServerName}";
                }
            }

            foreach (GpuVm vm in inventory.Vms)
            {
                _vms[vm.Name] = $"{vm.PowerState} on {vm.HostName}";
                foreach (VmGpu device in vm.PciDevices)
                {
                    if (device.DeviceGroup is { } group)
                    {
                        _deviceGroups[group] = $"as {vm.Name} on {vm.HostName} has it";
                    }
                }
            }
        }
    }

    public void Take(IReadOnlyList<VgpuHost> hosts)
    {
        lock (_gate)
        {
            foreach (VgpuHost host in hosts)
            {
                foreach (string profile in host.OfferedProfiles ?? [])
                {
                    _vgpuProfiles[profile] = VgpuCatalog.InUse.FindType(profile) is { } type
                        ? $"{type.MemoryMB} MB, {type.Licence}; offered by {host.Host.Name}"
                        : $"offered by {host.Host.Name}";
                }
            }
        }
    }

    public void Take(IReadOnlyList<GpuMig> gpus)
    {
        lock (_gate)
        {
            foreach (GpuMig gpu in gpus)
            {
                foreach (MigProfile profile in gpu.Profiles)
                {
                    _migProfiles[profile.Name] = $"{profile.MemoryGB} GB, {profile.Free} of {profile.Total} more on {gpu.Address} of {gpu.HostName}";
                }
            }
        }
    }

    public void Take(IReadOnlyList<NvidiaVib> vibs)
    {
        lock (_gate)
        {
            foreach (NvidiaVib vib in vibs)
            {
                _vibs[vib.Name] = $"{vib.Version} on {vib.HostName}";
            }
        }
    }

    public IReadOnlyList<KeyValuePair<string, string>> DeviceGroups => Copy(_deviceGroups);

    public IReadOnlyList<KeyValuePair<string, string>> MigProfiles => Copy(_migProfiles);

    public IReadOnlyList<KeyValuePair<string, string>> Vibs => Copy(_vibs);

    public IReadOnlyList<KeyValuePair<string, string>> VgpuProfiles => Copy(_vgpuProfiles);

    public IReadOnlyList<KeyValuePair<string, string>> Hosts => Copy(_hosts);

    public IReadOnlyList<KeyValuePair<string, string>> Clusters => Copy(_clusters);

    public IReadOnlyList<KeyValuePair<string, string>> Vms => Copy(_vms);

    /// <summary>The devices of the named hosts, or of all hosts when none is named.</summary>
    public IReadOnlyList<GpuDevice> DevicesOf(IReadOnlyCollection<string> hosts)
    {
        lock (_gate)
        {
            List<GpuDevice> found = [];
            foreach (KeyValuePair<string, IReadOnlyList<GpuDevice>> entry in _devices)
            {
                bool isMeant = hosts.Count == 0;
                foreach (string host in hosts)
                {
                    isMeant |= string.Equals(host, entry.Key, StringComparison.OrdinalIgnoreCase);
                }

                if (isMeant)
                {
                    found.AddRange(entry.Value);
                }
            }

            return found;
        }
    }

    private KeyValuePair<string, string>[] Copy(SortedDictionary<string, string> names)
    {
        lock (_gate)
        {
            KeyValuePair<string, string>[] copy = new KeyValuePair<string, string>[names.Count];
            names.CopyTo(copy, 0);
            return copy;
        }
    }
}
