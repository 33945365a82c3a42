using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;

namespace GpuVSphere.Readiness.Rules;

/// <summary>ECC is off while the driver does not serve vGPUs with it.</summary>
internal sealed class EccVgpuRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "ECC-VGPU";

    /// <inheritdoc/>
    public override string Title => "ECC is as the driver's vGPU release needs it";

    /// <inheritdoc/>
    public override string Why => "Before vGPU 9.0 a vGPU does not start on a GPU with ECC, which is on from the factory. Since 9.0 there is no reason to switch it off, and memory errors go unnoticed without it.";

    /// <inheritdoc/>
    public override string Source => "Learning guide 6.1.7; frankdenneman.nl 2022-10-18: ECC as a cause of the plugin that could not be initialized";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu | ReadinessAction.PowerOn;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware | EvidenceKinds.NvidiaSmi;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host || (subject.Action == ReadinessAction.PowerOn && (subject.Vm is null || ConfiguredGpus.Vgpus(subject.Vm).Count == 0)))
        {
            yield break;
        }

        IReadOnlyList<GpuDevice> gpus = [.. ConfiguredGpus.OfDriver(subject).Where(device => subject.Vm is null || ConfiguredGpus.IsFor(subject.Vm, device))];
        if (gpus.Count == 0)
        {
            yield break;
        }

        if (!subject.HostSoftware.IsKnown)
        {
            yield return Verdict.Unconfirmed($"Which driver {host.Name} runs cannot be read, because {subject.HostSoftware.WhyUnknown}: confirm that it is vGPU 9.0 or later, or that ECC is off.", Look(host));
            yield break;
        }

        if (subject.HostSoftware.Value?.Driver is not { } driver)
        {
            yield break;
        }

        if (driver.Releases?.Major is not { } major)
        {
            yield return Verdict.Unconfirmed($"The vGPU release of {driver.Name} on {host.Name} is not known: confirm that it is 9.0 or later, or that ECC is off.", Look(host));
        }
        else if (major >= FirstWithEcc)
        {
            yield return Verdict.Holds($"{driver.Name} on {host.Name} is vGPU {driver.Releases.ReleaseText}, which serves vGPUs with ECC on or off.");
        }
        else
        {
            foreach (Verdict verdict in ConfiguredGpus.Doubted([.. gpus.Select(device => Judge(host, device, driver.Releases.ReleaseText, subject.NvidiaSmi))]))
            {
                yield return verdict;
            }
        }
    }

    private const int FirstWithEcc = 9;

    private static string Look(GpuHost host) => $"Get-NvidiaVib -VMHost {Typed.Name(host.Name)} shows the driver, Get-GpuEcc -VMHost {Typed.Name(host.Name)} ECC.";

    private static Verdict Judge(GpuHost host, GpuDevice device, string release, Evidence<IReadOnlyList<NvidiaSmiGpu>> smi)
    {
        NvidiaSmiGpu? told = smi.IsKnown ? smi.Value!.FirstOrDefault(gpu => gpu.Address == device.Address) : null;
        return told switch
        {
            null => Verdict.Unconfirmed(
                $"vGPUs of release {release} do not start with ECC; whether it is on for {ConfiguredGpus.Say(device)} on {host.Name} cannot be read{(smi.IsKnown ? string.Empty : ", because " + smi.WhyUnknown)}: confirm that it is off.",
                $"Test-GpuReadiness -VMHost {Typed.Name(host.Name)} -NvidiaSmi (Get-NvidiaSmi -VMHost {Typed.Name(host.Name)}) decides it; Set-GpuEcc -VMHost {Typed.Name(host.Name)} -Device {device.Address} -Enabled $false -Reboot switches it off."),
            { EccCurrent: true } => Verdict.Confirmed(
                $"ECC is on for {ConfiguredGpus.Say(device)} on {host.Name}, and its driver is vGPU {release}: vGPUs do not start with ECC before release 9.0.",
                $"Set-GpuEcc -VMHost {Typed.Name(host.Name)} -Device {device.Address} -Enabled $false -Reboot"),
            { EccPending: true } => Verdict.Confirmed(
                $"ECC of {ConfiguredGpus.Say(device)} on {host.Name} is switched on by the next reboot, and vGPUs of release {release} then do not start.",
                $"Set-GpuEcc -VMHost {Typed.Name(host.Name)} -Device {device.Address} -Enabled $false"),
            _ => Verdict.Holds($"ECC is {(told.EccCurrent is null ? "not there" : "off")} for {ConfiguredGpus.Say(device)} on {host.Name}."),
        };
    }
}
