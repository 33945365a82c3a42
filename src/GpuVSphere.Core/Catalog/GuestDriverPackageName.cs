using System;
using System.Text.RegularExpressions;

namespace GpuVSphere.Catalog;

/// <summary>
/// Reads the names of guest drivers: <c>NVIDIA-Linux-x86_64-390.42-grid.run</c>, <c>nvidia-linux-grid-550_550.54.14_amd64.deb</c>,
/// <c>nvidia-linux-grid-550-550.54.14-1.x86_64.rpm</c>, <c>391.03_grid_win10_server2016_64bit_international.exe</c> (nvidiavgpuarchive/index@89484e2), and the
/// stock ones: <c>NVIDIA-Linux-x86_64-535.161.08.run</c>, <c>nvidia-driver-535_535.161.08-0ubuntu1_amd64.deb</c>,
/// <c>538.15-data-center-tesla-desktop-winserver-2019-2022-dch-international.exe</c>.
/// </summary>
internal static class GuestDriverPackageName
{
    private const RegexOptions Plain = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
    private const string Version = @"(?<driver>[0-9]{3}\.[0-9]{1,3}(\.[0-9]{1,2})?)";

    // Names come from users: a pattern that does not end would be theirs to cause.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    private static readonly Regex s_run = new(
        "^NVIDIA-Linux-(?<arch>x86_64|x86|aarch64)-" + Version + @"(?<rest>(-[a-z0-9]+)*)(\.run)$", Plain, s_limit);

    private static readonly Regex s_gridPackage = new(
        @"^nvidia-linux-grid(-aie)?-[0-9]{3}(_|-)" + Version + @"(-[0-9a-z.~+]+?)?(_|\.)(?<arch>amd64|arm64|x86_64|aarch64)\.(?<form>deb|rpm)$", Plain, s_limit);

    private static readonly Regex s_repository = new(
        @"^(nvidia-driver-local-repo|cuda-repo|nvidia-diag-driver-local-repo)-.*?" + Version + @".*?(?<arch>amd64|arm64|x86_64|aarch64)?\.(?<form>deb|rpm)$", Plain, s_limit);

    private static readonly Regex s_stockPackage = new(
        @"^(nvidia-|kmod-nvidia|libnvidia-|xorg-x11-drv-nvidia|cuda-drivers)[a-z0-9+~-]*?(_|-)([0-9]+(:|%3a))?" + Version + @"[0-9a-z.~+-]*?(_|\.)(?<arch>amd64|arm64|x86_64|aarch64|all|noarch)\.(?<form>deb|rpm)$", Plain, s_limit);

    private static readonly Regex s_exe = new("^" + Version + @"(?<rest>[_-].*(win|server).*)\.exe$", Plain, s_limit);

    /// <summary>Reads a file's name.</summary>
    /// <param name="text">A name or a path.</param>
    /// <returns>What it says, or null.</returns>
    internal static GuestDriverPackage? Read(string text)
    {
        string trimmed = text.Trim();
        string name = trimmed.Substring(trimmed.LastIndexOfAny(['/', '\\']) + 1);
        string plain = Plainly(name);
        return Run(name, plain) ?? Package(name, plain) ?? Windows(name, plain);
    }

    // Browsers number what they download twice, and one of NVIDIA's own archives has a name with two full stops.
    private static string Plainly(string name) => Regex.Replace(Regex.Replace(name, @" ?\([0-9]+\)(?=\.[a-z]+$)", string.Empty, Plain, s_limit), @"\.+(?=\.[a-z]+$)", string.Empty, Plain, s_limit);

    private static GuestDriverPackage? Run(string name, string plain)
    {
        if (s_run.Match(plain) is not { Success: true } match || DriverVersion.TryParse(match.Groups["driver"].Value) is not { } driver)
        {
            return null;
        }

        string rest = match.Groups["rest"].Value.ToLowerInvariant();
        bool isManager = rest.Contains("vgpu-kvm") || rest.Contains("-vgpu");
        return new GuestDriverPackage
        {
            Name = name,
            Form = GuestDriverForm.RunFile,
            Kind = isManager ? GuestDriverKind.KvmManager : rest.Contains("-grid") ? GuestDriverKind.Grid : GuestDriverKind.Stock,
            Driver = driver,
            Architecture = Machine(match.Groups["arch"].Value),
            Cloud = CloudOf(rest),
        };
    }

    private static GuestDriverPackage? Package(string name, string plain)
    {
        (Match Match, GuestDriverKind Kind) found = s_gridPackage.Match(plain) is { Success: true } grid ? (grid, GuestDriverKind.Grid)
            : s_repository.Match(plain) is { Success: true } repository ? (repository, GuestDriverKind.Repository)
            : (s_stockPackage.Match(plain), GuestDriverKind.Stock);
        if (!found.Match.Success || DriverVersion.TryParse(found.Match.Groups["driver"].Value) is not { } driver)
        {
            return null;
        }

        // nvidia-vgpu-<distribution>-<branch> is the manager for KVM hosts, as a package.
        return new GuestDriverPackage
        {
            Name = name,
            Form = found.Match.Groups["form"].Value.Equals("deb", StringComparison.OrdinalIgnoreCase) ? GuestDriverForm.Deb : GuestDriverForm.Rpm,
            Kind = plain.StartsWith("nvidia-vgpu-", StringComparison.OrdinalIgnoreCase) ? GuestDriverKind.KvmManager : found.Kind,
            Driver = driver,
            Architecture = found.Match.Groups["arch"] is { Success: true } arch ? Machine(arch.Value) : null,
        };
    }

    private static GuestDriverPackage? Windows(string name, string plain)
    {
        if (s_exe.Match(plain) is not { Success: true } match || DriverVersion.TryParse(match.Groups["driver"].Value) is not { } driver)
        {
            return null;
        }

        string rest = match.Groups["rest"].Value.ToLowerInvariant();
        return new GuestDriverPackage
        {
            Name = name,
            Form = GuestDriverForm.Exe,
            Kind = rest.Contains("_grid") || rest.Contains("-grid") ? GuestDriverKind.Grid : GuestDriverKind.Stock,
            Driver = driver,
            Architecture = rest.Contains("32bit") ? "i686" : "x86_64",
            Cloud = CloudOf(rest),
        };
    }

    private static string? Machine(string word) => word.ToLowerInvariant() switch
    {
        "amd64" or "x86_64" => "x86_64",
        "arm64" or "aarch64" => "aarch64",
        "x86" => "i686",
        _ => null,
    };

    private static string? CloudOf(string rest) =>
        rest.Contains("azure") ? "azure" : rest.Contains("aws") ? "aws" : rest.Contains("gcp") ? "gcp" : null;
}
