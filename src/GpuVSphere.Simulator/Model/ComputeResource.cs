using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using GpuVSphere.Simulator.Model.Software;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A cluster, or the compute resource of a single host.</summary>
internal sealed class ComputeResource(MoRef reference, SimulatedInventory inventory, string name) : ManagedEntity(reference, inventory, name)
{
    private static readonly string[] s_own = ["configurationEx", "datastore", "environmentBrowser", "host", "lifecycleManaged", "network", "resourcePool", "summary"];
    private static readonly string[] s_cluster = [.. s_own, "configuration"];

    private readonly List<HostSystem> _hosts = [];

    /// <summary>What DRS is set to; of no use to the compute resource of a single host.</summary>
    public ClusterDrs Drs { get; } = new(inventory);

    /// <summary>Whether one image is kept on all its hosts (7.0+): what the image lacks, its next remediation removes.</summary>
    public bool IsImageManaged { get; init; }

    /// <summary>The components of the image besides the base.</summary>
    public List<VibPackage> Image { get; } = [];

    public bool IsCluster => Reference.Type == "ClusterComputeResource";

    public IReadOnlyList<HostSystem> Hosts => _hosts;

    public ResourcePool Pool { get; set; } = null!;

    public EnvironmentBrowser Browser { get; set; } = null!;

    protected override IReadOnlyList<string> OwnProperties => IsCluster ? s_cluster : s_own;

    public void Add(HostSystem host)
    {
        host.Parent = this;
        _hosts.Add(host);
    }

    /// <summary>Brings the hosts to the image, through their reboots: packages of other vendors that it lacks go, what it has comes.</summary>
    public void Remediate()
    {
        foreach (HostSystem host in _hosts.Where(host => host.IsAvailable))
        {
            host.Software.Drop(vib => vib.Vendor != "VMware" && Image.All(package => package.Id != vib.Id));
            foreach (VibPackage package in Image.Where(package => host.Vibs.All(vib => vib.Id != package.Id)))
            {
                host.Software.Put(package);
            }

            host.Maintenance.Restarted();
        }
    }

    protected override object? GetOwnProperty(string name) => name switch
    {
        "host" => Wire.References(_hosts),
        "lifecycleManaged" => IsImageManaged,
        "resourcePool" => Pool.Reference,
        "environmentBrowser" => Browser.Reference,
        "datastore" => Wire.References(Inventory.Datastores),
        "network" => Wire.References(Inventory.Networks),
        "summary" => Summary(),
        "configurationEx" => ConfigurationEx(),
        "configuration" => Wire.Of("ClusterConfigInfo").With("dasConfig", DasConfig()).With("drsConfig", Drs.Config()),
        _ => null,
    };

    /// <summary>The cluster was configured anew.</summary>
    public void Reconfigured() => Changed("configurationEx", "configuration");

    protected override object? Invoke(MethodCall call)
    {
        if (call.Method != "ReconfigureComputeResource_Task")
        {
            return base.Invoke(call);
        }

        DataObject spec = call.Arguments.Object("spec") ?? new DataObject(string.Empty);
        bool modify = call.Arguments.Boolean("modify") ?? false;
        return StartTask(call, "ComputeResource.reconfigureEx", async _ =>
        {
            await Inventory.DelayAsync(TimeSpan.FromSeconds(2), CancellationToken.None).ConfigureAwait(false);
            lock (Inventory.Gate)
            {
                Drs.Apply(spec, modify);
                Reconfigured();
            }

            return null;
        });
    }

    private DataObject Summary()
    {
        List<HostSystem> effective = _hosts.Where(host => host.IsAvailable && !host.IsInMaintenance).ToList();
        return Wire.Of(IsCluster ? "ClusterComputeResourceSummary" : "ComputeResourceSummary")
            .With("totalCpu", _hosts.Count * HostSystem.CpuCores * HostSystem.CpuMhz)
            .With("totalMemory", _hosts.Sum(host => host.MemoryBytes))
            .With("numCpuCores", (short)(_hosts.Count * HostSystem.CpuCores))
            .With("numCpuThreads", (short)(_hosts.Count * HostSystem.CpuCores * 2))
            .With("effectiveCpu", effective.Count * HostSystem.CpuCores * HostSystem.CpuMhz)
            .With("effectiveMemory", effective.Sum(host => host.MemoryBytes) / (1024 * 1024))
            .With("numHosts", _hosts.Count)
            .With("numEffectiveHosts", effective.Count)
            .With("overallStatus", "green");
    }

    private DataObject ConfigurationEx()
    {
        DataObject config = Wire.Of(IsCluster ? "ClusterConfigInfoEx" : "ComputeResourceConfigInfo")
            .With("vmSwapPlacement", "vmDirectory")
            .With("spbmEnabled", false);
        return IsCluster ? config.With("dasConfig", DasConfig()).With("drsConfig", Drs.Config()).With("drsVmConfig", Drs.Overrides.Count == 0 ? null : Drs.VmConfigs()) : config;
    }

    private static DataObject DasConfig() => Wire.Of("ClusterDasConfigInfo").With("enabled", false).With("hostMonitoring", "enabled").With("admissionControlEnabled", false);
}
