using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>NVIDIA's run-files for CUDA: the toolkit with samples and a driver, and the patches of the toolkits before 11.</summary>
internal sealed class CudaRunFile : IGuestProgram
{
    public IReadOnlyList<string> Names { get; } = ["cuda-run-file"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        string[] words = call.Locked(() => CudaFile.Words(call.Guest.Files.Find(call.PathOf(call.Words[0]))!.Content));
        CudaRelease release = CudaRelease.Read(words[1])!;
        if (!call.User.IsRoot)
        {
            return call.Fail("Error: this installer must be run as root.");
        }

        // Without its options it asks, and here nobody answers.
        if (!call.Has("--silent", "-s") || (words[0] == "patch" && !call.Has("--accept-eula")))
        {
            return call.Fail("Do you accept the previously read EULA?\naccept/decline/quit: Signal caught, cleaning up");
        }

        if (call.Locked(() => call.Guest.State<CudaOrders>().IsFull))
        {
            return call.Fail("Error: Not enough space on parition mounted at /usr/local.");
        }

        await call.DelayAsync(TimeSpan.FromMinutes(words[0] == "patch" ? 1 : 3), cancellationToken).ConfigureAwait(false);
        return call.Locked(() => words[0] == "patch" ? Patch(call, release, words[2]) : Toolkit(call, release, words[2]));
    }

    private static int Patch(GuestCall call, CudaRelease release, string number)
    {
        string file = release.Folder + "/version.txt";
        if (call.Guest.Files.Text(file) is not { } text)
        {
            return call.Fail("Error: CUDA Toolkit not found in " + release.Folder + ".");
        }

        call.Guest.Files.Put(file, text + "CUDA Patch Version " + release.Version + "." + number + "\n");
        call.Say("Installation complete!");
        return 0;
    }

    private static int Toolkit(GuestCall call, CudaRelease release, string driver)
    {
        bool installsDriver = call.Has("--driver");
        bool any = installsDriver || call.Has("--toolkit") || call.Has("--samples");
        if (call.Guest.Files.Find("/usr/bin/gcc") is null)
        {
            return call.Fail("Missing gcc. gcc is required to continue.");
        }

        int gcc = call.Guest.Distribution.IsDebian ? 11 : 8;
        if (gcc > release.NewestGcc && !call.Has("--override"))
        {
            return call.Fail("Error: unsupported compiler: " + gcc + ".2.0. Use --override to override this check.");
        }

        // With --silent alone everything is installed, the driver too.
        if (installsDriver || !any)
        {
            call.Guest.Files.Put("/proc/driver/nvidia/version", driver + "\n");
            call.Say("Driver:   Installed");
        }

        if (call.Has("--toolkit") || !any)
        {
            release.Install(call.Guest);
            release.InstallUninstaller(call.Guest);
            if (!call.Guest.Files.Exists("/usr/local/cuda"))
            {
                call.Guest.Files.PutLink("/usr/local/cuda", release.Folder);
            }

            call.Say("Toolkit:  Installed in " + release.Folder);
        }

        if (call.Has("--samples") && release.HasSamples)
        {
            string folder = call.Arguments.Select(word => word.Split(['='], 2)).Where(pair => pair[0] == "--samplespath" && pair.Length == 2).Select(pair => pair[1]).LastOrDefault() ?? call.User.Home;
            release.InstallSamples(call.Guest, folder);
            call.Say("Samples:  Installed in " + folder);
        }

        return 0;
    }
}
