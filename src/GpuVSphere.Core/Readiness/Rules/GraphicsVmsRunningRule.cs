using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>No VM uses a GPU while its graphics type is changed.</summary>
internal sealed class GraphicsVmsRunningRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "GRAPHICS-VMS-RUNNING";

    /// <inheritdoc/>
    public override string Title => "No running VM uses a GPU whose graphics type is changed";

    /// <inheritdoc/>
    public override string Why => "The GPU is handed from one use to another. VMware and NVIDIA ask for its VMs to be off meanwhile, since a running VM still has the old one.";

    /// <inheritdoc/>
    public override string Source => "vSphere 6.5 Resource Management, p. 46, and NVIDIA's vGPU user guide: the VMs should be powered off";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetGraphics;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        // With a reboot the VMs in the way are named, and shut down, by the reboot.
        if (subject.Graphics is not { ChangesType: true, IsRebooted: false })
        {
            yield break;
        }

        foreach (GpuDevice device in subject.Devices)
        {
            string[] running = [.. device.Assignments.Where(assignment => assignment.IsRunning).Select(assignment => assignment.VmName).Distinct()];
            if (running.Length > 0)
            {
                yield return Verdict.Confirmed(
                    $"{device.Address} on {subject.Target.Name} is used by running VMs: {string.Join(", ", running)}.",
                    "Power them off or move them, or add -Reboot -PowerOff: they are then shut down and started again afterwards.");
            }
            else
            {
                yield return Verdict.Holds($"No running VM uses {device.Address} on {subject.Target.Name}.");
            }
        }
    }
}
