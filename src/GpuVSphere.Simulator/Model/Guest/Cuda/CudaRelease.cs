using System;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>A toolkit as the simulated guests know it, with data of its own: what driver it needs, and the newest gcc that it takes.</summary>
internal sealed class CudaRelease
{
    // The least driver that a program of the toolkit runs on: the kernel side is what counts, so from 11 on that of the main version's first toolkit.
    private static readonly (string Minor, string Driver, string Windows, int Gcc)[] s_known =
    [
        ("8.0", "367.48", "369.30", 5), ("9.0", "384.81", "385.54", 6), ("9.1", "387.26", "388.19", 6), ("9.2", "396.26", "397.44", 7), ("10.0", "410.48", "411.31", 7),
        ("10.1", "418.39", "418.96", 8), ("10.2", "440.33", "441.22", 8), ("11.0", "450.36", "451.22", 9), ("11.4", "450.36", "451.22", 10), ("11.8", "450.36", "451.22", 11),
        ("12.2", "525.60", "527.41", 12), ("12.4", "525.60", "527.41", 13), ("12.9", "525.60", "527.41", 14), ("13.0", "580.65", "580.65", 15),
    ];

    private CudaRelease(string version, int[] parts) => (Version, Parts) = (version, parts);

    public string Version { get; }

    public int[] Parts { get; }

    public string Minor => Parts[0].ToString(CultureInfo.InvariantCulture) + "." + Parts[1].ToString(CultureInfo.InvariantCulture);

    public string Folder => "/usr/local/cuda-" + Minor;

    public string WindowsFolder => "/C:/Program Files/NVIDIA GPU Computing Toolkit/CUDA/v" + Minor;

    public bool HasSamples => Parts[0] < 11 || (Parts[0] == 11 && Parts[1] < 6);

    public bool HasJson => Parts[0] > 11 || (Parts[0] == 11 && Parts[1] > 0);

    public string LeastDriver => Known.Driver;

    public string LeastWindowsDriver => Known.Windows;

    public int NewestGcc => Known.Gcc;

    /// <summary>The compiler's own version: from 11 on another than the toolkit's.</summary>
    public string CompilerVersion => Parts[0] < 11 ? Version : Minor + "." + (100 + Parts[2]).ToString(CultureInfo.InvariantCulture);

    private (string Minor, string Driver, string Windows, int Gcc) Known => s_known.LastOrDefault(known => known.Minor == Minor) is { Minor: not null } own ? own : s_known.Last(known => Less(known.Minor, Minor));

    public static CudaRelease? Read(string version)
    {
        int[] parts = version.Split('.').Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int part) ? part : -1).ToArray();
        return parts.Length == 3 && parts.All(part => part >= 0) && parts[0] >= 8 ? new CudaRelease(version, parts) : null;
    }

    /// <summary>Whether one version is lower than another, number by number.</summary>
    public static bool Less(string left, string right)
    {
        int[] one = left.Split('.').Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        int[] other = right.Split('.').Select(word => int.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        for (int i = 0; i < Math.Max(one.Length, other.Length); i++)
        {
            int difference = (i < one.Length ? one[i] : 0) - (i < other.Length ? other[i] : 0);
            if (difference != 0)
            {
                return difference < 0;
            }
        }

        return false;
    }

    /// <summary>Puts the toolkit into a guest.</summary>
    public void Install(SimulatedGuest guest)
    {
        guest.Files.PutProgram(Folder + "/bin/nvcc", "nvcc");
        guest.Files.Put(Folder + "/nvcc.version", CompilerVersion + "\n");
        if (HasJson)
        {
            guest.Files.Put(Folder + "/version.json", "{\n   \"cuda\" : {\n      \"name\" : \"CUDA SDK\",\n      \"version\" : \"" + Version + "\"\n   }\n}\n");
        }
        else
        {
            guest.Files.Put(Folder + "/version.txt", "CUDA Version " + Version + "\n");
        }
    }

    /// <summary>Puts beside the toolkit what removes it; run-files do, packages do not.</summary>
    public void InstallUninstaller(SimulatedGuest guest)
    {
        if (Less(Minor, "10.1"))
        {
            guest.Files.PutProgram(Folder + "/bin/uninstall_cuda_" + Minor + ".pl", CudaUninstaller.Script);
        }
        else
        {
            guest.Files.PutProgram(Folder + "/bin/cuda-uninstaller");
        }
    }

    /// <summary>Takes a toolkit out of its folder; what is not of it stays.</summary>
    public static void Uninstall(SimulatedGuest guest, string folder)
    {
        string minor = folder.Substring(folder.LastIndexOf('-') + 1);
        foreach (string name in new[] { "bin/nvcc", "nvcc.version", "version.json", "version.txt", "bin/cuda-uninstaller", "bin/uninstall_cuda_" + minor + ".pl" })
        {
            guest.Files.Remove(folder + "/" + name);
        }

        if (guest.Files.Below(folder).Count == 0)
        {
            guest.Files.Remove(folder);
        }
    }

    /// <summary>Puts the sources of the samples that everybody runs into a guest.</summary>
    public void InstallSamples(SimulatedGuest guest, string folder)
    {
        string at = folder.TrimEnd('/') + "/NVIDIA_CUDA-" + Minor + "_Samples";
        foreach ((string place, string name) in new[] { ("1_Utilities", "deviceQuery"), ("0_Simple", "vectorAdd") })
        {
            guest.Files.Put($"{at}/{place}/{name}/Makefile", "build: " + name + "\n");
            guest.Files.Put($"{at}/{place}/{name}/{name}.cu", "// " + name + " for CUDA " + Version + "\n");
        }
    }
}
