using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>
/// Brings CUDA into a guest, and proves that it works there. What goes wrong is one of CudaInstallFailed, CudaCompilerUnsupported, CudaCompilerMissing, CudaNoSpace,
/// CudaPatchFailed, CudaPackageFailed, CudaNotSeen, DeviceQueryFailed, VectorAddFailed, ContainerRuntimeFailed, ContainerCheckFailed.
/// </summary>
internal sealed class CudaChange(CudaGuest guest, CudaWish wish, CudaPlan plan)
{
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    /// <summary>Gives a proposal the steps, and how the result is read back.</summary>
    public void AddTo(GuestProposal proposal)
    {
        if (wish.Method == CudaMethod.Container)
        {
            if (plan.Packages.Count > 0)
            {
                proposal.Step("installing " + string.Join(" and ", plan.Packages), (run, stop) => CamePackages.RecordAsync(run, null, () => InstallPackagesAsync(run, "ContainerRuntimeFailed", stop), stop));
            }

            if (plan.ConfiguresRuntime)
            {
                proposal.Step("making the runtime nvidia known to docker", ConfigureRuntimeAsync);
            }

            proposal.Verify = CheckContainerAsync;
            return;
        }

        if (wish.Method == CudaMethod.Package && plan.Installs)
        {
            proposal.Step("installing " + string.Join(", ", plan.Packages), (run, stop) => CamePackages.RecordAsync(run, CudaPlanner.PackageOf(wish.Version!), () => PackagesAsync(run, stop), stop));
        }
        else if (plan.Installs || plan.Patches.Count > 0)
        {
            proposal.Step("installing CUDA " + wish.Version, (run, stop) => CudaUpload.UseAsync(run, upload => RunFilesAsync(run, upload, stop), stop));
        }

        if (plan.Links)
        {
            proposal.Step("setting " + CudaPlanner.LinkPath, (run, stop) => MustAsync(
                run, $"ln -sfn {CudaPlanner.FolderOf(wish.Version!)} {CudaPlanner.LinkPath}", s_short, "CudaInstallFailed", $"{CudaPlanner.LinkPath} could not be set", stop));
        }

        proposal.Verify = ProveAsync;
    }

    private async Task RunFilesAsync(GuestRun run, CudaUpload upload, CancellationToken cancellationToken)
    {
        if (plan.Installs)
        {
            List<string> words = ["sh", await upload.BringAsync(wish.File!, cancellationToken).ConfigureAwait(false), "--silent"];
            if (plan.InstallsToolkit)
            {
                words.Add("--toolkit");
            }

            if (plan.InstallsSamples)
            {
                words.AddRange(["--samples", "--samplespath=" + wish.SamplesFolder]);
            }

            if (wish.OverridesCheck)
            {
                words.Add("--override");
            }

            words.Add("--tmpdir=" + upload.Folder);
            run.Progress("installing CUDA " + wish.Version);
            await MustAsync(run, InFolder(upload.Folder, words), s_long, "CudaInstallFailed", $"CUDA {wish.Version} could not be installed", cancellationToken).ConfigureAwait(false);
        }

        foreach (string patch in plan.Patches)
        {
            string path = await upload.BringAsync(patch, cancellationToken).ConfigureAwait(false);
            string name = Path.GetFileName(patch);
            run.Progress("applying " + name);
            await MustAsync(run, InFolder(upload.Folder, ["sh", path, "--silent", "--accept-eula"]), s_long, "CudaPatchFailed", $"{name} could not be applied", cancellationToken).ConfigureAwait(false);
        }
    }

    private static string InFolder(string folder, IEnumerable<string> words) => $"cd {RemoteQuoting.Quote(folder)} && {RemoteQuoting.Join(words)}";

