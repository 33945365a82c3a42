using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The driver that is installed is for the host's ESXi.</summary>
internal sealed class DriverEsxiRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "DRIVER-ESXI";

    /// <inheritdoc/>
    public override string Title => "The driver that is installed is for the host's version of ESXi";

    /// <inheritdoc/>
    public override string Why => "NVIDIA builds one package for each version of ESXi. After an upgrade of the host the old one stays listed, and its module is not loaded.";

    /// <inheritdoc/>
    public override string Source => "The names of NVIDIA's packages and the base in their versions, nvidiavgpuarchive/index@89484e2";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.UseVgpu;

    /// <inheritdoc/>
    public override EvidenceKinds Needs => EvidenceKinds.HostSoftware;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true, Version.Length: > 0 } host || subject.HostSoftware is not { IsKnown: true, Value.Driver: { } driver })
        {
            yield break;
        }

        string main = string.Join(".", host.Version.Split('.').Take(2));
        if (driver.EsxiVersion is not { } made)
        {
            yield return Verdict.Unconfirmed($"For which ESXi {driver.Name} on {host.Name} is made cannot be told from its name: confirm that it is {main}.", $"Get-NvidiaVib -VMHost {Typed.Name(host.Name)} shows the version of the VIB, which has the base that it was built for.");
        }
        else if (made == main)
        {
            yield return Verdict.Holds($"{driver.Name} is made for ESXi {made}, which {host.Name} runs.");
        }
        else
        {
            string seen = $"{driver.Name} is made for ESXi {made}, and {host.Name} runs {host.Version}.";
            string next = $"Install-NvidiaVib -VMHost {Typed.Name(host.Name)} -Path <the package that NVIDIA ships for vSphere {main}> -Reboot";

            // A driver that serves a GPU all the same is not called wrong.
            yield return ConfiguredGpus.OfDriver(subject) is { Count: > 0 } gpus && gpus.All(gpu => gpu.GraphicsType == "basic") ? Verdict.Confirmed(seen, next) : Verdict.Unconfirmed(seen, next);
        }
    }
}
