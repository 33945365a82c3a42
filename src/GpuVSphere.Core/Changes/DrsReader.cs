using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>Reads what DRS does in clusters.</summary>
public static class DrsReader
{
    /// <summary>Reads the DRS settings of clusters.</summary>
    /// <param name="session">The session.</param>
    /// <param name="clusters">The clusters.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The settings by cluster; a cluster that does not tell them is left out, and counts as one without DRS.</returns>
    public static async Task<IReadOnlyDictionary<ManagedObjectReference, DrsSettings>> ReadAsync(
        VimSession session, IEnumerable<ManagedObjectReference> clusters, CancellationToken cancellationToken)
    {
        Dictionary<ManagedObjectReference, DrsSettings> found = [];
        ManagedObjectReference[] asked = clusters.Where(cluster => cluster.Type == "ClusterComputeResource").Distinct().ToArray();
        if (asked.Length == 0)
        {
            return found;
        }

        try
        {
            await session.RetrieveAsync(
                [PropertyQuery.Of(asked, "configurationEx")],
                cluster => new DelegateObjectReader((_, value) => found[cluster] = Read(value)),
                cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (fault.FaultType == "InvalidProperty")
        {
            // Not a vCenter as we know it: then nobody moves VMs but the user.
        }

        return found;
    }

    /// <summary>Reads a cluster's <c>configurationEx</c>.</summary>
    internal static DrsSettings Read(VimReader configuration)
    {
        bool isEnabled = false;
        bool overridesCount = true;
        DrsAutomation automation = DrsAutomation.Manual;
        List<KeyValuePair<string, string>> options = [];
        Dictionary<ManagedObjectReference, (bool IsEnabled, DrsAutomation? Level)> vms = [];
        while (configuration.NextChild())
        {
            switch (configuration.Name)
            {
                case "drsConfig":
                    VimReader drs = configuration.Object();
                    while (drs.NextChild())
                    {
                        switch (drs.Name)
                        {
                            case "enabled": isEnabled = drs.Boolean(); break;
                            case "enableVmBehaviorOverrides": overridesCount = drs.Boolean(); break;
                            case "defaultVmBehavior": automation = DrsSettings.ReadLevel(drs.String()); break;
                            case "option": ReadOption(drs.Object(), options); break;
                        }
                    }

                    break;
                case "drsVmConfig":
                    ReadVm(configuration.Object(), vms);
                    break;
            }
        }

        // A VM that has nothing of its own but that DRS is on for it follows the cluster.
        Dictionary<ManagedObjectReference, DrsAutomation?> levels = vms
            .Where(vm => isEnabled && overridesCount && (!vm.Value.IsEnabled || vm.Value.Level is not null))
            .ToDictionary(vm => vm.Key, vm => vm.Value.IsEnabled ? vm.Value.Level : null);
        return new DrsSettings(
            isEnabled && automation == DrsAutomation.FullyAutomated, levels.ToDictionary(vm => vm.Key, vm => vm.Value == DrsAutomation.FullyAutomated))
        {
            IsEnabled = isEnabled,
            Automation = automation,
            VmLevels = levels,
            Options = options,
        };
    }

    private static void ReadOption(VimReader option, List<KeyValuePair<string, string>> options)
    {
        string key = string.Empty, value = string.Empty;
        while (option.NextChild())
        {
            switch (option.Name)
            {
                case "key": key = option.String(); break;
                case "value": value = option.String(); break;
            }
        }

        options.Add(new KeyValuePair<string, string>(key, value));
    }

    private static void ReadVm(VimReader vm, Dictionary<ManagedObjectReference, (bool IsEnabled, DrsAutomation? Level)> vms)
    {
        ManagedObjectReference key = default;
        bool isEnabled = true;
        DrsAutomation? level = null;
        while (vm.NextChild())
        {
            switch (vm.Name)
            {
                case "key": key = vm.Reference(); break;
                case "enabled": isEnabled = vm.Boolean(); break;
                case "behavior": level = DrsSettings.ReadLevel(vm.String()); break;
            }
        }

        if (!key.IsEmpty)
        {
            vms[key] = (isEnabled, level);
        }
    }
}
