using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Readiness.Decision;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host's vSphere has the method.</summary>
internal sealed class HostVersionRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "HOST-VERSION";

    /// <inheritdoc/>
    public override string Title => "The host's vSphere has the method";

    /// <inheritdoc/>
    public override string Why => "vGPU came with vSphere 6.0, and works as the guide has it from 6.5 U1 on; vMotion of VMs with vGPUs came with 6.7 U1, devices by ids and label with 7.0, and vGPUs of different sizes on one GPU with 8.0 U3.";

    /// <inheritdoc/>
    public override string Source => "Learning guide, chapter 6: vSphere 6.7 or later, or 6.5 with update 1; vsphere-gpu-features of the vSphere API documentation; before 7.0 the build tells the update";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host)
        {
            yield break;
        }

        if (host.Version.Length == 0)
        {
            yield return Verdict.Unconfirmed($"The version of ESXi on {host.Name} cannot be read: confirm that it is 6.5 U1 or later.", $"Get-GpuDevice -VMHost {Typed.Name(host.Name)} reads the host again; the vSphere Client shows its version.");
            yield break;
        }

        string version = $"ESXi {host.Version} (build {(host.Build.Length == 0 ? "not told" : host.Build)})";
        if ((subject.Action & ReadinessAction.UseVgpu) != 0 && !VsphereLevel.IsAtLeast(host, FirstWithVgpu))
        {
            yield return Verdict.Confirmed($"{host.Name} runs {version}, and vGPU came with vSphere {VsphereLevel.Say(FirstWithVgpu)}.", $"Upgrade {host.Name} to a vSphere that NVIDIA still ships drivers for: Get-VgpuRelease lists them.");
        }
        else if (!VsphereLevel.IsAtLeast(host, FirstOfGuide))
        {
            yield return Verdict.Unconfirmed(
                $"{host.Name} runs {version}; GPUs are described, and tried, from vSphere {VsphereLevel.Say(FirstOfGuide)} on.",
                $"Upgrade {host.Name} to {VsphereLevel.Say(FirstOfGuide)} or later.");
        }
        else
        {
            string lacks = string.Join(", ", s_later.Where(later => !VsphereLevel.IsAtLeast(host, later.Level)).Select(later => $"{later.Feature} ({VsphereLevel.Say(later.Level)})"));
            yield return Verdict.Holds($"{host.Name} runs {version}{(lacks.Length == 0 ? string.Empty : "; later versions have " + lacks)}.");
        }
    }

    private const string FirstWithVgpu = "6.0.0";
    private const string FirstOfGuide = "6.5.1";

    private static readonly (string Level, string Feature)[] s_later =
    [
        ("6.7.1", "vMotion of VMs with vGPUs"),
        ("7.0.0", "devices by ids and label"),
        ("8.0.0", "several vGPUs of any size in a VM"),
        ("8.0.3", "vGPUs of different sizes on one GPU"),
    ];
}
