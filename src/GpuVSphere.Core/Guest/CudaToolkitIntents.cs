using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Guest;

/// <summary>What a user can ask for of CUDA in guests, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static class CudaToolkitIntents
{
    /// <summary>The kind of these intents.</summary>
    internal const string Kind = "CudaToolkit";

    /// <summary>The ids of what a toolkit may be refused or warned of for; -SkipRule takes them.</summary>
    public static IReadOnlyCollection<string> Rules => CudaPlanner.Rules;

    /// <summary>Where the samples go unless told otherwise.</summary>
    public const string DefaultSamplesFolder = "/usr/local/src";

    /// <summary>The image that nvidia-smi is run in unless told otherwise: NVIDIA's runtime brings the program along.</summary>
    public const string DefaultImage = "ubuntu";

    /// <summary>The toolkit of a file is to be in the guests: a run-file or a setup for Windows with its patches, or a package that brings a repository.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="path">The file on this machine.</param>
    /// <param name="patches">The patches on this machine, in any order; for run-files and setups.</param>
    /// <param name="samplesFolder">The folder in the guest for the samples; null for none. A setup for Windows brings deviceQuery and vectorAdd into the toolkit's own folder, whatever is given.</param>
    /// <param name="link">Whether /usr/local/cuda, on Windows CUDA_PATH, is to be this toolkit.</param>
    /// <param name="overrideCheck">Whether the run-file goes on with a compiler that it does not know.</param>
    /// <param name="acceptsEula">Whether the user accepts NVIDIA's licence for CUDA. Without it nothing is changed.</param>
    /// <param name="options">The options of changes of guests.</param>
    /// <param name="subpackages">The parts that a setup for Windows is to install, such as <c>nvcc</c> or <c>nvcc_12.4</c>; null or none for those that are known of the toolkit.</param>
    /// <exception cref="GpuVSphereException">CudaFileNotFound, CudaFileUnknown, CudaPatchWrong, CudaSubpackageInvalid.</exception>
    public static ChangeIntent FromFile(
        IEnumerable<PlanTarget> vms,
        string path,
        IReadOnlyList<string> patches,
        string? samplesFolder,
        bool link,
        bool overrideCheck,
        bool acceptsEula,
        GuestChangeOptions options,
        IReadOnlyList<string>? subpackages = null)
    {
        CudaPackageName name = Named(path);
        if (name.Kind is CudaPackageKind.Patch or CudaPackageKind.WindowsPatch)
        {
            throw new GpuVSphereException(
                "CudaFileUnknown", GpuErrorCategory.InvalidArgument, $"{name.FileName} is a patch for CUDA {name.Version}.", path, "Give the toolkit's own file with -Path, and the patches with -Patch.");
        }

        CudaMethod method = name.IsForWindows ? CudaMethod.Setup : name.Kind == CudaPackageKind.RunFile ? CudaMethod.RunFile : CudaMethod.Package;
        CudaPackageKind? kindOfPatch = method switch
        {
            CudaMethod.Setup => CudaPackageKind.WindowsPatch,
            CudaMethod.RunFile => CudaPackageKind.Patch,
            _ => null,
        };

        CudaPackageName[] mends = [.. patches.Select(Named)];
        if (mends.FirstOrDefault(mend => mend.Kind != kindOfPatch || !(mend.Version.Patch is null ? mend.Version.IsMinorOf(name.Version) : mend.Version == name.Version)) is { } wrong)
        {
            throw new GpuVSphereException(
                "CudaPatchWrong", GpuErrorCategory.InvalidArgument, $"{wrong.FileName} is no patch for {name.FileName}.", wrong.FileName, kindOfPatch is null ? "Patches are for run-files and for setups for Windows." : $"Give patches for CUDA {name.Version} and the same system.");
        }

        Dictionary<string, string> wanted = new(StringComparer.Ordinal)
        {
            [CudaWish.MethodName] = method.ToString(),
            [CudaWish.VersionName] = name.Version.ToString(),
            [CudaWish.FileName] = Path.GetFullPath(path),
        };
        foreach ((CudaPackageName mend, string file) in mends.Zip(patches, (mend, file) => (mend, file)))
        {
            wanted[CudaWish.PatchPrefix + mend.Patch!.Value.ToString("00", System.Globalization.CultureInfo.InvariantCulture)] = Path.GetFullPath(file);
        }

        if (subpackages is { Count: > 0 })
        {
            wanted[CudaWish.SubpackagesName] = method == CudaMethod.Setup ? string.Join(" ", CudaSubpackages.Read(subpackages, name.Version)) : throw new GpuVSphereException(
                "CudaSubpackageInvalid", GpuErrorCategory.InvalidArgument, $"{name.FileName} is not for Windows, whose setups alone take parts by name.", name.FileName, "Leave -Subpackage away.");
        }

        if (samplesFolder is not null && method == CudaMethod.Setup)
        {
            wanted[CudaWish.SamplesName] = CudaSubpackages.Demos;
        }

        if (samplesFolder is not null && method == CudaMethod.RunFile)
        {
            wanted[CudaWish.SamplesName] = samplesFolder.StartsWith("/", StringComparison.Ordinal) ? samplesFolder : throw new GpuVSphereException(
                "SamplesPathInvalid", GpuErrorCategory.InvalidArgument, $"'{samplesFolder}' is no absolute path in a Linux guest.", samplesFolder, "Give a folder such as " + DefaultSamplesFolder + ".");
        }

        Set(wanted, CudaWish.LinkName, link);
        Set(wanted, CudaWish.OverrideName, overrideCheck);
        Set(wanted, CudaWish.EulaName, acceptsEula);
        return Intent($"Install CUDA {name.Version}", vms, wanted, options);
    }

    /// <summary>The toolkit is to come from the guests' own repositories.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="version">Such as <c>12.4</c>: packages are named by it.</param>
    /// <param name="link">Whether /usr/local/cuda is to be this toolkit.</param>
    /// <param name="acceptsEula">Whether the user accepts NVIDIA's licence for CUDA. Without it nothing is changed.</param>
    /// <param name="options">The options of changes of guests.</param>
    /// <exception cref="GpuVSphereException">CudaVersionInvalid.</exception>
    public static ChangeIntent FromRepository(IEnumerable<PlanTarget> vms, string version, bool link, bool acceptsEula, GuestChangeOptions options)
    {
        CudaVersion read = CudaVersion.TryParse(version) ?? throw new GpuVSphereException(
            "CudaVersionInvalid", GpuErrorCategory.InvalidArgument, $"'{version}' is no version of CUDA.", version, "Give it as 12.4.");
        Dictionary<string, string> wanted = new(StringComparer.Ordinal)
        {
            [CudaWish.MethodName] = CudaMethod.Package.ToString(),
            [CudaWish.VersionName] = read.MinorText,
        };
        Set(wanted, CudaWish.LinkName, link);
        Set(wanted, CudaWish.EulaName, acceptsEula);
        return Intent($"Install CUDA {read.MinorText}", vms, wanted, options);
    }

    /// <summary>Containers in the guests are to have the GPU: Docker with NVIDIA's runtime.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="image">The image that nvidia-smi is run in.</param>
    /// <param name="options">The options of changes of guests.</param>
    /// <exception cref="GpuVSphereException">ImageInvalid.</exception>
    public static ChangeIntent Containers(IEnumerable<PlanTarget> vms, string image, GuestChangeOptions options)
    {
        string plain = image.Trim();
        bool isName = plain.Length is > 0 and <= 255 && char.IsLetterOrDigit(plain[0]) && plain.All(c => c < 128 && (char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':' or '@'));
        return !isName ? throw new GpuVSphereException("ImageInvalid", GpuErrorCategory.InvalidArgument, $"'{plain}' is no name of an image.", plain, "Give it as docker takes it: nvidia/cuda:12.4.1-base-ubuntu22.04")
            : Intent(
                "Give containers the GPU",
                vms,
                new(StringComparer.Ordinal) { [CudaWish.MethodName] = CudaMethod.Container.ToString(), [CudaWish.ImageName] = plain },
                options);
    }

    private static CudaPackageName Named(string path)
    {
        if (!File.Exists(path))
        {
            throw new GpuVSphereException("CudaFileNotFound", GpuErrorCategory.ObjectNotFound, $"There is no file {path}.", path, LocalFiles.Beside(path, file => CudaPackageName.Read(file) is not null, "Download it from developer.nvidia.com/cuda-downloads, and give its path."));
        }

        return CudaPackageName.Read(path) ?? throw new GpuVSphereException(
            "CudaFileUnknown",
            GpuErrorCategory.InvalidArgument,
            $"{Path.GetFileName(path)} has none of the names of NVIDIA's files for CUDA on Linux and Windows.",
            path,
            "Keep the name that it was downloaded by: cuda_9.1.85_387.26_linux, cuda_9.1.85.1_linux, cuda-repo-...-local-....deb or .rpm, cuda_12.4.1_551.78_windows.exe.");
    }

    private static ChangeIntent Intent(string title, IEnumerable<PlanTarget> vms, Dictionary<string, string> wanted, GuestChangeOptions options) =>
        new(Kind, title, [.. vms.Select(vm => new IntentTarget(vm, wanted))], options.ToText());

    private static void Set(Dictionary<string, string> wanted, string name, bool isSet)
    {
        if (isSet)
        {
            wanted[name] = "true";
        }
    }
}
