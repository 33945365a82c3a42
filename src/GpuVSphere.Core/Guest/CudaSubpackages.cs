using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using GpuVSphere.Catalog;

namespace GpuVSphere.Guest;

/// <summary>
/// The parts of NVIDIA's setup for Windows that are installed: all of the toolkit that needs neither a desktop nor Visual Studio. A setup that is given
/// parts installs these alone, so that its driver (Display.Driver) is declined by not being named; one that is given none installs everything. It refuses
/// a part that it does not have, so none is named here that no list has.
/// </summary>
/// <remarks>
/// From NVIDIA's CUDA Installation Guide for Microsoft Windows (13.2, 13.4), and from scripts that install by it: of MXNet (9.2), PyTorch (10.0 to 11.1),
/// vcpkg (11.3 to 13.3). Of 9.1 only single parts are found, of earlier ones hardly any. demo_suite of 11 stands in the lists before and after it, and in
/// what 11 says of itself (version.json).
/// </remarks>
internal static class CudaSubpackages
{
    /// <summary>The part with deviceQuery and vectorAdd as programs. Toolkits of 13 have none.</summary>
    public const string Demos = "demo_suite";

    private const string Compiler = "nvcc";

    private const string Libraries =
        " cudart cublas cublas_dev cufft cufft_dev curand curand_dev cusolver cusolver_dev cusparse cusparse_dev npp npp_dev nvrtc nvrtc_dev nvml_dev";

    private static readonly (CudaVersion From, CudaVersion Below, string Names)[] s_known =
    [
        (new(9, 1, null), new(9, 2, null), "nvcc cudart cublas cublas_dev cufft cufft_dev curand curand_dev npp npp_dev nvml_dev"),
        (new(9, 2, null), new(11, 0, null), "nvcc cuobjdump nvprune cupti gpu_library_advisor memcheck nvdisasm nvprof nvgraph nvgraph_dev" + Libraries + " " + Demos),
        (new(11, 0, null), new(12, 0, null), "nvcc cuobjdump nvprune cupti memcheck nvdisasm nvprof" + Libraries + " " + Demos),
        (new(12, 0, null), new(13, 0, null), "nvcc cuobjdump nvprune cupti nvdisasm nvprof nvtx cuxxfilt nvjitlink nvjpeg nvjpeg_dev opencl sanitizer thrust cuda_profiler_api" + Libraries + " " + Demos),
        (new(13, 0, null), new(14, 0, null), "nvcc crt nvvm nvptxcompiler cuobjdump nvprune cupti nvdisasm nvtx cuxxfilt nvjitlink nvfatbin nvjpeg nvjpeg_dev opencl sanitizer thrust cuda_profiler_api" + Libraries),
    ];

    private static readonly Regex s_name = new(@"^(?<name>[A-Za-z][A-Za-z0-9_]*?)(_(?<version>\d+\.\d+))?$", RegexOptions.CultureInvariant);

    /// <summary>The parts of a toolkit, without its version; null where they are not known.</summary>
    public static IReadOnlyList<string>? Of(CudaVersion version, bool withDemos) =>
        s_known.Where(known => version.CompareTo(known.From) >= 0 && version.CompareTo(known.Below) < 0)
            .Select(known => (IReadOnlyList<string>)[.. known.Names.Split(' ').Where(name => withDemos || name != Demos)])
            .FirstOrDefault();

    /// <summary>Whether the setup of a toolkit is known to have deviceQuery.</summary>
    public static bool HasDemos(CudaVersion version) => Of(version, withDemos: true)?.Contains(Demos) == true;

    /// <summary>What a user names, without the version; the compiler is among it, since what is there is told by it.</summary>
    /// <exception cref="GpuVSphereException">CudaSubpackageInvalid: that is no name of a part, it is one of another toolkit, or the driver.</exception>
    public static IReadOnlyList<string> Read(IEnumerable<string> names, CudaVersion version)
    {
        List<string> read = [];
        foreach (string name in names.SelectMany(name => name.Split([' ', ','], System.StringSplitOptions.RemoveEmptyEntries)))
        {
            Match match = s_name.Match(name);
            string? of = match.Groups["version"].Success ? match.Groups["version"].Value : null;
            if (!match.Success || (of is not null && of != version.MinorText))
            {
                bool isDriver = name.StartsWith("Display.", System.StringComparison.OrdinalIgnoreCase);
                throw new GpuVSphereException(
                    "CudaSubpackageInvalid",
                    GpuErrorCategory.InvalidArgument,
                    isDriver ? $"'{name}' is the driver of the setup, which is never installed: the guest keeps its own." : $"'{name}' is no name of a part of the setup of CUDA {version.MinorText}.",
                    name,
                    isDriver ? "Install a driver with Install-NvidiaGuestDriver." : $"Name it as nvcc or nvcc_{version.MinorText}; NVIDIA's CUDA Installation Guide for Microsoft Windows lists them.");
            }

            read.Add(match.Groups["name"].Value);
        }

        string compiler = version.CompareTo(new CudaVersion(9, 1, null)) < 0 ? "compiler" : Compiler;
        return [.. (read.Contains(compiler) ? read : [compiler, .. read]).Distinct()];
    }

    /// <summary>The parts as the setup takes them: <c>nvcc_12.4</c>.</summary>
    public static IEnumerable<string> Words(IEnumerable<string> names, CudaVersion version) =>
        names.Select(name => string.Format(CultureInfo.InvariantCulture, "{0}_{1}", name, version.MinorText));
}
