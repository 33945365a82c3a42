using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Guest;

/// <summary>What can be asked for about drivers in guests.</summary>
public static class GuestDriverIntents
{
    private const string NextStep =
        "Keep the name that NVIDIA gives the file, such as NVIDIA-Linux-x86_64-390.42-grid.run, nvidia-linux-grid-550_550.163.01_amd64.deb or 391.03_grid_win10_server2016_64bit_international.exe: it tells which driver is in it.";

    /// <summary>A driver is to be in guests.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="path">The package: a file of this machine.</param>
    /// <param name="acceptEula">Whether NVIDIA's licence is accepted. Without it nothing is changed.</param>
    /// <param name="upgradePackages">Whether all packages of the guests are upgraded first.</param>
    /// <param name="stopGpuProcess">Whether programs that use a GPU are ended.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">PackageNotFound; GuestPackageNotRecognised: the name is none of NVIDIA's, or the content is not what the name says.</exception>
    public static ChangeIntent Install(IEnumerable<PlanTarget> vms, string path, bool acceptEula, bool upgradePackages, bool stopGpuProcess, GuestChangeOptions options)
    {
        ReadPackage(path);
        return new ChangeIntent(
            GuestDriverOperation.IntentKind,
            "Install NVIDIA's driver in guests",
            [.. vms.Select(vm => new IntentTarget(vm, new Dictionary<string, string> { [GuestDriverOperation.PathWish] = path }))],
            options.ToText(
                (GuestDriverOperation.EulaWish, acceptEula ? "true" : null),
                (GuestDriverOperation.UpgradeWish, upgradePackages ? "true" : null),
                (GuestDriverOperation.StopWish, stopGpuProcess ? "true" : null)));
    }

    /// <summary>What the file is by its name, and by its first bytes: a page of a web site that was saved under that name is no driver.</summary>
    internal static GuestDriverPackage ReadPackage(string path)
    {
        GuestDriverPackage package = GuestDriverPackage.Read(path) ?? throw new GpuVSphereException(
            "GuestPackageNotRecognised", GpuErrorCategory.InvalidArgument, $"{Path.GetFileName(path)} is no name of a guest driver: {Guess(path)}", path, NextStep);
        byte[] head = new byte[8];
        int read;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            read = file.Read(head, 0, head.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string next = File.Exists(path) ? "Check that it may be read." : LocalFiles.Beside(path, file => GuestDriverPackage.Read(file) is not null, "Check the path; it is one of this machine.");
            throw new GpuVSphereException("PackageNotFound", GpuErrorCategory.ObjectNotFound, File.Exists(path) ? $"{path} cannot be read: {error.Message}" : Directory.Exists(path) ? $"{path} is a folder." : $"There is no file {path}.", path, next, error);
        }

        byte[] wanted = package.Form switch
        {
            GuestDriverForm.RunFile => [(byte)'#', (byte)'!'],
            GuestDriverForm.Deb => System.Text.Encoding.ASCII.GetBytes("!<arch>"),
            GuestDriverForm.Rpm => [0xed, 0xab, 0xee, 0xdb],
            _ => [(byte)'M', (byte)'Z'],
        };
        return read >= wanted.Length && head.Take(wanted.Length).SequenceEqual(wanted) ? package : throw new GpuVSphereException(
            "GuestPackageNotRecognised",
            GpuErrorCategory.InvalidData,
            $"{Path.GetFileName(path)} does not begin as such a file does: it is damaged, or something else under that name, such as a page of a web site.",
            path,
            "Download it again and compare its checksum with NVIDIA's.");
    }

    private static string Guess(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".vib" or ".zip" => "it is for a host, which Install-NvidiaVib serves, or an archive that has to be unpacked first.",
        ".run" or ".deb" or ".rpm" or ".exe" => "kind and version cannot be told from it.",
        _ => "such names end with .run, .deb, .rpm or .exe.",
    };
}
