using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Tests.Protocol;

public sealed class SchemaTests
{
    /// <summary>Everything that the default inventory serves, field by field: declared, and in the declared order.</summary>
    [Fact]
    public void EveryServedObject_IsAsTheApiDeclaresIt()
    {
        using GpuSimulator simulator = GpuSimulator.Start(new SimulatorOptions { ClockSpeed = 1 });
        SortedSet<string> problems = [];
        lock (simulator.World.Gate)
        {
            foreach (ManagedObject each in simulator.World.All("ManagedObject"))
            {
                string type = each.Reference.Type;
                SchemaType? known = Schema.Default.Find(type);
                if (known is null)
                {
                    problems.Add(type + " is no known type");
                    continue;
                }

                foreach (string property in each.PropertyNames)
                {
                    SchemaMember? member = Schema.Default.FindMember(type, property);
                    if (member is null && !Schema.Default.IsOpen(type))
                    {
                        problems.Add(type + "." + property + " is not declared");
                    }

                    Check(type + "." + property, each.GetProperty(property), member?.Type ?? DeclaredType.Unknown, problems);
                }
            }
        }

        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    [Fact]
    public void WhatIsWrong_IsFound()
    {
        SortedSet<string> problems = [];
        Check("x", new DataObject("HostPciDevice").With("classId", (short)1).With("id", "a").With("nonsense", 1), DeclaredType.Parse("HostPciDevice"), problems);
        Check("y", new List<object>(), DeclaredType.Parse("HostPciDevice"), problems);
        Check("z", new DataObject("HostListSummary"), DeclaredType.Parse("HostPciDevice[]"), problems);
        Assert.Equal(4, problems.Count);
    }

    [Theory]
    [InlineData("ClusterComputeResource", "ManagedEntity", true)]
    [InlineData("ClusterComputeResource", "ComputeResource", true)]
    [InlineData("ComputeResource", "ClusterComputeResource", false)]
    [InlineData("HostSystem", "ManagedObject", true)]
    [InlineData("HostSriovInfo", "HostPciPassthruInfo", true)]
    [InlineData("HostPciPassthruInfo", "ManagedObject", false)]
    public void Types_KnowTheirAncestors(string type, string ancestor, bool expected) => Assert.Equal(expected, Schema.Default.IsA(type, ancestor));

    private static void Check(string where, object? value, DeclaredType declared, SortedSet<string> problems)
    {
        switch (value)
        {
            case null:
                return;
            case DataObject data:
                string type = data.TypeName.Length > 0 ? data.TypeName : declared.Name;
                if (Schema.Default.Find(type) is null)
                {
                    return;
                }

                if (!declared.IsAny && Schema.Default.Find(declared.Name) is not null && !Schema.Default.IsA(type, declared.Name))
                {
                    problems.Add(where + " holds a " + type + " and is declared as " + declared.Name);
                }

                List<string> order = Schema.Default.Members(type, WireVersion.Parse("9.1.0.0")).Keys.ToList();
                int last = -1;
                foreach (KeyValuePair<string, object?> field in data.Fields)
                {
                    int index = order.IndexOf(field.Key);
                    if (index < 0)
                    {
                        problems.Add(where + ": " + type + " has no field " + field.Key);
                        continue;
                    }

                    if (index < last)
                    {
                        problems.Add(where + ": " + type + "." + field.Key + " comes too late");
                    }

                    last = Math.Max(last, index);
                    Check(type + "." + field.Key, field.Value, Schema.Default.FindMember(type, field.Key)!.Type, problems);
                }

                return;
            case string or byte[]:
                break;
            case IEnumerable list:
                if (!declared.IsUnknown && !declared.IsArray && declared.Name != "xsd:anyType")
                {
                    problems.Add(where + " is a list and declared as one value");
                }

                foreach (object? item in list)
                {
                    Check(where, item, declared.Element, problems);
                }

                return;
        }

        bool fits = declared.IsAny || (declared.IsReference ? value is MoRef : declared.Name switch
        {
            "xsd:boolean" => value is bool,
            "xsd:int" => value is int or short or sbyte,
            "xsd:long" => value is long or int,
            "xsd:short" => value is short or int,
            "xsd:byte" => value is sbyte or int or byte[],
            "xsd:dateTime" => value is DateTimeOffset,
            "xsd:float" or "xsd:double" => value is float or double,
            "xsd:base64Binary" => value is byte[],
            _ => value is string,
        });
        if (!fits)
        {
            problems.Add(where + " is declared as " + (declared.IsReference ? "a reference" : declared.Name) + " and holds a " + value.GetType().Name);
        }
    }
}
