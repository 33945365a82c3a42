using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>The services of a host, such as SSH.</summary>
internal sealed class HostServiceSystem(MoRef reference, SimulatedInventory inventory, HostSystem host) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names = ["availableField", "serviceInfo", "value"];

    public override MoRef Entity => host.Reference;

    public override IEnumerable<string> PropertyNames => s_names;

    public override object? GetProperty(string name) => name == "serviceInfo" ? HostWire.Services(host) : null;

    protected override object? Invoke(MethodCall call)
    {
        host.RequireConnected();
        if (call.Method == "RefreshServices")
        {
            return null;
        }

        if (call.Method is not ("StartService" or "StopService" or "RestartService" or "UpdateServicePolicy"))
        {
            throw Faults.MethodNotFound(call, Reference);
        }

        string id = call.Arguments.RequiredText("id");
        HostService? service = host.Services.FirstOrDefault(s => s.Key == id);
        if (service is null)
        {
            if (!Refusals.Has(Refusal.UnknownService))
            {
                return null;
            }

            throw new SimulatedFault("NotFound", "The host has no service '" + id + "'.", "vim25-gpu.md 6: NotFound");
        }

        if (call.Method == "UpdateServicePolicy")
        {
            service.Policy = call.Arguments.RequiredText("policy") switch
            {
                "on" or "off" or "automatic" => call.Arguments.RequiredText("policy"),
                _ => throw Faults.InvalidArgument("policy", "A specified parameter was not correct: policy", "vim25-gpu.md 6: policy on, off, automatic"),
            };
        }
        else
        {
            service.IsRunning = call.Method != "StopService";
            if (service is { Key: "xorg", IsRunning: true })
            {
                host.Graphics.XorgRestarted();
            }
        }

        Changed("serviceInfo");
        Inventory.Changed(host, "config");
        return null;
    }
}
