using System.Collections;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>Every value of every object is held against the list of types: known fields only, in their order, of the declared kind.</summary>
public sealed class WireConformityTests
{
    private static readonly WireVersion s_newest = WireVersion.Parse("9.0.0.0");

    [Theory]
    [InlineData("default")]
    [InlineData("esxi")]
    [InlineData("vgpu-setup")]
    [InlineData("guests")]
    [InlineData("flexdirect")]
    [InlineData("migration")]
    public void Every_property_has_known_fields_in_their_order(string scenario)
    {
        using GpuSimulator simulator = GpuSimulator.Start(new SimulatorOptions { Scenario = scenario });
        List<string> wrong = [];
        lock (simulator.World.Gate)
        {
            foreach (string type in new[] { "ManagedEntity", "EnvironmentBrowser", "HostPciPassthruSystem", "HostGraphicsManager", "HostServiceSystem", "HostImageConfigManager", "HostDatastoreBrowser", "HostAssignableHardwareManager", "VirtualMachineSnapshot", "OptionManager" })
            {
                foreach (ManagedObject item in simulator.World.All(type))
                {
                    Check(item, wrong);
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Distinct().Take(30)));
    }

    [Fact]
    public void Results_of_queries_conform_too()
    {
        using SimulatorLab lab = new();
        foreach (PciFunction function in lab.Inventory.Hosts.SelectMany(host => host.Functions).Where(f => f.Card.IsGpu))
        {
            function.IsActive = function.IsEnabled = true;
            function.Label = "label";
        }

        List<string> wrong = [];
        foreach (HostSystem host in lab.Inventory.Hosts.Where(host => host.WasConnected))
        {
            Walk(ConfigTargets.Of([host], lab.Inventory), "ConfigTarget", "ConfigTarget", wrong);
        }

        foreach (int version in new[] { 10, 14, 17, 20, 22 })
        {
            Walk(ConfigTargets.Option(version), "ConfigOption", "VirtualMachineConfigOption", wrong);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Distinct().Take(30)));
    }

    private static void Check(ManagedObject item, List<string> wrong)
    {
        Dictionary<string, SchemaMember> members = Schema.Default.Members(item.Reference.Type, s_newest);
        foreach (string name in item.PropertyNames)
        {
            object? value = item.GetProperty(name);
            if (!members.TryGetValue(name, out SchemaMember? member))
            {
                wrong.Add(item.Reference.Type + " has no property " + name);
                continue;
            }

            Value(value, member.Type, item.Reference.Type + "." + name, wrong);
        }
    }

    private static void Value(object? value, DeclaredType declared, string where, List<string> wrong)
    {
        switch (value)
        {
            case null:
                return;
            case string or byte[]:
                break;
            case IEnumerable list:
                if (!declared.IsArray && !declared.IsUnknown)
                {
                    wrong.Add(where + " is a list, and declared as one " + declared.Name);
                }

                foreach (object? item in list)
                {
                    Value(item, declared.Element, where + "[]", wrong);
                }

                return;
            case DataObject data:
                Walk(data, where, declared.Name, wrong);
                return;
            default:
                break;
        }

        string expected = value switch { bool => "xsd:boolean", sbyte => "xsd:byte", short => "xsd:short", int => "xsd:int", long => "xsd:long", System.DateTimeOffset => "xsd:dateTime", MoRef => "reference", _ => "string" };
        bool fits = declared.IsUnknown || declared.IsAny || expected switch
        {
            "reference" => declared.IsReference,
            "string" => !declared.IsReference && declared.Name is not ("xsd:boolean" or "xsd:byte" or "xsd:short" or "xsd:int" or "xsd:long" or "xsd:dateTime"),
            _ => declared.Name == expected,
        };
        if (!fits)
        {
            wrong.Add(where + " is " + expected + ", and declared as " + declared.Name);
        }
    }

    private static void Walk(DataObject data, string where, string declared, List<string> wrong)
    {
        Schema schema = Schema.Default;
        string type = data.TypeName;
        if (schema.Find(type) is null)
        {
            // The facts list no such type: nothing to hold it against but its name.
            Assert.NotEmpty(type);
            return;
        }

        if (schema.Find(declared) is not null && !schema.IsA(type, declared))
        {
            wrong.Add(where + " is a " + type + ", and declared as " + declared);
        }

        Dictionary<string, SchemaMember> members = schema.Members(type, s_newest);
        List<string> order = members.Keys.ToList();
        int last = -1;
        foreach (KeyValuePair<string, object?> field in data.Fields.Where(f => f.Value is not null))
        {
            int at = order.IndexOf(field.Key);
            if (at < 0)
            {
                if (!schema.IsOpen(type))
                {
                    wrong.Add(where + ": " + type + " has no field " + field.Key);
                }

                continue;
            }

            if (at <= last)
            {
                wrong.Add(where + ": " + type + "." + field.Key + " comes too late");
            }

            last = at;
            Value(field.Value, members[field.Key].Type, where + "." + field.Key, wrong);
        }
    }
}
