using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>Makes <see cref="VgpuLicenseOperation"/>.</summary>
internal sealed class VgpuLicenseFactory : IOperationFactory
{
    public const string IntentKind = "VgpuLicense";

    public string Kind => IntentKind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new VgpuLicenseOperation(intent, context);
}
