using System;
using System.Text.RegularExpressions;

namespace GpuVSphere.Catalog;

/// <summary>
/// Reads the names NVIDIA gives its packages for ESXi, of which there were several in the course of time: <c>NVIDIA-VMware_ESXi_6.7_Host_Driver_390.42-1OEM...</c>,
/// <c>NVD.NVIDIA_bootbank_NVIDIA-VMware_...</c>, <c>NVD-VGPU-800_...</c>, <c>NVD-AIE-800_...</c>, <c>nvd-gpu-mgmt-daemon_...</c>, <c>NVIDIA-GRID-vSphere-8.0-...</c>.
/// Names are NVIDIA's convention, not a proof of what is inside.
/// </summary>
internal static class VgpuPackageName
{
    private const RegexOptions Plain = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    // Names come from users and hosts: a pattern that does not end would be theirs to cause.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private static readonly Regex s_versionAndBase = new(@"(?<driver>[0-9]{3}\.[0-9]{1,3}(\.[0-9]{1,2})?)-[0-9]+OEM\.(?<base>(?<major>[0-9]{3})(\.[0-9]+)+)", Plain, s_limit);
    private static readonly Regex s_esxiInName = new(@"_ESXi_(?<esxi>[0-9]+\.[0-9])", Plain, s_limit);
    private static readonly Regex s_archive = new(@"vSphere[-_](?<esxi>[0-9]+\.[0-9])[-_](?<driver>[0-9]{3}\.[0-9]{1,3}(\.[0-9]{1,2})?)[-_.]", Plain, s_limit);
    private static readonly Regex s_daemon = new(@"(gpu-mgmt-daemon|GpuMgmtDaemon)([_-](?<driver>[0-9]+(\.[0-9]+)+))?", Plain, s_limit);

    /// <summary>Reads a file's name, or a VIB's or component's name followed by its version.</summary>
    /// <param name="text">A name, a path, or a URL.</param>
    /// <param name="match">Finds the releases of a driver.</param>
    /// <returns>What it says, or null when it is not one of NVIDIA's names.</returns>
    internal static VgpuPackage? Read(string text, Func<DriverVersion, VgpuDriverMatch> match)
    {
        string name = LastPart(text);
        VgpuPackageForm form = name.EndsWith(".vib", StringComparison.OrdinalIgnoreCase) ? VgpuPackageForm.Vib
            : name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? VgpuPackageForm.Bundle
            : VgpuPackageForm.Installed;
        if (s_daemon.Match(name) is { Success: true } daemon)
        {
            return new VgpuPackage { Name = name, Flavour = VgpuPackageFlavour.ManagementDaemon, Form = form, Driver = DriverVersion.TryParse(daemon.Groups["driver"].Value) };
        }

        if (Flavour(name) is not { } flavour)
        {
            return null;
        }

        Match versions = s_versionAndBase.Match(name);
        Match archive = versions.Success ? Match.Empty : s_archive.Match(name);
        Match esxi = s_esxiInName.Match(name);
        DriverVersion? driver = DriverVersion.TryParse(versions.Success ? versions.Groups["driver"].Value : archive.Groups["driver"].Value);
        return new VgpuPackage
        {
            Name = name,
            Flavour = flavour,
            Form = archive.Success && form == VgpuPackageForm.Bundle ? VgpuPackageForm.Archive : form,
            Driver = driver,
            EsxiVersion = versions.Success ? EsxiOfBase(versions.Groups["major"].Value) : archive.Success ? archive.Groups["esxi"].Value : esxi.Success ? esxi.Groups["esxi"].Value : null,
            Base = versions.Success ? versions.Groups["base"].Value : null,
            Releases = driver is null ? null : match(driver),
        };
    }

    /// <summary>The update of ESXi that a base says it needs: its third digit, so that <c>702.0.0.17630552</c> needs 7.0 U2. Null when it needs none.</summary>
    internal static int? UpdateOfBase(string? lowest) => lowest is { Length: > 2 } && lowest[2] is >= '1' and <= '9' ? lowest[2] - '0' : null;

    private static VgpuPackageFlavour? Flavour(string name)
    {
        bool Has(string word) => name.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0;
        return Has("NVD-AIE") || Has("NVIDIA-AIE") || Has("NVIDIA-AI-Enterprise") ? VgpuPackageFlavour.AiEnterprise
            : Has("NVD-VGPU") || Has("NVIDIA-VMware") || Has("NVIDIA-vGPU") || Has("NVIDIA-GRID") || Has("NVD-VMware") ? VgpuPackageFlavour.Vgpu
            : null;
    }

    // 670 is 6.7, 702 is 7.0 (from Update 2 on), 800 is 8.0: two digits are the version, the third the update.
    private static string EsxiOfBase(string number) => $"{number[0]}.{number[1]}";

    private static string LastPart(string text)
    {
        string trimmed = text.Trim().TrimEnd('/', '\\');
        int query = trimmed.IndexOf('?');
        trimmed = query < 0 ? trimmed : trimmed.Substring(0, query);
        return trimmed.Substring(trimmed.LastIndexOfAny(['/', '\\']) + 1);
    }
}
