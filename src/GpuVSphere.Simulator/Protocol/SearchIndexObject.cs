using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Finds inventory objects by path, name, UUID or address.</summary>
internal sealed class SearchIndexObject(SimulatedServer server, MoRef reference) : ProtocolObject(server, reference)
{
    protected override object? Invoke(MethodCall call)
    {
        DataObject arguments = call.Arguments;
        bool isVm = arguments.Boolean("vmSearch") ?? false;
        switch (call.Method)
        {
            case "FindByInventoryPath":
                return FindByPath(arguments.RequiredText("inventoryPath"));
            case "FindChild":
                MoRef parent = arguments.RequiredReference("entity");
                return Child(Server.Find(parent) ?? throw SimulatedServer.NotFound(parent), arguments.RequiredText("name"))?.Reference;
            case "FindByUuid":
                return ByUuid(arguments, isVm).FirstOrDefault();
            case "FindAllByUuid":
                return ByUuid(arguments, isVm).ToList();
            case "FindByDnsName":
                return ByDnsName(arguments, isVm).FirstOrDefault();
            case "FindAllByDnsName":
                return ByDnsName(arguments, isVm).ToList();
            case "FindByIp":
                return ByText(arguments, isVm, isVm ? "guest.ipAddress" : "config.network.vnic", "ip").FirstOrDefault();
            case "FindAllByIp":
                return ByText(arguments, isVm, isVm ? "guest.ipAddress" : "config.network.vnic", "ip").ToList();
            case "FindByDatastorePath":
                return ByText(arguments, true, "summary.config.vmPathName", "path").FirstOrDefault();
            default:
                return base.Invoke(call);
        }
    }

    private object? FindByPath(string path)
    {
        ManagedObject? found = Server.Find(Server.Profile.RootFolder);
        foreach (string name in path.Trim('/').Split('/'))
        {
            found = found is null ? null : Child(found, Uri.UnescapeDataString(name));
        }

        return found?.Reference;
    }

    private ManagedObject? Child(ManagedObject parent, string name) =>
        InventoryTree.Children(Server, parent).FirstOrDefault(child => (string?)child.GetProperty("name") == name);

    private IEnumerable<object> ByUuid(DataObject arguments, bool isVm)
    {
        string path = !isVm ? "hardware.systemInfo.uuid" : arguments.Boolean("instanceUuid") == true ? "config.instanceUuid" : "config.uuid";
        return ByText(arguments, isVm, path, "uuid");
    }

    private IEnumerable<object> ByDnsName(DataObject arguments, bool isVm) => ByText(arguments, isVm, isVm ? "guest.hostName" : "name", "dnsName");

    private IEnumerable<object> ByText(DataObject arguments, bool isVm, string path, string argument)
    {
        string wanted = arguments.RequiredText(argument);
        MoRef? datacenter = arguments.Reference("datacenter");
        return Server.All(isVm ? "VirtualMachine" : "HostSystem")
            .Where(each => string.Equals(Value(each, path), wanted, StringComparison.OrdinalIgnoreCase) && (datacenter is null || IsBelow(each, datacenter.Value)))
            .Select(each => (object)each.Reference);
    }

    private string? Value(ManagedObject target, string path)
    {
        try
        {
            return PropertyPath.Read(target, target.GetProperty, path, Server.Version).Value as string;
        }
        catch (SimulatedFault)
        {
            // What the object does not have, nobody finds it by.
            return null;
        }
    }

    private bool IsBelow(ManagedObject target, MoRef ancestor)
    {
        for (ManagedObject? each = target; each is not null; each = each.GetProperty("parent") is MoRef parent ? Server.Find(parent) : null)
        {
            if (each.Reference == ancestor)
            {
                return true;
            }
        }

        return false;
    }
}
