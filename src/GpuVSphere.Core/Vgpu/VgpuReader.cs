using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>
/// Reads what hosts offer for vGPU: one call for the properties of all hosts, and one for each kind of host that the driver is asked about its profiles
/// (hosts with the same offer and the same GPUs are one kind). What a version lacks, and what may not be read, is absent and no error.
/// </summary>
public static class VgpuReader
{
    private const uint LowHalf = 0xFFFF;

    /// <summary>Reads hosts.</summary>
    /// <param name="session">The server.</param>
    /// <param name="inventory">What was read of it already: the hosts, and the VMs on them.</param>
    /// <param name="hosts">The hosts meant, all of the inventory.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>One entry for each host, in the order given; a host without NVIDIA GPUs is there too.</returns>
    /// <exception cref="GpuVSphereException">The server cannot be reached, or the session has ended.</exception>
    public static async Task<IReadOnlyList<VgpuHost>> ReadAsync(
        VimSession session, GpuInventory inventory, IReadOnlyList<GpuHost> hosts, CancellationToken cancellationToken)
    {
        var records = hosts.ToDictionary(host => host.Id.Reference, host => new Record(host));
        ManagedObjectReference[] withGpus = [.. hosts.Where(host => host.Devices.Count > 0 && host.IsConnected).Select(host => host.Id.Reference)];
        List<string> paths = ["configManager.graphicsManager", "config.graphicsConfig", "config.sharedPassthruGpuTypes"];
        if (session.ApiVersion.IsAtLeast(6, 7))
        {
            paths.Add("config.sharedGpuCapabilities");
        }

        await session.RetrieveAsync(
            [PropertyQuery.Of(withGpus, [.. paths])], reference => records.TryGetValue(reference, out Record? record) ? record : null, cancellationToken).ConfigureAwait(false);
        await ReadProfilesAsync(session, records.Values, cancellationToken).ConfigureAwait(false);

        ILookup<ManagedObjectReference, GpuVm> vms = inventory.Vms
            .Where(vm => vm.Host is not null && vm.PciDevices.Any(device => device.Kind == VmGpuKind.Vgpu))
            .ToLookup(vm => vm.Host!.Value);
        return [.. hosts.Select(host => records[host.Id.Reference].Finish([.. vms[host.Id.Reference]]))];
    }

    private static async Task ReadProfilesAsync(VimSession session, IEnumerable<Record> records, CancellationToken cancellationToken)
    {
        if (!session.ApiVersion.IsAtLeast(7, 0, 3))
        {
            return;
        }

        IEnumerable<IGrouping<string, Record>> kinds = records
            .Where(record => !record.Manager.IsEmpty && record.Offered is { Count: > 0 } && new ApiVersion(record.Host.Version).IsAtLeast(7, 0, 3))
            .GroupBy(record => record.Kind);
        foreach (IGrouping<string, Record> kind in kinds)
        {
            try
            {
                IReadOnlyList<VgpuProfileInfo> infos = await session.CallListAsync(
                    kind.First().Manager, "RetrieveVgpuProfileInfo", null, ReadInfo, cancellationToken).ConfigureAwait(false);
                foreach (Record record in kind)
                {
                    record.Infos = infos;
                }
            }
            catch (VimFaultException)
            {
                // The catalogue knows the profiles too; only those that are newer than it stay unknown.
            }
        }
    }

    private static VgpuProfileInfo ReadInfo(VimReader info)
    {
        string name = string.Empty;
        long ids = 0, memory = 0;
        bool isMig = false, isCompute = false;
        List<VgpuStunTime> stuns = [];
        while (info.NextChild())
        {
            switch (info.Name)
            {
                case "profileName": name = info.String(); break;
                case "deviceVendorId": ids = info.Int64(); break;
                case "fbSizeInGib": memory = info.Int64(); break;
                case "profileSharing": isMig = info.String() == "mig"; break;
                case "profileClass": isCompute = info.String() == "compute"; break;
                case "stunTimeEstimates": stuns.Add(ReadStun(info.Object())); break;
            }
        }

        // The vendor is in the low half.
        return new VgpuProfileInfo(name, (ushort)(ids & LowHalf), (ushort)((ids >> 16) & LowHalf), memory, isMig, isCompute) { StunTimes = stuns.Count == 0 ? [] : stuns.ToArray() };
    }

