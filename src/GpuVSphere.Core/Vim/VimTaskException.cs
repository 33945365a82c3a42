namespace GpuVSphere.Vim;

/// <summary>A task on the server ended with an error.</summary>
public sealed class VimTaskException : VimFaultException
{
    internal VimTaskException(VimFault fault, VimFaultContext context, ManagedObjectReference task)
        : base(fault, context, fault.Type, CategoryOf(fault.Type), Sentence(fault, context), null) => Task = task;

    /// <summary>The task.</summary>
    public ManagedObjectReference Task { get; }
}
