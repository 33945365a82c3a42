using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

// Tasks: what the server does in its own time.
public sealed partial class VimSession
{
    /// <summary>Calls a method that begins a task.</summary>
    /// <param name="self">The object.</param>
    /// <param name="method">The method, such as <c>ReconfigVM_Task</c>.</param>
    /// <param name="arguments">Writes the arguments in the order of the schema, or null.</param>
    /// <param name="cancellationToken">Ends the wait for the beginning; a task that began goes on.</param>
    /// <returns>The task.</returns>
    /// <exception cref="VimFaultException">The server refused.</exception>
    public Task<ManagedObjectReference> StartTaskAsync(ManagedObjectReference self, string method, Action<VimWriter>? arguments, CancellationToken cancellationToken) =>
        _channel.CallAsync(
            self,
            method,
            arguments,
            response => response.NextChild() ? response.Reference() : throw VimReader.Malformed($"{method} began no task"),
            cancellationToken);

    /// <summary>Waits for the end of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="percent">Told the progress, 0 to 100, where the server reports one; or null.</param>
    /// <param name="cancellationToken">Ends the wait only; <see cref="CancelTaskAsync"/> stops the task itself.</param>
    /// <exception cref="VimTaskException">The task ended with an error; it has the fault's type and the object.</exception>
    /// <exception cref="GpuVSphereException">TaskGone: the server no longer knows the task, so how it ended cannot be told.</exception>
    public async Task<VimTaskResult> WaitForTaskAsync(ManagedObjectReference task, IProgress<int>? percent, CancellationToken cancellationToken)
    {
        VimElement? info = null;
        bool isGone = false;
        int reported = -1;
        try
        {
            await WaitForAsync(
                [task],
                ["info"],
                update =>
                {
                    if (update.Kind == ObjectUpdateKind.Leave)
                    {
                        isGone = true;
                        return true;
                    }

                    if (!update.Values.TryGetValue("info", out VimElement? latest) || latest is null)
                    {
                        return false;
                    }

                    info = latest;
                    if (percent is not null && int.TryParse(latest["progress"]?.Text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int progress) && progress != reported)
                    {
                        reported = progress;
                        percent.Report(progress);
                    }

                    return latest["state"]?.Text is "success" or "error";
                },
                TimeSpan.FromSeconds(30),
                cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException e) when (e.FaultType == "ManagedObjectNotFound")
        {
            isGone = true;
        }

        if (isGone || info is null)
        {
            throw new GpuVSphereException(
                "TaskGone",
                GpuErrorCategory.ObjectNotFound,
                $"{ServerName} no longer knows {task}: a finished task is kept for some minutes only. How it ended cannot be told from it.",
                task.ToString(),
                "Read the state of the object that the task worked on.");
        }

        if (info["state"]!.Text == "success")
        {
            return new VimTaskResult(task, info["result"]);
        }

        VimElement error = info["error"] ?? throw VimReader.Malformed("a failed task comes without its error");
        throw Failure(task, info, error);
    }

    /// <summary>What the server says of tasks now, without waiting for them. One that it no longer knows, or that may not be seen, is left out.</summary>
    /// <param name="tasks">The tasks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<TaskOutcome>> ReadTasksAsync(IReadOnlyList<ManagedObjectReference> tasks, CancellationToken cancellationToken)
    {
        List<TaskOutcome> outcomes = [];
        if (tasks.Count == 0)
        {
            return outcomes;
        }

        try
        {
            await RetrieveAsync(
                [PropertyQuery.Of(tasks, "info")],
                task => new DelegateObjectReader((_, value) => outcomes.Add(Outcome(task, value.Element())), (_, _) => { }),
                cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException e) when (e.FaultType == "ManagedObjectNotFound" && tasks.Count > 1)
        {
            // One that is gone takes the whole call with it: the others are asked one by one.
            outcomes.Clear();
            foreach (ManagedObjectReference task in tasks)
            {
                outcomes.AddRange(await ReadTasksAsync([task], cancellationToken).ConfigureAwait(false));
            }
        }
        catch (VimFaultException e) when (e.FaultType == "ManagedObjectNotFound")
        {
        }

        return outcomes;
    }

    /// <summary>Asks the server to stop a task. One that ended meanwhile, or that is no longer known, is no error.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VimFaultException">NotSupported: the task cannot be stopped.</exception>
    public async Task CancelTaskAsync(ManagedObjectReference task, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(task, "CancelTask", null, cancellationToken).ConfigureAwait(false);
        }
        catch (VimFaultException e) when (e.FaultType is "InvalidState" or "ManagedObjectNotFound")
        {
        }
    }

    private TaskOutcome Outcome(ManagedObjectReference task, VimElement info) => new()
    {
        Task = task,
        State = info["state"]?.Text ?? string.Empty,
        Method = info["name"]?.Text ?? string.Empty,
        DescriptionId = info["descriptionId"]?.Text ?? string.Empty,
        Entity = info["entity"]?.Reference ?? default,
        EntityName = info["entityName"]?.Text,
        QueuedAt = DateTimeOffset.TryParse(info["queueTime"]?.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null,
        Fault = info["state"]?.Text == "error" && info["error"] is { } error ? Failure(task, info, error) : null,
    };

    private VimTaskException Failure(ManagedObjectReference task, VimElement info, VimElement error)
    {
        string method = info["name"]?.Text is { Length: > 0 } name ? name : info["descriptionId"]?.Text ?? "the task";
        string? entityName = info["entityName"]?.Text;
        VimFaultContext context = _channel.Context(method, info["entity"]?.Reference ?? task, string.IsNullOrEmpty(entityName) ? null : entityName);
        return new VimTaskException(VimFault.FromLocalized(error), context, task);
    }
}
