using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host and the GPU know vGPUs of mixed size.</summary>
internal sealed class VgpuModeRule : ReadinessRule
{
    private static readonly string[] s_before = ["Kepler", "Maxwell", "Pascal", "Volta", "Turing"];

    /// <inheritdoc/>
    public override string Id => "VGPU-MODE";

    /// <inheritdoc/>
    public override string Title => "The host and the GPU have the vGPU mode";

    /// <inheritdoc/>
    public override string Why => "Mixed-size and MIG modes came late and need hardware for them; a host or GPU without them refuses the setting, or keeps serving one size.";

    /// <inheritdoc/>
    public override string Source => "HostGraphicsConfigVgpuMode, vSphere API 8.0.3.0; mixed size: Ampere and later (frankdenneman.ai 2026-02-17)";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.SetGraphics;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Graphics is not { WantsVgpuMode: true } wanted || subject.Host is not { IsConnected: true } host)
        {
            yield break;
        }

        if (!new ApiVersion(host.Version).IsAtLeast(8, 0, 3))
        {
            yield return Verdict.Confirmed(
                $"{host.Name} (ESXi {host.Version}) has no vGPU modes; they came with vSphere 8.0 U3. Its GPUs run vGPUs of one size.",
                "Upgrade the host to 8.0 U3 or later, or leave -VgpuMode out.");
            yield break;
        }

        if (!wanted.WantsMixedSize)
        {
            yield return Verdict.Holds($"{host.Name} runs ESXi {host.Version}, which has vGPU modes.");
        }

        foreach (GpuDevice device in subject.Devices.Where(_ => wanted.WantsMixedSize))
        {
            string? architecture = DeviceArchitecture.Of(device);
            if (architecture is null)
            {
                yield return Verdict.Unconfirmed($"The generation of {device.Address} ({device.Name}) on {host.Name} is not known; vGPUs of mixed size need Ampere or later.");
            }
            else if (s_before.Contains(architecture))
            {
                yield return Verdict.Confirmed(
                    $"{device.Address} ({device.Model ?? device.Name}) on {host.Name} is of the {architecture} generation; vGPUs of mixed size need Ampere or later.",
                    "Use -VgpuMode SameSize for it, or name other GPUs with -Device.");
            }
            else
            {
                yield return Verdict.Holds($"{device.Address} ({device.Model ?? device.Name}) on {host.Name} is of the {architecture} generation, which takes vGPUs of mixed size.");
            }
        }
    }
}
