using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Passthrough;
using GpuVSphere.State;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Methods;

/// <summary>Every kind of change there is, and how an intent becomes an operation.</summary>
public static class GpuOperations
{
    /// <summary>The kinds of change.</summary>
    public static IReadOnlyList<IOperationFactory> Factories { get; } = Array.AsReadOnly<IOperationFactory>(
    [
        new HostPassthroughFactory(),
        new VmPassthroughFactory(),
        new VmMmioFactory(),
        new GraphicsFactory(),
        new GpuModeFactory(GpuMode.Ecc),
        new GpuModeFactory(GpuMode.Mig),
        new SchedulerFactory(),
        new VibFactory(),

        new VmVgpuFactory(),
        new GuestDriverFactory(),
        new VgpuMigrationFactory(),
        new VgpuLicenseFactory(),
        new CudaToolkitFactory(),
        new FlexDirectInstallFactory(),
        new FlexDirectLicenseFactory(),
        new FlexDirectSchedulerFactory(),
        new FlexDirectServersFactory(),
    ]);

    /// <summary>Makes the operation of an intent.</summary>
    /// <param name="intent">What was asked for.</param>
    /// <param name="context">The sessions, the journal's folder and the clock.</param>
    /// <exception cref="GpuVSphereException">UnknownChangeKind: the intent comes from another version.</exception>
    public static IGpuOperation Create(ChangeIntent intent, OperationContext context)
    {
        IOperationFactory? factory = Factories.FirstOrDefault(factory => string.Equals(factory.Kind, intent.Kind, StringComparison.Ordinal));
        return factory?.Create(intent, context) ?? throw new GpuVSphereException(
            "UnknownChangeKind",
            GpuErrorCategory.InvalidData,
            $"This version of GpuVSphere does not know changes of the kind '{intent.Kind}'.",
            intent.Kind,
            "Use the version that made the plan, or a newer one.");
    }

    /// <summary>The journal of changes, able to resume and undo every kind.</summary>
    /// <param name="stateDirectory">The state directory, as <see cref="StateDirectory.Resolve()"/> gives it.</param>
    public static ChangeManager Changes(string stateDirectory) => new(stateDirectory, Factories);
}
