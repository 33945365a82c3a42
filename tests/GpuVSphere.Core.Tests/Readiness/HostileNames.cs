using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness;

namespace GpuVSphere.Core.Tests.Readiness;

/// <summary>Gives everything of a subject a name that PowerShell would read as a command of its own, were it not quoted.</summary>
internal static class HostileNames
{
    public const string Host = "gpu host's 1 $(x)";

    public const string Vm = "vm; \u2019 2 `\" $(y)";

    public const string Cluster = "# cluster | 3";

    public static ReadinessSubject In(ReadinessSubject subject) => subject with
    {
        Target = subject.Target with { Name = subject.Target.IsHost ? Host : subject.Target.IsVm ? Vm : Cluster },
        Host = subject.Host is { } host ? Of(host) : null,
        Vm = subject.Vm is { } vm ? Of(vm) : null,
        Devices = Of(subject.Devices),
        OtherVms = [.. subject.OtherVms.Select(Of)],
        Migration = subject.Migration is { } migration
            ? migration with { ClusterName = migration.ClusterName is null ? null : Cluster, ClusterHosts = [.. migration.ClusterHosts.Select(Of)] }
            : null,
    };

    private static GpuHost Of(GpuHost host) => host with { Name = Host, ClusterName = host.ClusterName is null ? null : Cluster, Devices = Of(host.Devices) };

    private static GpuVm Of(GpuVm vm) => vm with { Name = Vm, HostName = vm.HostName is null ? null : Host };

    private static IReadOnlyList<GpuDevice> Of(IEnumerable<GpuDevice> devices) =>
        [.. devices.Select(device => device with { HostName = Host, Assignments = [.. device.Assignments.Select(holder => holder with { VmName = Vm })] })];
}
