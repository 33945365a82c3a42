using System.Collections.Generic;
using System.Globalization;
using System.Text;
using GpuVSphere.Simulator.Model.Guest.Nvidia;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>deviceQuery and vectorAdd of CUDA's samples: they work when the driver that runs serves a GPU and is not too old for their toolkit.</summary>
internal sealed class SamplePrograms() : InstantProgram("deviceQuery", "vectorAdd", "deviceQuery.exe", "vectorAdd.exe")
{
    protected override int Run(GuestCall call)
    {
        // The toolkit that it was built with stands in the source beside it; on Windows it comes as a program.
        string path = call.Guest.Files.Resolve(call.PathOf(call.Words[0]));
        bool isWindows = call.Name.EndsWith(".exe", System.StringComparison.Ordinal);
        string source = call.Guest.Files.Text(ShPath.Parent(path) + "/" + call.Name + ".cu") ?? "// CUDA 11.4.0";
        CudaRelease release = call.Guest.State<CudaFolders>().Of(path) ?? CudaRelease.Read(source.Substring(source.LastIndexOf(' ') + 1).Trim())!;
        NvidiaPackage? driver = GuestNvidia.Loaded(call.Guest);
        IReadOnlyList<GuestPciDevice> gpus = GuestNvidia.Served(call.Guest);
        string? trouble = driver is null || gpus.Count == 0 || call.Guest.State<CudaOrders>().NeedsDesktop ? "100|no CUDA-capable device is detected"
            : CudaRelease.Less(driver.Version, isWindows ? release.LeastWindowsDriver : release.LeastDriver) ? "35|CUDA driver version is insufficient for CUDA runtime version"
            : null;
        if (call.Name.StartsWith("vectorAdd", System.StringComparison.Ordinal))
        {
            call.Say("[Vector addition of 50000 elements]");
            trouble ??= call.Guest.State<CudaOrders>().IsMemoryTaken ? "2|out of memory" : null;
            if (trouble is not null)
            {
                return call.Fail("Failed to allocate device vector A (error code " + trouble.Split('|')[1] + ")!");
            }

            call.Say("Copy input data from the host memory to the CUDA device\nCUDA kernel launch with 196 blocks of 256 threads\nCopy output data from the CUDA device to the host memory\nTest PASSED\nDone");
            return 0;
        }

        call.Say(path + " Starting...\n\n CUDA Device Query (Runtime API) version (CUDART static linking)\n");
        if (trouble is not null)
        {
            call.Say("cudaGetDeviceCount returned " + trouble.Split('|')[0] + "\n-> " + trouble.Split('|')[1] + "\nResult = FAIL");
            return 1;
        }

        StringBuilder text = new("Detected " + gpus.Count.ToString(CultureInfo.InvariantCulture) + " CUDA Capable device(s)\n\n");
        for (int i = 0; i < gpus.Count; i++)
        {
            text.Append("Device ").Append(i).Append(": \"").Append(NvidiaSmiProgram.NameOf(gpus[i])).Append("\"\n  CUDA Driver Version / Runtime Version          ").Append(driver!.Cuda ?? "9.1").Append(" / ").Append(release.Minor).Append('\n');
        }

        call.Say(text + "\nResult = PASS");
        return 0;
    }
}
