using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The objects of one simulated server, and what objects need of it. The protocol side implements it; the model side uses it.</summary>
internal interface IObjectWorld
{
    /// <summary>Guards every object; held while properties are read or changed, never across an await.</summary>
    object Gate { get; }

    /// <summary>The simulated time.</summary>
    SimulatorClock Clock { get; }

    void Add(ManagedObject managedObject);

    void Remove(MoRef reference);

    ManagedObject? Find(MoRef reference);

    /// <summary>
    /// Whether the server answers at all. Going away ends every session and drops every connection, as a directly connected ESXi host does when it reboots.
    /// </summary>
    bool IsReachable { get; set; }

    /// <summary>Every object of a type or of a type derived from it, in the order they were added.</summary>
    IEnumerable<ManagedObject> All(string type);

    /// <summary>Tells that a first-level property of an object changed, so that waiting property collectors wake up. Called under the gate.</summary>
    void Changed(MoRef reference, string property);

    /// <summary>
    /// Starts a task: returns at once with the task's reference; runs the work, and ends in success with its result or in error with its fault.
    /// </summary>
    /// <param name="entity">What the task works on.</param>
    /// <param name="descriptionId">Such as <c>VirtualMachine.reconfigure</c>.</param>
    /// <param name="session">Who started it.</param>
    /// <param name="isCancelable">Whether CancelTask is heard.</param>
    /// <param name="work">
    /// The work, begun on another thread and not under the gate, which it takes for itself; gets a handle to report progress and to see that it was
    /// cancelled. A <see cref="SimulatedFault"/> ends the task in error; a cancelled wait, in the error RequestCanceled.
    /// </param>
    MoRef StartTask(MoRef entity, string descriptionId, SimulatedSession? session, bool isCancelable, Func<ITaskHandle, Task<object?>> work);
}
