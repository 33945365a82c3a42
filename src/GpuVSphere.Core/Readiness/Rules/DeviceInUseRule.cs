using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>No other VM holds the device.</summary>
internal sealed class DeviceInUseRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-IN-USE";

    /// <inheritdoc/>
    public override string Title => "No other VM holds the device";

    /// <inheritdoc/>
    public override string Why => "A GPU in passthrough belongs to one VM at a time. The second VM that names it is configured without an error and fails when it is powered on.";

    /// <inheritdoc/>
    public override string Source => "A DirectPath device belongs to one VM at a time; a second VM that names it fails at power-on";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.AddToVm | ReadinessAction.DisablePassthrough | ReadinessAction.UsePassthrough | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        foreach (GpuDevice device in subject.Devices)
        {
            GpuAssignment[] holders = [.. device.Assignments.Where(assignment => subject.Vm is null || assignment.Vm != subject.Vm.Id)];
            if (holders.Length == 0)
            {
                yield return Verdict.Holds($"No {(subject.Vm is null ? string.Empty : "other ")}VM holds {device.Address} on {device.HostName}.");
            }

            foreach (GpuAssignment holder in holders)
            {
                string how = holder.Kind == VmGpuKind.Vgpu ? "by vGPU" : "by passthrough";
                string state = holder.IsRunning ? "which is running" : "which is not running";
                string message = $"{device.Address} on {device.HostName} is held {how} by {holder.VmName}, {state}.";
                string remove = $"Remove-VmGpuPassthrough -VM {Typed.Name(holder.VmName)} -Device {device.Address}";
                if (subject.Action == ReadinessAction.UsePassthrough)
                {
                    // A GPU that is given is in use as it is meant to be.
                    yield return Verdict.Advice(message);
                }
                else if (subject.Action == ReadinessAction.PowerOn && !holder.IsRunning)
                {
                    yield return Verdict.Unconfirmed(message + " The two cannot run at the same time.", remove);
                }
                else if (subject.Action == ReadinessAction.PowerOn && subject.Vm is { IsRunning: true })
                {
                    yield return Verdict.Unconfirmed(message + $" {subject.Target.Name} runs as well; after a power-off only one of them starts.", remove);
                }
                else if (subject.Action == ReadinessAction.DisablePassthrough && !holder.IsRunning)
                {
                    yield return Verdict.Unconfirmed(message + " It will not power on without the device.", remove);
                }
                else if (holder.IsRunning)
                {
                    yield return Verdict.Confirmed(message, holder.Kind == VmGpuKind.Vgpu ? $"Power {holder.VmName} off first." : remove + " -PowerOff");
                }
                else
                {
                    yield return Verdict.Confirmed(
                        message, remove + "; or, when the two will never run at the same time, -SkipRule DEVICE-IN-USE.");
                }
            }
        }
    }
}
