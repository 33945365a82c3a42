using System;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>
/// What a run-file leaves in its toolkit to remove it: cuda-uninstaller from 10.1 on, which shows a list unless it is told --silent, and a script before, which asks
/// nothing. Files that others put into the folder stay, and the folder with them.
/// </summary>
internal sealed class CudaUninstaller() : InstantProgram("cuda-uninstaller", Script)
{
    /// <summary>The script, whatever toolkit it is named after.</summary>
    public const string Script = "uninstall_cuda.pl";

    protected override int Run(GuestCall call)
    {
        if (!call.User.IsRoot)
        {
            return call.Fail("ERROR: You must be root to run the uninstaller.");
        }

        if (call.Name == "cuda-uninstaller" && !call.Has("--silent"))
        {
            return call.Fail("Error opening terminal: unknown.");
        }

        GuestFiles files = call.Guest.Files;
        string path = files.Resolve(call.PathOf(call.Words[0]));
        string folder = path.Substring(0, path.LastIndexOf("/bin/", StringComparison.Ordinal));
        if (call.Guest.State<CudaOrders>().IsUninstallerBroken)
        {
            call.Complain("Failed to remove " + folder + "/bin/nvcc");
            return 0;
        }

        CudaRelease.Uninstall(call.Guest, folder);
        if (files.Below(folder).Any())
        {
            call.Say("Not removing directory, it is not empty: " + folder);
        }

        return 0;
    }
}