    private static VgpuStunTime ReadStun(VimReader stun)
    {
        long bandwidth = 0, seconds = 0;
        while (stun.NextChild())
        {
            switch (stun.Name)
            {
                case "migrationBW": bandwidth = stun.Int64(); break;
                case "stunTime": seconds = stun.Int64(); break;
            }
        }

        return new VgpuStunTime(bandwidth, seconds);
    }

    private sealed class Record(GpuHost host) : IObjectReader
    {
        private readonly Dictionary<string, SharedGpuCapabilities> _capabilities = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<PciAddress, string> _types = [];
        private string? _defaultType;
        private string? _policy;
        private bool _isForbidden;
        private bool _isRead;

        public GpuHost Host { get; } = host;

        public ManagedObjectReference Manager { get; private set; }

        public IReadOnlyList<string>? Offered { get; private set; }

        public IReadOnlyList<VgpuProfileInfo> Infos { get; set; } = [];

        /// <summary>What hosts have in common that are alike for their drivers: the version, the offer and the GPUs.</summary>
        public string Kind => string.Join(" ", [
            Host.Build,
            .. (Offered ?? []).OrderBy(name => name, StringComparer.Ordinal),
            .. Host.Devices.Select(device => device.DeviceId.ToString("x4", CultureInfo.InvariantCulture)).Distinct().OrderBy(id => id, StringComparer.Ordinal),
        ]);

        public void Property(string path, VimReader value)
        {
            _isRead = true;
            switch (path)
            {
                case "configManager.graphicsManager": Manager = value.Reference(); break;
                case "config.sharedPassthruGpuTypes": Offered = [.. value.Strings().Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)]; break;
                case "config.sharedGpuCapabilities": ReadCapabilities(value.Object()); break;
                case "config.graphicsConfig": ReadConfig(value.Object()); break;
            }
        }

        public void Missing(string path, VimFaultException fault) => _isForbidden |= path == "config.sharedPassthruGpuTypes";

        public void End()
        {
        }

        public VgpuHost Finish(IReadOnlyList<GpuVm> vms)
        {
            var configured = new Dictionary<PciAddress, string>();
            foreach (GpuDevice device in Host.Devices)
            {
                // The host's default is for the devices that are not named.
                if (_types.TryGetValue(device.Address, out string? type) || (type = _defaultType) is not null)
                {
                    configured[device.Address] = type;
                }
            }

            return new VgpuHost
            {
                Host = Host,

                // A property that is not set does not come at all: a host that was read and says nothing offers nothing.
                OfferedProfiles = Offered ?? (_isRead && !_isForbidden ? [] : null),
                AssignmentPolicy = _policy,
                ConfiguredTypes = configured,
                Capabilities = _capabilities,
                ProfileInfos = Infos,
                Vms = vms,
            };
        }

        private void ReadCapabilities(VimReader array)
        {
            while (array.NextChild())
            {
                string name = string.Empty;
                bool migrate = false, suspend = false, disk = false, memory = false;
                VimReader capabilities = array.Object();
                while (capabilities.NextChild())
                {
                    switch (capabilities.Name)
                    {
                        case "vgpu": name = capabilities.String(); break;
                        case "migrateSupported": migrate = capabilities.Boolean(); break;
                        case "suspendSupported": suspend = capabilities.Boolean(); break;
                        case "diskSnapshotSupported": disk = capabilities.Boolean(); break;
                        case "memorySnapshotSupported": memory = capabilities.Boolean(); break;
                    }
                }

                _capabilities[name] = new SharedGpuCapabilities(migrate, suspend, disk, memory);
            }
        }

        private void ReadConfig(VimReader config)
        {
            while (config.NextChild())
            {
                switch (config.Name)
                {
                    case "hostDefaultGraphicsType": _defaultType = config.String(); break;
                    case "sharedPassthruAssignmentPolicy": _policy = config.String(); break;
                    case "deviceType":
                        ReadDeviceType(config.Object());
                        break;
                }
            }
        }

        private void ReadDeviceType(VimReader device)
        {
            PciAddress? address = null;
            string type = string.Empty;
            while (device.NextChild())
            {
                switch (device.Name)
                {
                    case "deviceId": address = PciText.FindAddress(device.String()); break;
                    case "graphicsType": type = device.String(); break;
                }
            }

            if (address is { } at && type.Length > 0)
            {
                _types[at] = type;
            }
        }
    }
}
