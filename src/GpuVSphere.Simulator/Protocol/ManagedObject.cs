using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// An object that can be asked for properties and called. The protocol side serves it; the model side derives from it.
/// All access happens under the lock of the <see cref="IObjectWorld"/> it belongs to, except while a call awaits.
/// </summary>
internal abstract class ManagedObject(MoRef reference)
{
    public MoRef Reference { get; } = reference;

    /// <summary>What a refusal names as the object that the privilege is missing on: the host, for a manager of a host.</summary>
    public virtual MoRef Entity => Reference;

    /// <summary>The properties it has, first level only (<c>runtime</c>, not <c>runtime.bootTime</c>).</summary>
    public abstract IEnumerable<string> PropertyNames { get; }

    /// <summary>
    /// The whole value of a first-level property, or null when it is unset. The protocol walks deeper paths
    /// (<c>config.pciPassthruInfo</c>) through the returned tree, and trims what the client's version does not know.
    /// <c>effectiveRole</c> and <c>recentTask</c> of an entity are answered by the protocol side and need not be here.
    /// </summary>
    public abstract object? GetProperty(string name);

    /// <summary>Performs a method. Throws <see cref="SimulatedFault"/> for what vSphere would refuse.</summary>
    public abstract Task<object?> InvokeAsync(MethodCall call, CancellationToken cancellationToken);
}
