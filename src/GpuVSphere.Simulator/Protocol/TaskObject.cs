using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>One task, from queued to success or error.</summary>
internal sealed class TaskObject(SimulatedServer server, MoRef reference, MoRef entity, string descriptionId, string? userName, bool isCancelable, string? method)
    : ProtocolObject(server, reference), ITaskHandle
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly DateTimeOffset _queued = server.Clock.UtcNow;
    private string _state = "queued";
    private bool _isCancelled;
    private DateTimeOffset? _started;
    private int? _progress;
    private object? _result;
    private DataObject? _error;

    public override MoRef Entity { get; } = entity;

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? Finished { get; private set; }

    public CancellationToken Cancelled => _cancel.Token;

    public override IEnumerable<string> PropertyNames => ["info"];

    public override object? GetProperty(string name) => name == "info" ? Info() : null;

    public void Progress(int percent)
    {
        lock (Server.Gate)
        {
            if (_state == "running")
            {
                _progress = Math.Max(0, Math.Min(100, percent));
                Server.Changed(Reference, "info");
            }
        }
    }

    public async Task RunAsync(Func<ITaskHandle, Task<object?>> work, SimulatorWork held)
    {
        using SimulatorWork done = held;
        held.Enter();
        lock (Server.Gate)
        {
            _state = "running";
            _started = Server.Clock.UtcNow;
            Server.Changed(Reference, "info");
        }

        try
        {
            object? result = await work(this).ConfigureAwait(false);
            Finish("success", result, null);
        }
        catch (SimulatedFault fault)
        {
            Finish("error", null, Localized(fault.Detail, fault.Message));
        }
        catch (OperationCanceledException)
        {
            Finish("error", null, Localized(new DataObject("RequestCanceled"), "The task was canceled by a user."));
        }
        catch (Exception e)
        {
            // A mistake of the simulator's own must be seen, not swallowed with the thread.
            Finish("error", null, Localized(new DataObject("SystemError").With("reason", e.ToString()), "A general system error occurred: " + e.Message));
        }
    }

    public static DataObject Localized(DataObject fault, string message) =>
        new DataObject("LocalizedMethodFault").With("fault", fault).With("localizedMessage", message);

    protected override object? Invoke(MethodCall call)
    {
        if (call.Method != "CancelTask")
        {
            return base.Invoke(call);
        }

        if (Finished is not null)
        {
            throw new SimulatedFault("InvalidState", "The operation is not allowed in the current state.", "vim25-gpu.md 1: CancelTask faults InvalidState when the task is finished");
        }

        if (!isCancelable)
        {
            throw new SimulatedFault("NotSupported", "The operation is not supported on the object.", "types-core.txt: TaskInfo.cancelable false means that cancelling is not supported");
        }

        _isCancelled = true;
        Server.Changed(Reference, "info");

        // The work's own continuations must not run here, under the gate.
        _ = Task.Run(_cancel.Cancel);
        return null;
    }

    private void Finish(string state, object? result, DataObject? error)
    {
        lock (Server.Gate)
        {
            _state = state;
            _result = result;
            _error = error;
            _progress = null;
            Finished = Server.Clock.UtcNow;
            Server.Changed(Reference, "info");
        }
    }

    private DataObject Info()
    {
        string key = Reference.Value;
        object? entityName = Server.Find(Entity) is { } found ? found.GetProperty("name") : null;
        return new DataObject("TaskInfo")
            .With("key", key)
            .With("task", Reference)
            .With("name", method)
            .With("descriptionId", descriptionId)
            .With("entity", Entity)
            .With("entityName", entityName)
            .With("locked", _state == "running" ? new List<object> { Entity } : null)
            .With("state", _state)
            .With("cancelled", _isCancelled)
            .With("cancelable", isCancelable)
            .With("error", _error)
            .With("result", _result)
            .With("progress", _state == "running" ? _progress : null)
            .With("reason", userName is null ? new DataObject("TaskReasonSystem") : new DataObject("TaskReasonUser").With("userName", userName))
            .With("queueTime", _queued)
            .With("startTime", _started)
            .With("completeTime", Finished)
            .With("eventChainId", int.Parse(key.Substring("task-".Length), CultureInfo.InvariantCulture));
    }
}