    private async Task PackagesAsync(GuestRun run, CancellationToken cancellationToken)
    {
        if (wish.File is { } file)
        {
            IReadOnlyList<string> keysBefore = await KeysAsync(run, cancellationToken).ConfigureAwait(false);
            await CudaUpload.UseAsync(
                run,
                async upload =>
                {
                    string path = RemoteQuoting.Quote(await upload.BringAsync(file, cancellationToken).ConfigureAwait(false));

                    // NVIDIA's .deb leaves its key in the folder of the packages, and says to copy it to where apt looks for keys.
                    string line = guest.PackageManager == "apt"
                        ? $"dpkg -i {path} && {{ mkdir -p /usr/share/keyrings; for k in /var/cuda-repo-*/cuda-*-keyring.gpg; do [ -f \"$k\" ] && cp \"$k\" /usr/share/keyrings/; done; apt-get update; }}"
                        : $"rpm -U --replacepkgs {path} && {guest.PackageManager} clean all";
                    await MustAsync(run, line, s_long, "CudaPackageFailed", $"{Path.GetFileName(file)} could not be brought in", cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            foreach (string key in (await KeysAsync(run, cancellationToken).ConfigureAwait(false)).Except(keysBefore))
            {
                run.Note(CudaUndo.File(key));
            }
        }

        await InstallPackagesAsync(run, "CudaPackageFailed", cancellationToken).ConfigureAwait(false);
    }

    // The keys of NVIDIA's repositories, as they are named when they are copied.
    private static async Task<IReadOnlyList<string>> KeysAsync(GuestRun run, CancellationToken cancellationToken) =>
        GuestAsk.Lines((await RunAsync(run, "ls /usr/share/keyrings/cuda-*-keyring.gpg 2>/dev/null; true", s_short, cancellationToken).ConfigureAwait(false)).Output);

    private async Task InstallPackagesAsync(GuestRun run, string errorId, CancellationToken cancellationToken)
    {
        try
        {
            await run.Packages.InstallAsync(plan.Packages, run.Verbose, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException error) when (error.Id == "GuestCommandFailed")
        {
            throw new GpuVSphereException(errorId, error.Category, error.Message, run.Target.Name, error.NextStep, error);
        }
    }

    /// <summary>The toolkit, the link and the patches read back; then the samples, built and run, where there are some.</summary>
    private async Task<GuestOutcome> ProveAsync(GuestRun run, CancellationToken cancellationToken)
    {
        CudaVersion version = wish.Version!;
        CudaGuest now = await CudaReader.ReadAsync(run.Shell, run.System, run.Target.Name, wish, cancellationToken).ConfigureAwait(false);
        CudaVersion seen = now.Installed(version) ?? throw new GpuVSphereException(
            "CudaNotSeen",
            GpuErrorCategory.OperationFailed,
            $"The installer succeeded in {run.Target.Name}, and {CudaPlanner.FolderOf(version)}/bin/nvcc does not answer.",
            run.Target.Name,
            "Look at /var/log/cuda-installer.log and /tmp/cuda_install_*.log in the guest.");
        int[] unseen = [.. plan.Patches.Select(file => CudaPackageName.Read(file)!.Patch!.Value).Where(patch => !now.Patches.Contains(patch))];
        string text = $"CUDA {seen} is in {CudaPlanner.FolderOf(version)}"
            + (now.Patches.Count > 0 ? " with patches " + string.Join(", ", now.Patches.OrderBy(patch => patch)) : string.Empty)
            + (unseen.Length > 0 ? $"; patch {string.Join(", ", unseen)} was applied and is not listed in its version.txt" : string.Empty);
        if (wish.IsLinked && now.Link != CudaPlanner.FolderOf(version))
        {
            throw new GpuVSphereException("CudaNotSeen", GpuErrorCategory.OperationFailed, $"{text}, and {CudaPlanner.LinkPath} leads to {now.Link ?? "nothing"}.", run.Target.Name, "Set it in the guest: ln -sfn " + CudaPlanner.FolderOf(version) + " " + CudaPlanner.LinkPath);
        }

        return GuestOutcome.Done(
            now is { HasSamples: true, HasCompiler: true } && wish.SamplesFolder is { } folder ? text + "; " + await SamplesAsync(run, CudaPlanner.SamplesOf(version, folder), cancellationToken).ConfigureAwait(false) : text);
    }

    private async Task<string> SamplesAsync(GuestRun run, string folder, CancellationToken cancellationToken)
    {
        List<string> words = [];
        foreach (string sample in new[] { "1_Utilities/deviceQuery", "0_Simple/vectorAdd" })
        {
            string name = sample.Substring(sample.IndexOf('/') + 1);
            string at = RemoteQuoting.Quote(folder + "/" + sample);
            run.Progress("building and running " + name);
            ShellResult built = await RunAsync(run, $"[ -d {at} ] && make -C {at}", s_long, cancellationToken).ConfigureAwait(false);
            ShellResult ran = built.ExitCode == 0 ? await RunAsync(run, RemoteQuoting.Quote(folder + "/" + sample + "/" + name), s_short, cancellationToken).ConfigureAwait(false) : built;
            CudaSample read = CudaSample.Read(ran);
            if (built.ExitCode != 0 || !read.HasPassed)
            {
                throw new GpuVSphereException(
                    name == "deviceQuery" ? "DeviceQueryFailed" : "VectorAddFailed",
                    GpuErrorCategory.OperationFailed,
                    $"CUDA {wish.Version} is installed in {run.Target.Name}, and {name} {(built.ExitCode != 0 ? "cannot be built" : "fails")}: {(built.ExitCode != 0 ? GuestCommands.LastWords(built) : read.Seen)}",
                    run.Target.Name,
                    read.IsDriverTooOld ? "Install a newer guest driver, or an earlier toolkit: the driver is too old for it." : $"Test-GpuGuest -VM {Typed.Name(run.Target.Name)} shows what is wrong with the GPU.");
            }

            words.Add($"{name}: {read.Seen}");
        }

        return string.Join("; ", words);
    }

    // The toolkit writes it into daemon.json beside what is there; the older package of it has done so itself.
    private async Task ConfigureRuntimeAsync(GuestRun run, CancellationToken cancellationToken)
    {
        string? before = await GuestTextFile.ReadAsync(run.Shell, CudaUndo.DockerSettings, cancellationToken).ConfigureAwait(false);
        await MustAsync(run, "! command -v nvidia-ctk >/dev/null || nvidia-ctk runtime configure --runtime=docker", s_long, "ContainerRuntimeFailed", "the runtime could not be made known to docker", cancellationToken).ConfigureAwait(false);
        string? after = await GuestTextFile.ReadAsync(run.Shell, CudaUndo.DockerSettings, cancellationToken).ConfigureAwait(false);
        if (after != before)
        {
            run.Note(new JournalField(CudaUndo.DockerSettings, before, after));
        }

        await MustAsync(run, "systemctl restart docker || service docker restart", s_long, "ContainerRuntimeFailed", "docker could not be restarted", cancellationToken).ConfigureAwait(false);
    }

    private async Task<GuestOutcome> CheckContainerAsync(GuestRun run, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(run, CudaReader.ContainerCheck(wish.Image!), s_long, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0
            ? GuestOutcome.Done($"nvidia-smi answers in a container of {wish.Image}")
            : GuestOutcome.Failed(new GpuVSphereException(
                "ContainerCheckFailed",
                GpuErrorCategory.OperationFailed,
                $"nvidia-smi in a container of {wish.Image} in {run.Target.Name} fails: {GuestCommands.LastWords(result)}",
                run.Target.Name,
                "An image that is not in the guest is downloaded: name one that the guest can reach with -Image. Its CUDA must not be newer than the driver."));
    }

    private static Task<ShellResult> RunAsync(GuestRun run, string line, TimeSpan timeout, CancellationToken cancellationToken) =>
        run.Shell.RunAsync(new GuestCommand(line) { AsRoot = true, Timeout = timeout, OnOutput = run.Verbose }, cancellationToken);

    private static async Task<ShellResult> MustAsync(GuestRun run, string line, TimeSpan timeout, string errorId, string what, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(run, line, timeout, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0)
        {
            return result;
        }

        string said = result.Output + "\n" + result.Error;
        bool Says(string words) => said.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;
        (string id, string nextStep) =
            Says("unsupported compiler") ? ("CudaCompilerUnsupported", "Add -OverrideCompilerCheck to go on all the same, install an older gcc in the guest, or take a newer toolkit.")
            : Says("Missing gcc") || Says("gcc is required") ? ("CudaCompilerMissing", "Install build-essential (Debian, Ubuntu) or gcc, gcc-c++ and make (RHEL) in the guest.")
            : Says("No space left") || Says("Not enough space") ? ("CudaNoSpace", "Make room in /usr/local and /var/tmp of the guest: a toolkit takes several GB in each.")
            : (errorId, "Look at /var/log/cuda-installer.log, /tmp/cuda-installer.log or /tmp/cuda_install_*.log in the guest.");
        throw new GpuVSphereException(id, GpuErrorCategory.OperationFailed, $"{run.Target.Name}: {what}: {GuestCommands.LastWords(result)}", run.Target.Name, nextStep);
    }
}
