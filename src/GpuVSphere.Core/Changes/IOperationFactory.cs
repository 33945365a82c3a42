namespace GpuVSphere.Changes;

/// <summary>Makes the operation of one kind from its intent: how a journal entry or a plan comes back to life.</summary>
public interface IOperationFactory
{
    /// <summary>The kind of intent it understands, such as <c>HostPassthrough</c>.</summary>
    string Kind { get; }

    /// <summary>Makes the operation.</summary>
    /// <param name="intent">An intent of this kind.</param>
    /// <param name="context">The sessions, the journal and the clock to work with.</param>
    IGpuOperation Create(ChangeIntent intent, OperationContext context);
}
