using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness;

/// <summary>What the rules about moving VMs with vGPUs have in common: whom they concern, and what mends it.</summary>
internal static class MigrationSubject
{
    /// <summary>Whether VMs with vGPUs are at stake: the VM has one, the host is to serve them, or runs one that is in the way of emptying it.</summary>
    public static bool Concerns(ReadinessSubject subject) => subject.Action switch
    {
        ReadinessAction.PowerOn => subject.Vm is { } vm && HasVgpu(vm),
        ReadinessAction.Evacuate => RunningVgpuVms(subject).Count > 0,
        _ => true,
    };

    /// <summary>The VMs with vGPUs that run on the host, by name.</summary>
    public static IReadOnlyList<GpuVm> RunningVgpuVms(ReadinessSubject subject) =>
        [.. subject.OtherVms.Where(vm => vm.Host == subject.Host?.Id.Reference && vm.IsRunning && HasVgpu(vm)).OrderBy(vm => vm.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The cmdlet that mends it, with what it takes.</summary>
    public static string Command(ReadinessSubject subject, string? more = null) =>
        "Enable-VgpuMigration" + (subject.Migration?.ClusterName is { } cluster ? $" -Cluster {Typed.Name(cluster)}" : string.Empty) + (more is null ? string.Empty : " " + more);

    private static bool HasVgpu(GpuVm vm) => vm.PciDevices.Any(device => device.Kind == VmGpuKind.Vgpu);
}
