using GpuVSphere.Changes;

namespace GpuVSphere.Bitfusion;

/// <summary>Makes the operations that license FlexDirect in guests.</summary>
public sealed class FlexDirectLicenseFactory : IOperationFactory
{
    /// <inheritdoc/>
    public string Kind => FlexDirectLicenseOperation.IntentKind;

    /// <inheritdoc/>
    /// <exception cref="GpuVSphereException">UnknownRule: the intent asks for what cannot be.</exception>
    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new FlexDirectLicenseOperation(intent, context);
}
