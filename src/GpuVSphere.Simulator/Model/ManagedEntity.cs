using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>An object with a name and a place in the inventory tree.</summary>
internal abstract class ManagedEntity(MoRef reference, SimulatedInventory inventory, string name) : ModelObject(reference, inventory)
{
    private static readonly string[] s_names =
    [
        "alarmActionsEnabled", "availableField", "configIssue", "configStatus", "customValue", "declaredAlarmState", "disabledMethod",
        "name", "overallStatus", "parent", "permission", "tag", "triggeredAlarmState", "value",
    ];

    public string Name { get; protected set; } = name;

    public ManagedEntity? Parent { get; set; }

    public sealed override IEnumerable<string> PropertyNames => s_names.Concat(OwnProperties);

    protected abstract IReadOnlyList<string> OwnProperties { get; }

    protected virtual string OverallStatus => "green";

    public sealed override object? GetProperty(string name) => name switch
    {
        "name" => Name,
        "parent" => Parent?.Reference,
        "overallStatus" => OverallStatus,
        "configStatus" => "green",
        "alarmActionsEnabled" => true,
        "availableField" or "configIssue" or "customValue" or "declaredAlarmState" or "disabledMethod" or "permission" or "tag" or "triggeredAlarmState" or "value" => null,
        _ => GetOwnProperty(name),
    };

    protected abstract object? GetOwnProperty(string name);

    protected override object? Invoke(MethodCall call) => call.Method switch
    {
        "Reload" => null,
        "Rename_Task" => StartTask(call, "ManagedEntity.rename", _ => RenameAsync(call.Arguments.RequiredText("newName"))),
        _ => throw Faults.MethodNotFound(call, Reference),
    };

    /// <summary>Refuses a name that is taken in the same folder.</summary>
    protected void RequireFreeName(string name)
    {
        if (Refusals.Has(Refusal.DuplicateName) && Parent is Folder folder && folder.Children.FirstOrDefault(c => c != this && c.Name == name) is { } other)
        {
            throw Faults.DuplicateName(name, other.Reference);
        }
    }

    private Task<object?> RenameAsync(string name)
    {
        lock (Inventory.World.Gate)
        {
            if (name.Length is 0 or > 80)
            {
                SimulatedFault fault = new("InvalidName", "The name '" + name + "' is invalid.", "types-core.txt: InvalidName");
                fault.Detail.With("name", name);
                throw fault;
            }

            RequireFreeName(name);
            Name = name;
            OnRenamed();
            Changed("name");
        }

        return Task.FromResult<object?>(null);
    }

    protected virtual void OnRenamed()
    {
    }
}
