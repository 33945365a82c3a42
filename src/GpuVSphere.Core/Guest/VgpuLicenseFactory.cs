using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>Makes <see cref="VgpuLicenseOperation"/>.</summary>
internal sealed class VgpuLicenseFactory : IOperationFactory
{
    public string Kind => VgpuLicenseIntents.Kind;

    public IGpuOperation Create(ChangeIntent intent, OperationContext context) => new VgpuLicenseOperation(intent, context);
}
