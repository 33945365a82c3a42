using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The package is for the host's version of ESXi.</summary>
internal sealed class VibEsxiRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VIB-ESXI";

    /// <inheritdoc/>
    public override string Title => "The package is for the host's version of ESXi";

    /// <inheritdoc/>
    public override string Why => "NVIDIA builds the driver against one version of ESXi; on another one its installation fails, or the module does not load and no profile is offered.";

    /// <inheritdoc/>
    public override string Source => "NVIDIA builds one package for each ESXi version: the names of its VIBs and the base in their versions, nvidiavgpuarchive/index@89484e2";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true, Version.Length: > 0 } host)
        {
            yield break;
        }

        foreach (SoftwarePackage package in subject.Software?.Packages ?? [])
        {
            foreach (VgpuPackage vib in package.Vibs.OfType<VgpuPackage>())
            {
                if (vib.Flavour == VgpuPackageFlavour.ManagementDaemon && vib.EsxiVersion is null)
                {
                    continue;
                }

                if (vib.EsxiVersion is not { } made)
                {
                    yield return Verdict.Unconfirmed($"For which ESXi {package.Title} is made cannot be told from its names; {host.Name} runs {host.Version}.");
                }
                else if (made != Main(host))
                {
                    yield return Verdict.Confirmed(
                        $"{package.Title} is made for ESXi {made}, and {host.Name} runs {host.Version}.",
                        $"Give the package that NVIDIA ships for vSphere {Main(host)}.");
                }
                else if (VgpuPackageName.UpdateOfBase(vib.Base) is { } update && !new ApiVersion(host.Version).IsAtLeast(int.Parse(made.Split('.')[0], CultureInfo.InvariantCulture), int.Parse(made.Split('.')[1], CultureInfo.InvariantCulture), update))
                {
                    yield return Verdict.Confirmed(
                        $"{package.Title} needs ESXi {made} U{update.ToString(CultureInfo.InvariantCulture)} or later, and {host.Name} runs {host.Version}.",
                        "Upgrade the host, or give a package of an earlier release.");
                }
                else
                {
                    yield return Verdict.Holds($"{package.Title} is made for ESXi {made}, and {host.Name} runs {host.Version}.");
                }
            }
        }
    }

    private static string Main(GpuHost host) => string.Join(".", host.Version.Split('.').Take(2));
}
