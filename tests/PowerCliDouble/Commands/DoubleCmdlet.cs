using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using VMware.VimAutomation.ViCore.Impl.V1;
using VMware.VimAutomation.ViCore.Impl.V1.Inventory;
using VMware.VimAutomation.ViCore.Impl.V1.VM;
using VMware.VimAutomation.ViCore.Types.V1.Host;
using VMware.VimAutomation.ViCore.Types.V1.Inventory;

namespace VMware.PowerCliDouble.Commands;

public abstract class DoubleCmdlet : PSCmdlet
{
    [Parameter]
    public VIServerImpl[] Server { get; set; }

    protected override void BeginProcessing() => Servers.CheckVariables(SessionState);

    protected IEnumerable<VIServerImpl> Meant() => Server ?? Servers.All.Where(s => s.IsDefault);

    protected static bool Fits(string[] names, string name) =>
        names is null || names.Length == 0 || names.Any(n => WildcardPattern.Get(n, WildcardOptions.IgnoreCase).IsMatch(name));

    private protected static IEnumerable<VMHostImpl> Hosts(VIServerImpl server)
    {
        foreach ((string id, IReadOnlyDictionary<string, string> p) in server.Soap.All("HostSystem", "name", "runtime.connectionState", "runtime.inMaintenanceMode"))
        {
            p.TryGetValue("runtime.inMaintenanceMode", out string maintenance);
            yield return new VMHostImpl
            {
                Id = id,
                Name = p["name"],
                Uid = server.Uid + "VMHost=" + id + "/",
                ConnectionState = p["runtime.connectionState"] switch
                {
                    "connected" => maintenance == "true" ? VMHostState.Maintenance : VMHostState.Connected,
                    "disconnected" => VMHostState.Disconnected,
                    _ => VMHostState.NotResponding,
                },
            };
        }
    }

    private protected static IEnumerable<VirtualMachineBase> Vms(VIServerImpl server, bool isUniversal)
    {
        Dictionary<string, VMHostImpl> hosts = Hosts(server).ToDictionary(h => h.Id);
        foreach ((string id, IReadOnlyDictionary<string, string> p) in server.Soap.All("VirtualMachine", "name", "runtime.powerState", "runtime.host"))
        {
            VirtualMachineBase vm = isUniversal ? new UniversalVirtualMachineImpl() : new VirtualMachineImpl();
            vm.Id = id;
            vm.Name = p["name"];
            vm.Uid = server.Uid + "VirtualMachine=" + id + "/";
            vm.PowerState = (PowerState)Enum.Parse(typeof(PowerState), p["runtime.powerState"], ignoreCase: true);
            vm.VMHost = p.TryGetValue("runtime.host", out string host) && hosts.TryGetValue("HostSystem-" + host, out VMHostImpl found) ? found : null;
            yield return vm;
        }
    }
}
