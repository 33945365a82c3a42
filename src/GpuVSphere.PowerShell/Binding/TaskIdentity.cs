using System.Management.Automation;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Binding;

/// <summary>Which task of a server is meant.</summary>
/// <param name="Task">The task.</param>
/// <param name="Server">Where it came from, or null when it may be on any server.</param>
internal sealed record TaskIdentity(ManagedObjectReference Task, ServerHint? Server)
{
    private const string TaskType = "Task";

    /// <summary>Recognises a task: its id as text (<c>task-12</c>, <c>Task-task-12</c>), a reference, or PowerCLI's object; null when it is none.</summary>
    public static TaskIdentity? Read(object? value)
    {
        switch (IdentityReader.Unwrap(value))
        {
            case null:
                return null;
            case string text:
                return Parse(text);
            case ManagedObjectReference { Type: TaskType } reference:
                return new TaskIdentity(reference, null);
        }

        PSObject wrapped = PSObject.AsPSObject(value);
        ServerHint? server = ServerHint.FromUid(IdentityReader.Text(wrapped, "Uid"), out string _);
        return IdentityReader.Text(wrapped, "Id") is { } id && Parse(id) is { } task ? task with { Server = server } : null;
    }

    // ESXi's own are called haTask-….
    private static TaskIdentity? Parse(string text)
    {
        string id = text.Trim();
        string value = id.StartsWith(TaskType + "-", System.StringComparison.Ordinal) ? id.Substring(TaskType.Length + 1) : id;
        return value.StartsWith("task-", System.StringComparison.OrdinalIgnoreCase) || value.StartsWith("haTask-", System.StringComparison.Ordinal)
            ? new TaskIdentity(new ManagedObjectReference(TaskType, value), null)
            : null;
    }
}
