using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Brings CUDA into a guest, and proves that it works there.</summary>
internal sealed class CudaChange(IGuestShell shell, PlanTarget target, CudaGuest guest, CudaWish wish, CudaPlan plan, Action<string> tell)
{
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    /// <summary>Does all of it.</summary>
    /// <returns>What was seen afterwards, in words.</returns>
    /// <exception cref="GpuVSphereException">
    /// CudaInstallFailed, CudaCompilerUnsupported, CudaCompilerMissing, CudaNoSpace, CudaPatchFailed, CudaPackageFailed, CudaNotSeen, DeviceQueryFailed, ContainerRuntimeFailed, ContainerCheckFailed.
    /// </exception>
    public async Task<string> PerformAsync(CancellationToken cancellationToken)
    {
        if (wish.Method == CudaMethod.Container)
        {
            return await ContainersAsync(cancellationToken).ConfigureAwait(false);
        }

        if (wish.Method == CudaMethod.Package && plan.Installs)
        {
            await PackagesAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (plan.Installs || plan.Patches.Count > 0)
        {
            await RunFilesAsync(cancellationToken).ConfigureAwait(false);
        }

        if (plan.Links)
        {
            await MustAsync($"ln -sfn {CudaPlanner.FolderOf(wish.Version!)} {CudaPlanner.LinkPath}", s_short, "CudaInstallFailed", $"{CudaPlanner.LinkPath} could not be set", cancellationToken).ConfigureAwait(false);
        }

        return await ProveAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task RunFilesAsync(CancellationToken cancellationToken)
    {
        // The run-files unpack gigabytes: not in /tmp, which is often small or in memory.
        ShellResult made = await MustAsync("mktemp -d /var/tmp/gpuvsphere.XXXXXXXX", s_short, "CudaInstallFailed", "no folder could be made in /var/tmp", cancellationToken).ConfigureAwait(false);
        string folder = made.Output.Trim();
        try
        {
            if (plan.Installs)
            {
                List<string> words = ["sh", "./" + await UploadAsync(wish.File!, folder, cancellationToken).ConfigureAwait(false), "--silent"];
                bool isNew = guest.Installed(wish.Version!)?.CompareTo(wish.Version) != 0;
                if (isNew)
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

                words.Add("--tmpdir=" + folder);
                tell("installs CUDA " + wish.Version);
                await InstallAsync(folder, words, "CudaInstallFailed", $"CUDA {wish.Version} could not be installed", cancellationToken).ConfigureAwait(false);
            }

            foreach (string patch in plan.Patches)
            {
                string name = await UploadAsync(patch, folder, cancellationToken).ConfigureAwait(false);
                tell("applies " + name);
                await InstallAsync(folder, ["sh", "./" + name, "--silent", "--accept-eula"], "CudaPatchFailed", $"{name} could not be applied", cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // Also after Ctrl-C: what was uploaded has gigabytes.
            using CancellationTokenSource last = new(s_short);
            try
            {
                await RunAsync("rm -rf " + RemoteQuoting.Quote(folder), s_short, last.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
            {
                tell($"{folder} in {target.Name} could not be removed: {error.Message}");
            }
        }
    }

    private async Task<string> UploadAsync(string path, string folder, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(path);
        using FileStream file = File.OpenRead(path);
        tell($"uploads {name} ({file.Length / 1024 / 1024} MB)");
        await shell.WriteFileAsync(folder + "/" + name, file, file.Length, GuestFileOptions.Private, cancellationToken).ConfigureAwait(false);
        return name;
    }

    private async Task InstallAsync(string folder, IReadOnlyList<string> words, string errorId, string what, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync($"cd {RemoteQuoting.Quote(folder)} && {RemoteQuoting.Join(words)}", s_long, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            throw Failed(result, errorId, what);
        }
    }

    private async Task PackagesAsync(CancellationToken cancellationToken)
    {
        if (wish.File is { } file)
        {
            ShellResult made = await MustAsync("mktemp -d /var/tmp/gpuvsphere.XXXXXXXX", s_short, "CudaInstallFailed", "no folder could be made in /var/tmp", cancellationToken).ConfigureAwait(false);
            string folder = made.Output.Trim();
            try
            {
                string name = await UploadAsync(file, folder, cancellationToken).ConfigureAwait(false);
                string path = RemoteQuoting.Quote(folder + "/" + name);

                // NVIDIA's .deb leaves its key in the folder of the packages, and says to copy it to where apt looks for keys.
                string line = guest.PackageManager == "apt"
                    ? $"dpkg -i {path} && mkdir -p /usr/share/keyrings && for k in /var/cuda-repo-*/cuda-*-keyring.gpg; do [ -f \"$k\" ] && cp \"$k\" /usr/share/keyrings/; done; apt-get update"
                    : $"rpm -U --replacepkgs {path} && {guest.PackageManager} clean all";
                await MustAsync(line, s_long, "CudaPackageFailed", $"{name} could not be brought in", cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                using CancellationTokenSource last = new(s_short);
                try
                {
                    await RunAsync("rm -rf " + RemoteQuoting.Quote(folder), s_short, last.Token).ConfigureAwait(false);
                }
                catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
                {
                    tell($"{folder} in {target.Name} could not be removed: {error.Message}");
                }
            }
        }

        await InstallPackagesAsync("CudaPackageFailed", cancellationToken).ConfigureAwait(false);
    }

    private async Task InstallPackagesAsync(string errorId, CancellationToken cancellationToken)
    {
        if (plan.Packages.Count == 0)
        {
            return;
        }

        string names = RemoteQuoting.Join(plan.Packages);
        tell("installs " + string.Join(", ", plan.Packages));
        string line = guest.PackageManager switch
        {
            "apt" => "DEBIAN_FRONTEND=noninteractive apt-get install -y " + names,
            "zypper" => "zypper --non-interactive install " + names,
            _ => guest.PackageManager + " install -y " + names,
        };
        await MustAsync(line, s_long, errorId, $"{string.Join(", ", plan.Packages)} could not be installed", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The toolkit, the link and the patches read back; then the samples, built and run, where there are some.</summary>
    private async Task<string> ProveAsync(CancellationToken cancellationToken)
    {
        CudaVersion version = wish.Version!;
        CudaGuest now = await CudaReader.ReadAsync(shell, target.Name, wish, cancellationToken).ConfigureAwait(false);
        CudaVersion seen = now.Installed(version) ?? throw new GpuVSphereException(
            "CudaNotSeen",
            GpuErrorCategory.OperationFailed,
            $"The installer succeeded in {target.Name}, and {CudaPlanner.FolderOf(version)}/bin/nvcc does not answer.",
            target.Name,
            "Look at /var/log/cuda-installer.log and /tmp/cuda_install_*.log in the guest.");
        int[] unseen = [.. plan.Patches.Select(file => CudaPackageName.Read(file)!.Patch!.Value).Where(patch => !now.Patches.Contains(patch))];
        string text = $"CUDA {seen} is in {CudaPlanner.FolderOf(version)}"
            + (now.Patches.Count > 0 ? " with patches " + string.Join(", ", now.Patches.OrderBy(patch => patch)) : string.Empty)
            + (unseen.Length > 0 ? $"; patch {string.Join(", ", unseen)} was applied and is not listed in its version.txt" : string.Empty);
        if (wish.IsLinked && now.Link != CudaPlanner.FolderOf(version))
        {
            throw new GpuVSphereException("CudaNotSeen", GpuErrorCategory.OperationFailed, $"{text}, and {CudaPlanner.LinkPath} leads to {now.Link ?? "nothing"}.", target.Name, "Set it in the guest: ln -sfn " + CudaPlanner.FolderOf(version) + " " + CudaPlanner.LinkPath);
        }

        return now is { HasSamples: true, HasCompiler: true } && wish.SamplesFolder is { } folder ? text + "; " + await SamplesAsync(CudaPlanner.SamplesOf(version, folder), cancellationToken).ConfigureAwait(false) : text;
    }

    private async Task<string> SamplesAsync(string folder, CancellationToken cancellationToken)
    {
        List<string> words = [];
        foreach (string sample in new[] { "1_Utilities/deviceQuery", "0_Simple/vectorAdd" })
        {
            string name = sample.Substring(sample.IndexOf('/') + 1);
            string at = RemoteQuoting.Quote(folder + "/" + sample);
            tell("builds and runs " + name);
            ShellResult built = await RunAsync($"[ -d {at} ] && make -C {at}", s_long, cancellationToken).ConfigureAwait(false);
            ShellResult run = built.ExitCode == 0 ? await RunAsync($"{RemoteQuoting.Quote(folder + "/" + sample + "/" + name)}", s_short, cancellationToken).ConfigureAwait(false) : built;
            CudaSample read = CudaSample.Read(run);
            if (built.ExitCode != 0 || !read.HasPassed)
            {
                throw new GpuVSphereException(
                    name == "deviceQuery" ? "DeviceQueryFailed" : "VectorAddFailed",
                    GpuErrorCategory.OperationFailed,
                    $"CUDA {wish.Version} is installed in {target.Name}, and {name} {(built.ExitCode != 0 ? "cannot be built" : "fails")}: {(built.ExitCode != 0 ? Said(built) : read.Seen)}",
                    target.Name,
                    read.IsDriverTooOld ? "Install a newer guest driver, or an earlier toolkit: the driver is too old for it." : $"Test-GpuGuest -VM {target.Name} shows what is wrong with the GPU.");
            }

            words.Add($"{name}: {read.Seen}");
        }

        return string.Join("; ", words);
    }

    private async Task<string> ContainersAsync(CancellationToken cancellationToken)
    {
        await InstallPackagesAsync("ContainerRuntimeFailed", cancellationToken).ConfigureAwait(false);
        if (plan.ConfiguresRuntime)
        {
            // The toolkit writes it into daemon.json beside what is there; the older package of it has done so itself.
            tell("makes the runtime nvidia known to docker");
            await MustAsync(
                "(! command -v nvidia-ctk >/dev/null || nvidia-ctk runtime configure --runtime=docker) && (systemctl restart docker || service docker restart)",
                s_long,
                "ContainerRuntimeFailed",
                "the runtime could not be made known to docker",
                cancellationToken).ConfigureAwait(false);
        }

        ShellResult result = await RunAsync(CudaReader.ContainerCheck(wish.Image!), s_long, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0
            ? $"nvidia-smi answers in a container of {wish.Image}"
            : throw new GpuVSphereException(
                "ContainerCheckFailed",
                GpuErrorCategory.OperationFailed,
                $"nvidia-smi in a container of {wish.Image} in {target.Name} fails: {Said(result)}",
                target.Name,
                "An image that is not in the guest is downloaded: name one that the guest can reach with -Image. Its CUDA must not be newer than the driver.");
    }

    private Task<ShellResult> RunAsync(string line, TimeSpan timeout, CancellationToken cancellationToken) =>
        shell.RunAsync(new GuestCommand(line) { AsRoot = true, Timeout = timeout, OnOutput = tell }, cancellationToken);

    private async Task<ShellResult> MustAsync(string line, TimeSpan timeout, string errorId, string what, CancellationToken cancellationToken)
    {
        ShellResult result = await RunAsync(line, timeout, cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 0 ? result : throw Failed(result, errorId, what);
    }

    private GpuVSphereException Failed(ShellResult result, string errorId, string what)
    {
        string said = Said(result);
        bool Says(string words) => said.IndexOf(words, StringComparison.OrdinalIgnoreCase) >= 0;
        (string id, string nextStep) =
            Says("unsupported compiler") ? ("CudaCompilerUnsupported", "Add -OverrideCompilerCheck to go on all the same, install an older gcc in the guest, or take a newer toolkit.")
            : Says("Missing gcc") || Says("gcc is required") ? ("CudaCompilerMissing", "Install build-essential (Debian, Ubuntu) or gcc, gcc-c++ and make (RHEL) in the guest.")
            : Says("No space left") || Says("Not enough space") ? ("CudaNoSpace", "Make room in /usr/local and /var/tmp of the guest: a toolkit takes several GB in each.")
            : (errorId, "Look at /var/log/cuda-installer.log, /tmp/cuda-installer.log or /tmp/cuda_install_*.log in the guest.");
        return new GpuVSphereException(id, GpuErrorCategory.OperationFailed, $"{target.Name}: {what}: {said}", target.Name, nextStep);
    }

    private static string Said(ShellResult result)
    {
        string[] lines = [.. (result.Output + "\n" + result.Error).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        return lines.Length == 0 ? "it ended with " + result.ExitCode.ToString(CultureInfo.InvariantCulture) + " and said nothing" : string.Join(" ", lines.Skip(Math.Max(0, lines.Length - 5)));
    }
}
