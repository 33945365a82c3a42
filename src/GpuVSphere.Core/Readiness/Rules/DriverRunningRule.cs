using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The driver that is installed runs.</summary>
internal sealed class DriverRunningRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRIVER-RUNNING";

    /// <inheritdoc/>
    public override string Title => "The driver that is installed runs";

    /// <inheritdoc/>
    public override string Why => "The driver is loaded when the host starts. esxcli says that no reboot is required and means that it kept none open; until the host is rebooted the driver is listed and serves no GPU.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 6.1.3: Reboot Required: false; frankdenneman.nl 2023-07-06: reboot all the same";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host || subject.Devices.Count == 0 || subject.HostSoftware is not { IsKnown: true, Value: { } software })
        {
            yield break;
        }

        IReadOnlyList<GpuDevice> served = [.. ConfiguredGpus.OfDriver(subject).Where(device => device.GraphicsType is "shared" or "sharedDirect")];
        if (software.Pending is { } pending)
        {
            string seen = $"{host.Name}: {pending}";
            string next = $"Install-NvidiaVib -VMHost {Typed.Name(host.Name)} -Path <the same package> -Reboot reboots the host once its VMs are out of the way.";

            // Until the reboot the driver that runs serves on.
            yield return served.Count > 0 ? Verdict.Unconfirmed(seen, next) : Verdict.Confirmed(seen, next);
        }
        else if (software.Driver is not null)
        {
            yield return served.Count > 0
                ? Verdict.Holds($"The driver of {host.Name} serves {string.Join(", ", served.Select(device => device.Address))}.")
                : Verdict.Unconfirmed($"Which GPUs the driver of {host.Name} serves cannot be read: confirm that it runs.", $"Get-NvidiaSmi -VMHost {Typed.Name(host.Name)} asks it.");
        }
    }
}
