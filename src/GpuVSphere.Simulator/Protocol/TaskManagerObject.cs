using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>The tasks of a server.</summary>
internal sealed class TaskManagerObject(SimulatedServer server, MoRef reference) : ProtocolObject(server, reference)
{
    private readonly List<TaskObject> _tasks = [];
    private int _started;

    public override IEnumerable<string> PropertyNames => ["recentTask", "description", "maxCollector"];

    public override object? GetProperty(string name) => name switch
    {
        "recentTask" => _tasks.Select(task => (object)task.Reference).ToList(),
        "description" => new DataObject("TaskDescription"),
        "maxCollector" => 32,
        _ => null,
    };

    public List<object> RecentOf(MoRef entity) => _tasks.Where(task => task.Entity == entity).Select(task => (object)task.Reference).ToList();

    /// <summary>Lets finished tasks go when their time is over. Called under the gate.</summary>
    public void Forget()
    {
        TimeSpan retention = Server.Options.TaskRetention ?? TimeSpan.FromSeconds(10 * 60 * Math.Max(1, Server.Clock.Speed));
        DateTimeOffset limit = Server.Clock.UtcNow - retention;
        foreach (TaskObject task in _tasks.Where(each => each.Finished < limit).ToList())
        {
            _tasks.Remove(task);
            Server.Remove(task.Reference);
            Server.Changed(Reference, "recentTask");
        }
    }

    public MoRef Start(MoRef entity, string descriptionId, SimulatedSession? session, bool isCancelable, string? method, Func<ITaskHandle, Task<object?>> work)
    {
        TaskObject task;
        lock (Server.Gate)
        {
            task = new TaskObject(Server, new MoRef("Task", "task-" + (++_started).ToString(CultureInfo.InvariantCulture)), entity, descriptionId, session?.UserName, isCancelable, method);
            _tasks.Add(task);
            Server.Add(task);
            Server.Changed(Reference, "recentTask");
            Server.Changed(entity, "recentTask");
        }

        SimulatorWork held = Server.Clock.Begin();
        _ = Task.Run(() => task.RunAsync(work, held));
        return task.Reference;
    }
}
