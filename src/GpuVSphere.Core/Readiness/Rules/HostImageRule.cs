using System.Collections.Generic;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.Rules;

/// <summary>How NVIDIA's driver comes to the host.</summary>
internal sealed class HostImageRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "HOST-IMAGE";

    /// <inheritdoc/>
    public override string Title => "How NVIDIA's driver comes to the host is known";

    /// <inheritdoc/>
    public override string Why => "Where a cluster is managed by an image, and on vSphere 9.0 everywhere, a VIB that is installed by hand is removed with the next remediation: the VMs with vGPUs then do not start.";

    /// <inheritdoc/>
    public override string Source => "KB 379388: vSphere 9.0 manages hosts by images alone; lifecycleManaged of a cluster";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.ClusterImage;

    /// <summary>Whether the driver has to come by an image, as far as is known.</summary>
    internal static bool IsByImage(ReadinessSubject subject) =>
        (subject.Host is { Version.Length: > 0 } host && IsNine(host)) || subject.IsImageManaged is { IsKnown: true, Value: true };

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true, Version.Length: > 0 } host)
        {
            yield break;
        }

        bool isNine = IsNine(host);
        if (IsByImage(subject))
        {
            yield return Verdict.Advice(
                isNine ? $"{host.Name} runs ESXi {host.Version}, whose software is managed by images alone: its driver has to be in the image."
                    : $"The software of {host.ClusterName ?? host.Name} is managed by an image: the driver has to be in it, or the next remediation removes it.",
                $"Install-NvidiaVib -VMHost {Typed.Name(host.Name)} -Path <component> prints the lines that set it in the image.");
        }
        else if (!subject.IsImageManaged.IsKnown && new ApiVersion(host.Version).IsAtLeast(7, 0))
        {
            yield return Verdict.Unconfirmed($"Whether {host.ClusterName ?? host.Name} is managed by an image cannot be read, because {subject.IsImageManaged.WhyUnknown}: confirm; its image would have to have the driver.", $"Look at Updates > Image of {host.ClusterName ?? host.Name} in the vSphere Client.");
        }
        else
        {
            yield return Verdict.Holds($"{host.Name} is managed by no image: its driver is installed as a VIB or component.");
        }
    }

    private static bool IsNine(GpuHost host) => new ApiVersion(host.Version).IsAtLeast(9, 0);
}
