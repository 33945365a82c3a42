using System;
using System.Linq;
using System.Text;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>Knows the stand-ins of <see cref="SimulatedCuda"/>: run-files and setups run as programs, packages are read by dpkg and rpm.</summary>
internal sealed class CudaFile : IGuestFileFormat, IGuestPackageFormat
{
    public string? ProgramOf(byte[] content) => Words(content).FirstOrDefault() switch
    {
        "toolkit" or "patch" => "cuda-run-file",
        "setup" or "network" or "mend" => "cuda-setup.exe",
        _ => null,
    };

    public GuestPackage? Read(string fileName, byte[] content)
    {
        string[] words = Words(content);
        if (words.FirstOrDefault() != "repository" || CudaRelease.Read(words[1]) is not { } release)
        {
            return null;
        }

        string name = "cuda-repo-" + release.Minor.Replace('.', '-') + "-local";
        return new GuestPackage(name, release.Version)
        {
            Installed = guest =>
            {
                guest.Files.PutDirectory("/var/" + name);
                guest.Files.Put("/var/" + name + "/version", release.Version);
                guest.Files.Put("/var/" + name + "/cuda-sim-keyring.gpg", "key");
            },
            Removed = guest => guest.Files.Remove("/var/" + name),
        };
    }

    /// <summary>What a stand-in says it is; empty for any other file.</summary>
    public static string[] Words(byte[] content)
    {
        if (content.Length > 4096)
        {
            return [];
        }

        string? line = Encoding.ASCII.GetString(content).Split('\n').Skip(1).FirstOrDefault();
        return line?.StartsWith(SimulatedCuda.Mark, StringComparison.Ordinal) == true ? line.Substring(SimulatedCuda.Mark.Length).Split(' ') : [];
    }
}
