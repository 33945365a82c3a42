using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>A managed object of the inventory. Its methods do their work at once or in a task; none awaits.</summary>
internal abstract class ModelObject(MoRef reference, SimulatedInventory inventory) : ManagedObject(reference)
{
    public SimulatedInventory Inventory { get; } = inventory;

    protected Refusals Refusals => Inventory.Refusals;

    public override Task<object?> InvokeAsync(MethodCall call, CancellationToken cancellationToken)
    {
        lock (Inventory.World.Gate)
        {
            return Task.FromResult(Invoke(call));
        }
    }

    /// <summary>Performs a method, under the gate.</summary>
    protected abstract object? Invoke(MethodCall call);

    protected void Changed(params string[] properties)
    {
        foreach (string property in properties)
        {
            Inventory.Changed(this, property);
        }
    }

    protected MoRef StartTask(MethodCall call, string descriptionId, System.Func<ITaskHandle, Task<object?>> work, bool isCancelable = false) =>
        Inventory.World.StartTask(Reference, descriptionId, call.Session, isCancelable, work);
}
