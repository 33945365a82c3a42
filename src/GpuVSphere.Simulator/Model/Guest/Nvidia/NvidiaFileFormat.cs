using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>
/// The files that guest drivers come in. They begin as the real ones do (a shell script with a label, an ar archive, an RPM lead, a DOS header), say in
/// plain text what they are, and hold no driver. What is inside decides, not the file's name.
/// </summary>
internal sealed class NvidiaFileFormat : IGuestFileFormat, IGuestPackageFormat
{
    private const int Longest = 4096;

    private static readonly Regex s_label = new(@"label=""NVIDIA Accelerated Graphics Driver for Linux-x86_64 (?<version>[\d.]+)""\ntargetdir=""NVIDIA-Linux-x86_64-[\d.]+(?<grid>-grid)?""", RegexOptions.CultureInvariant);
    private static readonly Regex s_package = new(@"Package: (?<name>[a-z0-9-]+)\nVersion: (?<version>[\d.]+)\n", RegexOptions.CultureInvariant);
    private static readonly Regex s_setup = new(@"NVIDIA Package Launcher (?<version>[\d.]+)(?<grid> GRID)?\r\n", RegexOptions.CultureInvariant);

    private static readonly byte[] s_rpmLead = [0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0];

    /// <summary>Writes a file for a driver.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="bytes">How long the file is to be, at least.</param>
    public static byte[] Write(NvidiaPackage driver, int bytes)
    {
        string package = "Package: " + driver.PackageName + "\nVersion: " + driver.Version + "\nArchitecture: amd64\n";
        byte[] head = driver.Form switch
        {
            "run" => Encoding.ASCII.GetBytes(
                "#!/bin/sh\n# This script was generated using Makeself.\nlabel=\"NVIDIA Accelerated Graphics Driver for Linux-x86_64 " + driver.Version + "\"\ntargetdir=\"NVIDIA-Linux-x86_64-" + driver.Version
                + (driver.IsGrid ? "-grid" : string.Empty) + "\"\nexit 0\n"),
            "deb" => Encoding.ASCII.GetBytes("!<arch>\ndebian-binary   0           0     0     100644  4         `\n2.0\n" + package),
            "rpm" => [.. s_rpmLead, .. Encoding.ASCII.GetBytes(package)],
            _ => Encoding.ASCII.GetBytes("MZ\u0000\u0000NVIDIA Package Launcher " + driver.Version + (driver.IsGrid ? " GRID" : string.Empty) + "\r\n"),
        };
        byte[] filling = new byte[Math.Max(0, bytes - head.Length)];
        uint state = 0x2545F491;
        for (int i = 0; i < filling.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            filling[i] = (byte)state;
        }

        return [.. head, .. filling];
    }

    /// <summary>The driver in a file; null when there is none.</summary>
    public static NvidiaPackage? Read(byte[] content)
    {
        string head = Encoding.ASCII.GetString(content, 0, Math.Min(content.Length, Longest));
        if (head.StartsWith("#!/bin/sh", StringComparison.Ordinal) && s_label.Match(head) is { Success: true } run)
        {
            return new NvidiaPackage(run.Groups["version"].Value, run.Groups["grid"].Success, "run");
        }

        if (head.StartsWith("MZ", StringComparison.Ordinal) && s_setup.Match(head) is { Success: true } setup)
        {
            return new NvidiaPackage(setup.Groups["version"].Value, setup.Groups["grid"].Success, "exe");
        }

        bool isRpm = content.Take(4).SequenceEqual(s_rpmLead.Take(4));
        return (isRpm || head.StartsWith("!<arch>", StringComparison.Ordinal)) && s_package.Match(head) is { Success: true } package
            ? new NvidiaPackage(package.Groups["version"].Value, package.Groups["name"].Value.StartsWith("nvidia-linux-grid", StringComparison.Ordinal), isRpm ? "rpm" : "deb")
            : null;
    }

    public string? ProgramOf(byte[] content) => Read(content)?.Form switch
    {
        "run" => "nvidia-installer",
        "exe" => "nvidia-setup.exe",
        _ => null,
    };

    GuestPackage? IGuestPackageFormat.Read(string fileName, byte[] content) => Read(content) is { Form: "deb" or "rpm" } driver && fileName.EndsWith("." + driver.Form, StringComparison.Ordinal)
        ? new GuestPackage(driver.PackageName, driver.Version)
        {
            // The package's own needs: DKMS builds the module, for which the headers are asked for by name.
            Depends = ["dkms"],
            Installed = guest => NvidiaInstaller.OfPackage(guest, driver),
            // No script of it takes the module from the kernel.
            Removed = NvidiaFiles.TakeFromDisk,
        }
        : null;
}
