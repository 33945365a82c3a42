using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Passthrough;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The GPUs that VMs are to get by passthrough, as they were typed or piped: to give them, or to ask beforehand whether they can be given.</summary>
/// <param name="DeviceIds">Ids of which any will do; null when devices are named.</param>
/// <param name="Label">The label that a device asked for by ids must carry, or null.</param>
/// <param name="Count">How many of the ids.</param>
/// <param name="IsDynamic">Whether any device like the one that is named will do.</param>
/// <param name="Options">How far the change may go.</param>
internal sealed record PassthroughWish(IReadOnlyList<string>? DeviceIds, string? Label, int Count, bool IsDynamic, VmChangeOptions Options)
{
    private const ushort NvidiaVendorId = 0x10de;

    /// <summary>The intent for VMs with the devices of their groups; null after writing why none of the VMs is left.</summary>
    /// <exception cref="GpuVSphereException">MalformedDeviceId.</exception>
    public async Task<ChangeIntent?> IntentAsync(
        IReadOnlyList<(NamedVm Vm, TargetGroup Group)> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken)
    {
        if (DeviceIds is not null)
        {
            VmGpuSelector any = VmGpuSelector.Of(new DynamicGpuRequest([.. DeviceIds.Select(ParseId)], Label), Count);
            return PassthroughIntents.AddToVm(vms.Select(one => PassthroughIntents.Target(one.Vm.Vm)), [any], Options);
        }

        // Objects know their host, and -Dynamic needs the ids: for both the VMs are read with their hosts.
        bool isRead = IsDynamic || vms.Any(one => one.Group.Devices.Any(device => device.Host is not null));
        Dictionary<Vim.VimObjectId, (GpuVm Vm, GpuInventory Inventory)> read = isRead
            ? (await reader.ReadVmsAsync([.. vms.Select(one => one.Vm).GroupBy(vm => vm.Vm.Id).Select(same => same.First())], cancellationToken).ConfigureAwait(false))
                .ToDictionary(one => one.Meant.Vm.Id, one => (one.Vm, one.Inventory))
            : [];
        List<KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>> wanted = [];
        foreach ((NamedVm vm, TargetGroup group) in vms)
        {
            List<VmGpuSelector> selectors = [];
            bool isComplete = !isRead || read.ContainsKey(vm.Vm.Id);
            foreach (DeviceIdentity device in isComplete ? group.Devices : [])
            {
                if (isRead && !VmChangeCmdlet.IsReachable(device, read[vm.Vm.Id].Vm, relay))
                {
                    isComplete = false;
                    continue;
                }

                try
                {
                    selectors.AddRange(IsDynamic ? Requests(device, read[vm.Vm.Id]) : [VmGpuSelector.Of(DeviceSelector.Parse(device.Text))]);
                }
                catch (GpuVSphereException error)
                {
                    relay.Error(error);
                    isComplete = false;
                }
            }

            // A VM gets all that was asked for, or is left alone.
            if (isComplete)
            {
                wanted.Add(new KeyValuePair<PlanTarget, IReadOnlyList<VmGpuSelector>>(PassthroughIntents.Target(vm.Vm), selectors));
            }
        }

        return wanted.Count == 0 ? null : PassthroughIntents.AddToVm(wanted, Options);
    }

    private static PciIdMatch ParseId(string text)
    {
        string[] parts = text.Trim().Split(':');
        ushort[] ids = [.. parts.Select(part => ushort.TryParse(
            part.StartsWith("0x", System.StringComparison.OrdinalIgnoreCase) ? part.Substring(2) : part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort id) ? id : (ushort)0)];
        return ids.All(id => id != 0) && ids.Length is 1 or 2 or 4
            ? ids.Length switch
            {
                1 => new PciIdMatch(NvidiaVendorId, ids[0]),
                2 => new PciIdMatch(ids[0], ids[1]),
                _ => new PciIdMatch(ids[0], ids[1], ids[2], ids[3]),
            }
            : throw new GpuVSphereException(
                "MalformedDeviceId",
                GpuErrorCategory.InvalidArgument,
                $"'{text}' is no PCI id: vendor and device are four hexadecimal digits each.",
                text,
                "Write it like 10de:20b5; Get-GpuDevice | Format-List shows the ids.");
    }

    private IEnumerable<VmGpuSelector> Requests(DeviceIdentity device, (GpuVm Vm, GpuInventory Inventory) read)
    {
        GpuHost host = read.Inventory.Hosts.FirstOrDefault(candidate => candidate.Id.Reference == read.Vm.Host) ?? throw new GpuVSphereException(
            "HostNotFound",
            GpuErrorCategory.ObjectNotFound,
            $"The host of {read.Vm.Name} is not to be seen, so the ids of its GPUs are not known.",
            read.Vm.Name,
            "Give the ids: -DeviceId 10de:20b5");
        return DeviceSelector.Parse(device.Text).Resolve(host).Select(found => VmGpuSelector.Of(new DynamicGpuRequest([new PciIdMatch(found.VendorId, found.DeviceId)], Label ?? found.Label)));
    }
}
