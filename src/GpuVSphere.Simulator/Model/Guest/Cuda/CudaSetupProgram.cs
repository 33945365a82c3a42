using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model.Guest.Licensing;
using GpuVSphere.Simulator.Model.Guest.Nvidia;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>
/// NVIDIA's setups of CUDA for Windows. Without -s they open a window and wait for a person. With -s alone everything is installed, the driver too; with
/// names of parts these alone. A part that a setup does not have ends it at once, with the code that is reported of the real ones.
/// </summary>
internal sealed class CudaSetupProgram : IGuestProgram
{
    private const int UnknownPart = unchecked((int)0xE0E00019);

    // Windows' own for a name that no name server knows; which one NVIDIA's setup ends with is not written anywhere.
    private const int NoNetwork = unchecked((int)0x80072EE7);

    public IReadOnlyList<string> Names { get; } = ["cuda-setup.exe"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        string[] words = call.Locked(() => CudaFile.Words(call.Guest.Files.Find(WindowsCommand.PathOf(call.Words[0]))!.Content));
        CudaRelease release = CudaRelease.Read(words[1])!;
        if (!call.Has("-s"))
        {
            // A window on a desktop that nobody sees.
            await call.ForeverAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!call.User.IsRoot)
        {
            return 5;
        }

        string[] parts = [.. call.Operands];
        if (parts.Any(part => part != CudaSetupParts.Driver && !CudaSetupParts.Of(release).Contains(part)))
        {
            return UnknownPart;
        }

        if (words[0] == "network" && !call.Guest.HasInternet)
        {
            await call.DelayAsync(TimeSpan.FromSeconds(30), cancellationToken).ConfigureAwait(false);
            return NoNetwork;
        }

        await call.DelayAsync(TimeSpan.FromMinutes(words[0] == "mend" ? 1 : 3), cancellationToken).ConfigureAwait(false);
        return call.Locked(() => call.Guest.State<CudaOrders>().SetupEndsWith is { } other ? other
            : words[0] == "mend" ? Mend(call.Guest, release, words[2])
            : Install(call.Guest, release, words[2], parts));
    }

    private static int Mend(SimulatedGuest guest, CudaRelease release, string number)
    {
        string file = release.WindowsFolder + "/version.txt";
        if (guest.Files.Text(file) is not { } text)
        {
            return 2;
        }

        if (!guest.State<CudaOrders>().HidesPatches)
        {
            guest.Files.Put(file, text + "CUDA Patch Version " + release.Version + "." + number + "\r\n");
        }

        return 0;
    }

    private static int Install(SimulatedGuest guest, CudaRelease release, string driver, string[] parts)
    {
        bool everything = parts.Length == 0;
        bool Has(string part) => everything || parts.Contains(part + "_" + release.Minor);
        string folder = release.WindowsFolder;
        guest.State<CudaFolders>().Put(release);
        guest.Files.Put(
            folder + (release.HasJson ? "/version.json" : "/version.txt"),
            release.HasJson ? "{\r\n   \"cuda\" : {\r\n      \"name\" : \"CUDA SDK\",\r\n      \"version\" : \"" + release.Version + "\"\r\n   }\r\n}\r\n" : "CUDA Version " + release.Version + "\r\n");
        if (Has("nvcc") || Has("compiler"))
        {
            guest.Files.PutProgram(folder + "/bin/nvcc.exe");
        }

        if (Has("cudart"))
        {
            guest.Files.Put(folder + "/lib/x64/cudart.lib", "library " + release.Version);
        }

        if (release.Parts[0] < 13 && Has("demo_suite"))
        {
            guest.Files.PutProgram(folder + "/extras/demo_suite/deviceQuery.exe");
            guest.Files.PutProgram(folder + "/extras/demo_suite/vectorAdd.exe");
        }

        WindowsRegistry registry = guest.State<WindowsRegistry>();
        string windows = folder.Substring(1).Replace('/', '\\');
        registry.Set(WindowsRegistry.Environment, "CUDA_PATH", "REG_SZ", windows);
        registry.Set(WindowsRegistry.Environment, "CUDA_PATH_V" + release.Minor.Replace('.', '_'), "REG_SZ", windows);
        registry.Set(WindowsRegistry.Environment, "Path", "REG_EXPAND_SZ", windows + @"\bin;" + registry.Text(WindowsRegistry.Environment, "Path"));
        if ((everything || parts.Contains(CudaSetupParts.Driver)) && driver != "-")
        {
            NvidiaPackage stock = new(driver, IsGrid: false, "exe");
            NvidiaFiles.Put(guest, stock);
            guest.State<GuestNvidia>().Taken = stock;
        }

        return 0;
    }
}
