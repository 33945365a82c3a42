using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>What NVIDIA's setups for Windows are made of: the tables of subpackages in its CUDA Installation Guide for Microsoft Windows.</summary>
internal static class CudaSetupParts
{
    /// <summary>The name of the driver among the parts.</summary>
    public const string Driver = "Display.Driver";

    private static readonly string[] s_always =
    [
        "cudart", "cublas", "cublas_dev", "cufft", "cufft_dev", "curand", "curand_dev", "cusolver", "cusolver_dev", "cusparse", "cusparse_dev", "npp", "npp_dev", "nvrtc", "nvrtc_dev", "nvml_dev",
        "cuobjdump", "nvprune", "cupti", "nvdisasm", "documentation", "visual_studio_integration", "occupancy_calculator",
    ];

    private static readonly string[] s_tenAndBefore = ["nvprof", "visual_profiler", "gpu_library_advisor", "memcheck", "nvgraph", "nvgraph_dev", "demo_suite"];

    private static readonly string[] s_eleven = ["nvprof", "visual_profiler", "memcheck", "sanitizer", "nvtx", "cuxxfilt", "nvjpeg", "nvjpeg_dev", "thrust", "demo_suite", "nsight_compute", "nsight_systems", "nsight_vse"];

    private static readonly string[] s_twelve =
    [
        "nvprof", "visual_profiler", "sanitizer", "nvtx", "cuxxfilt", "nvjpeg", "nvjpeg_dev", "thrust", "demo_suite", "nsight_compute", "nsight_systems", "nsight_vse", "nvjitlink", "opencl",
        "cuda_profiler_api", "nvvm_samples",
    ];

    private static readonly string[] s_thirteen =
    [
        "sanitizer", "nvtx", "cuxxfilt", "nvjpeg", "nvjpeg_dev", "thrust", "nsight_compute", "nsight_systems", "nsight_vse", "nvjitlink", "nvfatbin", "opencl", "cuda_profiler_api", "crt", "nvvm",
        "nvptxcompiler",
    ];

    /// <summary>The parts of a toolkit's setup, with its version, but for the driver.</summary>
    public static IReadOnlyList<string> Of(CudaRelease release)
    {
        string compiler = release.Parts[0] < 9 || (release.Parts[0] == 9 && release.Parts[1] < 1) ? "compiler" : "nvcc";
        string[] own = release.Parts[0] switch { < 11 => s_tenAndBefore, 11 => s_eleven, 12 => s_twelve, _ => s_thirteen };
        return [.. s_always.Concat(own).Append(compiler).Select(name => name + "_" + release.Minor)];
    }
}
