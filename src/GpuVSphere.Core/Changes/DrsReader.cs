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

    private static DrsSettings Read(VimReader configuration)
    {
        bool isEnabled = false;
        bool isAutomatic = false;
        bool overridesCount = true;
        Dictionary<ManagedObjectReference, bool> overrides = [];
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
                            case "defaultVmBehavior": isAutomatic = drs.String() == "fullyAutomated"; break;
                        }
                    }

                    break;
                case "drsVmConfig":
                    VimReader vm = configuration.Object();
                    ManagedObjectReference key = default;
                    bool moves = true;
                    string? behavior = null;
                    while (vm.NextChild())
                    {
                        switch (vm.Name)
                        {
                            case "key": key = vm.Reference(); break;
                            case "enabled": moves = vm.Boolean(); break;
                            case "behavior": behavior = vm.String(); break;
                        }
                    }

                    if (!key.IsEmpty && (!moves || behavior is not null))
                    {
                        overrides[key] = moves && behavior == "fullyAutomated";
                    }

                    break;
            }
        }

        if (!isEnabled || !overridesCount)
        {
            overrides.Clear();
        }

        return new DrsSettings(isEnabled && isAutomatic, overrides);
    }
}
