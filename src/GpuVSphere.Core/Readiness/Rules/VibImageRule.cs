using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Inventory;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The host's software is not managed by an image, which would remove a VIB again.</summary>
internal sealed class VibImageRule : ReadinessRule
{
    /// <inheritdoc/>
    public override string Id => "VIB-IMAGE";

    /// <inheritdoc/>
    public override string Title => "The host's software is not managed by an image";

    /// <inheritdoc/>
    public override string Why => "Remediation makes a host equal to its cluster's image: a driver that was installed by hand is taken away, and every vGPU VM of the host with it.";

    /// <inheritdoc/>
    public override string Source => "KB 379388: vSphere 9.0 manages hosts by images alone; lifecycleManaged of a cluster: remediation removes what the image lacks";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver | ReadinessAction.RemoveDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        if (subject.Host is not { IsConnected: true } host || subject.Software is not { } software)
        {
            yield break;
        }

        bool isNine = new ApiVersion(host.Version).IsAtLeast(9, 0);
        if (isNine || (software.IsImageManaged is { IsKnown: true, Value: true }))
        {
            string why = software.IsImageManaged is { IsKnown: true, Value: true }
                ? $"The software of {host.ClusterName ?? host.Name} is managed by an image"
                : $"{host.Name} runs ESXi {host.Version}, whose software is managed by images alone";
            if (subject.Action == ReadinessAction.RemoveDriver)
            {
                yield return Verdict.Confirmed(
                    $"{why}: what is removed from a host by hand comes back with the next remediation.",
                    "Take the component out of the image (Updates > Image of the cluster in the vSphere Client) and remediate.");
                yield break;
            }

            // Of a package for another ESXi the image would need another one.
            if (software.Packages.Any(package => package.Vibs.Any(vib => vib?.EsxiVersion is { } made && made != string.Join(".", host.Version.Split('.').Take(2)))))
            {
                yield return Verdict.Confirmed(
                    $"{why}: a VIB that is installed by hand is removed with the next remediation, and this package is not the one that the image needs.",
                    $"Give the component that NVIDIA ships for vSphere {string.Join(".", host.Version.Split('.').Take(2))}, and the lines that set it in the image are printed.");
                yield break;
            }

            string[] components = [.. software.Packages.Select(package => package.Component ?? package.Title)];
            yield return Verdict.Confirmed(
                $"{why}: a VIB that is installed by hand is removed with the next remediation. The image needs {string.Join(" and ", components)}.",
                "Set it with PowerCLI:\n" + Lines(host, software));
        }
        else if (!software.IsImageManaged.IsKnown && new ApiVersion(host.Version).IsAtLeast(7, 0))
        {
            yield return Verdict.Unconfirmed($"Whether {host.ClusterName ?? host.Name} is managed by an image could not be read: {software.IsImageManaged.WhyUnknown}. If it is, the image has to have the package.");
        }
        else
        {
            yield return Verdict.Holds(software.IsImageManaged.IsKnown
                ? $"The software of {host.ClusterName ?? host.Name} is not managed by an image."
                : $"{host.Name} runs ESXi {host.Version}; images came with vSphere 7.0.");
        }
    }

    // The lines of VMware's own example (PowerCLI-Example-Scripts, PAIF-N/02-install-nvidia-driver-vlcm.ps1), for these components.
    private static string Lines(GpuHost host, SoftwareQuestion software)
    {
        List<string> lines =
        [
            "$spec = Initialize-SettingsDepotsOfflineCreateSpec -SourceType PULL -Location 'https://<your web server>/<component>.zip'",
            "Invoke-CreateDepotsOfflineAsync -SettingsDepotsOfflineCreateSpec $spec    # once for each component",
        ];
        List<string> names = [];
        foreach (SoftwarePackage package in software.Packages)
        {
            string[] words = (package.Component ?? package.Title).Split([' '], 2);
            string variable = "$c" + (names.Count + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            names.Add(variable);
            lines.Add($"{variable} = Get-LcmImage -Type Component | Where-Object {{ $_.Id -like '*{words[0]}*' -and $_.Version -eq '{(words.Length > 1 ? words[1] : "<version>")}' }}");
        }

        lines.Add("$base = Get-LcmImage -Type BaseImage | Where-Object Version -eq '<the base image of the cluster>'");
        lines.Add($"Set-Cluster -Cluster {Typed.Name(host.ClusterName, "<cluster>")} -BaseImage $base -Component {string.Join(",", names)} -AcceptEULA -Remediate    # with the components that the image has already");
        return string.Join("\n", lines);
    }
}
