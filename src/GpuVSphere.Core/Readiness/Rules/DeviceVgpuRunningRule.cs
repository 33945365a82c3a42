using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>No vGPU runs on the device.</summary>
internal sealed class DeviceVgpuRunningRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DEVICE-VGPU-RUNNING";

    /// <inheritdoc/>
    public override string Title => "No vGPU runs on the device";

    /// <inheritdoc/>
    public override string Why => "A GPU that is taken from the host driver, or parted anew, ends the vGPUs that run on it: their VMs crash or hang.";

    /// <inheritdoc/>
    public override string Source => "A device that the host driver serves vGPUs from can neither be given away nor be partitioned anew while they run";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.EnablePassthrough | ReadinessAction.SetMig | ReadinessAction.UsePassthrough;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        List<string> quiet = [];
        foreach (GpuDevice device in subject.Devices)
        {
            string[] running = device.Assignments
                .Where(assignment => assignment.Kind == VmGpuKind.Vgpu && assignment.IsRunning)
                .Select(assignment => assignment.VmName)
                .ToArray();
            if (running.Length > 0)
            {
                yield return Verdict.Confirmed(
                    $"{device.Address} on {device.HostName} runs vGPUs for {string.Join(", ", running)}.",
                    "Power these VMs off, or move them to another host, then run the command again.");
            }
            else
            {
                quiet.Add(device.Address.ToString());
            }
        }

        if (quiet.Count > 0)
        {
            yield return Verdict.Holds($"No vGPU runs on {string.Join(", ", quiet)} of {subject.Target.Name}.");
        }
    }
}
