namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>nvcc: tells its version, which its folder knows.</summary>
internal sealed class CudaCompiler() : InstantProgram("nvcc", "nvcc.exe")
{
    protected override int Run(GuestCall call)
    {
        string path = call.Guest.Files.Resolve(call.PathOf(call.Words[0]));
        if (call.Guest.State<CudaFolders>().Of(path) is { } release)
        {
            call.Say("nvcc: NVIDIA (R) Cuda compiler driver\r\nCopyright (c) 2005-2024 NVIDIA Corporation\r\nCuda compilation tools, release " + release.Minor + ", V" + release.CompilerVersion + "\r");
            return 0;
        }

        string folder = path.Substring(0, path.LastIndexOf("/bin/", System.StringComparison.Ordinal));
        string version = call.Guest.Files.Text(folder + "/nvcc.version")?.Trim() ?? "0.0.0";
        string minor = version.Substring(0, version.LastIndexOf('.'));
        call.Say("nvcc: NVIDIA (R) Cuda compiler driver\nCopyright (c) 2005-2024 NVIDIA Corporation\nCuda compilation tools, release " + minor + ", V" + version);
        return 0;
    }
}
