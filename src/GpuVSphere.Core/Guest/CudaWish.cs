using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>What is wanted of CUDA in a guest.</summary>
internal sealed record CudaWish
{
    public const string MethodName = "method";
    public const string VersionName = "toolkit";
    public const string FileName = "file";
    public const string PatchPrefix = "patch:";
    public const string SamplesName = "samples";
    public const string LinkName = "link";
    public const string OverrideName = "override";
    public const string EulaName = "accept-eula";
    public const string ImageName = "image";
    public const string SubpackagesName = "subpackages";

    /// <summary>The way.</summary>
    public required CudaMethod Method { get; init; }

    /// <summary>The toolkit; null in containers.</summary>
    public CudaVersion? Version { get; init; }

    /// <summary>The run-file, the setup, or the package of a repository, on this machine; null where the guest's repositories have the toolkit.</summary>
    public string? File { get; init; }

    /// <summary>The patches on this machine, in order.</summary>
    public IReadOnlyList<string> Patches { get; init; } = [];

    /// <summary>The folder in the guest that the samples go to; null for none. Of a setup for Windows only whether it is null counts.</summary>
    public string? SamplesFolder { get; init; }

    /// <summary>The parts that the setup for Windows is to install, without their version; none for those that are known of the toolkit.</summary>
    public IReadOnlyList<string> Subpackages { get; init; } = [];

    /// <summary>Whether /usr/local/cuda, on Windows CUDA_PATH, is to be this toolkit.</summary>
    public bool IsLinked { get; init; }

    /// <summary>Whether the run-file goes on with a compiler or a kernel that it does not know.</summary>
    public bool OverridesCheck { get; init; }

    /// <summary>Whether NVIDIA's licence for CUDA is accepted.</summary>
    public bool AcceptsEula { get; init; }

    /// <summary>The image that nvidia-smi is run in; null for no container.</summary>
    public string? Image { get; init; }

    /// <summary>Reads an intent.</summary>
    /// <exception cref="GpuVSphereException">IntentInvalid.</exception>
    public static CudaWish Read(IntentTarget target)
    {
        string? Text(string name) => target.Wanted.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
        CudaWish? wish = Enum.TryParse(Text(MethodName), out CudaMethod method)
            ? new CudaWish
            {
                Method = method,
                Version = CudaVersion.TryParse(Text(VersionName)),
                File = Text(FileName),
                Patches = [.. target.Wanted.Where(wanted => wanted.Key.StartsWith(PatchPrefix, StringComparison.Ordinal)).OrderBy(wanted => wanted.Key, StringComparer.Ordinal).Select(wanted => wanted.Value)],
                SamplesFolder = Text(SamplesName),
                Subpackages = Text(SubpackagesName)?.Split(' ') ?? [],
                IsLinked = Text(LinkName) is not null,
                OverridesCheck = Text(OverrideName) is not null,
                AcceptsEula = Text(EulaName) is not null,
                Image = Text(ImageName),
            }
            : null;
        bool isWhole = wish is not null && (wish.Method == CudaMethod.Container ? wish.Image is not null : wish.Version is not null) && (wish.Method is not (CudaMethod.RunFile or CudaMethod.Setup) || wish.File is not null);
        return isWhole ? wish! : throw new GpuVSphereException(
            "IntentInvalid", GpuErrorCategory.InvalidData, $"The intent for {target.Target.Name} cannot be read: it names no toolkit, no file or no image.", target.Target.Name, "Make the intent anew.");
    }
}
