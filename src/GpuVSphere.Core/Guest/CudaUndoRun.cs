using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.GuestOs;
using GpuVSphere.Operations;
using GpuVSphere.Shell;

namespace GpuVSphere.Guest;

/// <summary>Takes CUDA from a guest again, by the steps of a plan.</summary>
internal sealed class CudaUndoRun(CudaUndoPlan plan, CudaVersion? toolkit)
{
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    /// <summary>Reads what bears on the way back of one guest.</summary>
    /// <exception cref="GpuVSphereException">Those of <see cref="IGuestShell"/>.</exception>
    public static async Task<CudaUndoState> ReadAsync(GuestSubject subject, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> wanted = subject.Intent.Wanted;
        CudaVersion? version = CudaUndo.Toolkit(wanted);
        if (subject.Shell.Family == GuestFamily.Windows)
        {
            // Nothing is done there but to say so, whatever is left of it.
            return new CudaUndoState { Family = GuestFamily.Windows, Toolkit = version };
        }

        List<string> probes = [$"[ -L {CudaPlanner.LinkPath} ] && echo link $(readlink {CudaPlanner.LinkPath})", $"[ -e {CudaPlanner.LinkPath} ] && echo end $(readlink -f {CudaPlanner.LinkPath})"];
        if (version is not null)
        {
            probes.Add($"[ -x {CudaUndo.UninstallerOf(version)} ] && echo uninstaller");
        }

        if (CudaUndo.Samples(wanted) is { } samples)
        {
            probes.Add($"[ -d {RemoteQuoting.Quote(samples)} ] && echo samples");
        }

        string[] said = [.. (await RunAsync(subject.Shell, string.Join("; ", [.. probes, "true"]), cancellationToken).ConfigureAwait(false)).Output.Split('\n').Select(line => line.Trim())];
        string toolkits = version is null ? string.Empty : (await RunAsync(subject.Shell, CudaReader.ToolkitsCommand, cancellationToken).ConfigureAwait(false)).Output;
        return new CudaUndoState
        {
            Family = GuestFamily.Linux,
            Toolkit = version is null ? null : CudaReader.Toolkits(toolkits).Select(one => one.Version).Where(one => one.IsMinorOf(version)).OrderBy(one => one).LastOrDefault(),
            Uninstaller = said.Contains("uninstaller") ? CudaUndo.UninstallerOf(version!) : null,
            HasSamples = said.Contains("samples"),
            Link = Behind("link "),
            LinkEnd = Behind("end "),
            Packages = await CamePackages.ThereAsync(subject, cancellationToken).ConfigureAwait(false),
            Files = await FilesAsync(subject.Shell, CudaUndo.Files(wanted), cancellationToken).ConfigureAwait(false),
            DockerSettings = await GuestTextFile.ReadAsync(subject.Shell, CudaUndo.DockerSettings, cancellationToken).ConfigureAwait(false),
        };

        string? Behind(string word) => said.FirstOrDefault(line => line.StartsWith(word, StringComparison.Ordinal))?.Substring(word.Length);
    }

    /// <summary>Adds rows, costs and steps.</summary>
    public void AddTo(GuestProposal proposal)
    {
        foreach ((string property, string? before, string? after) in plan.Rows)
        {
            proposal.Row(property, before, after);
        }

        foreach ((string text, bool endsPrograms) in plan.Consequences)
        {
            proposal.Tell(text, endsPrograms);
        }

        if (plan.RestoresDocker)
        {
            proposal.Step("putting back " + CudaUndo.DockerSettings, RestoreDockerAsync);
        }

        if (plan.Uninstaller is not null || plan.Packages.Count > 0 || plan.Files.Count > 0)
        {
            proposal.Step("removing " + plan.What, RemoveAsync);
        }

        if (plan.Samples is { } samples)
        {
            proposal.Step("removing " + samples, (run, stop) => run.RunAsync($"{samples} could not be removed", Root("rm -rf " + RemoteQuoting.Quote(samples)), stop));
        }

        if (plan.Links)
        {
            proposal.Step("putting back " + CudaPlanner.LinkPath, LinkAsync);
        }

        proposal.Verify = VerifyAsync;
    }

    private async Task RemoveAsync(GuestRun run, CancellationToken cancellationToken)
    {
        if (plan.Uninstaller is { } uninstaller)
        {
            // It has no terminal, and nobody to answer it: what it would ask ends it.
            string line = RemoteQuoting.Quote(uninstaller) + CudaUndo.OptionsOf(toolkit!) + " < /dev/null";
            run.Verbose(line);
            ShellResult result = await run.Shell.RunAsync(new GuestCommand(line) { AsRoot = true, Timeout = s_long, OnOutput = run.Verbose }, cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw NotRemoved(run, GuestCommands.LastWords(result));
            }
        }

        if (plan.Packages.Count > 0)
        {
            await CamePackages.RemoveAsync(run, plan.Packages, plan.What, cancellationToken).ConfigureAwait(false);
        }

        foreach (string file in plan.Files)
        {
            await run.Shell.DeleteFileAsync(file, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RestoreDockerAsync(GuestRun run, CancellationToken cancellationToken)
    {
        if (plan.DockerBefore is { } before)
        {
            await GuestTextFile.WriteAsync(run.Shell, CudaUndo.DockerSettings, before, GuestFileOptions.Default, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await run.Shell.DeleteFileAsync(CudaUndo.DockerSettings, cancellationToken).ConfigureAwait(false);
        }

        if (plan.RestartsDocker)
        {
            await run.Services.RestartAsync("docker", cancellationToken).ConfigureAwait(false);
        }
    }

    // The uninstaller or the packages may have taken the link away themselves.
    private Task LinkAsync(GuestRun run, CancellationToken cancellationToken) => run.RunAsync(
        $"{CudaPlanner.LinkPath} could not be put back",
        Root(plan.LinkBefore is { } before ? $"ln -sfn {RemoteQuoting.Quote(before)} {CudaPlanner.LinkPath}" : $"[ ! -L {CudaPlanner.LinkPath} ] || rm -f {CudaPlanner.LinkPath}"),
        cancellationToken);

    private async Task<GuestOutcome> VerifyAsync(GuestRun run, CancellationToken cancellationToken)
    {
        CudaUndoState now = await ReadAsync(run.Subject, cancellationToken).ConfigureAwait(false);
        string? left = plan.Packages.FirstOrDefault(now.Packages.Contains) is { } package ? $"the package {package} is still there."
            : plan.Uninstaller is { } uninstaller && now.Toolkit is { } stays ? $"{uninstaller} ended well, and the compiler of CUDA {stays} still answers."
            : plan.Samples is not null && now.HasSamples ? $"{plan.Samples} is still there."
            : plan.Links && now.Link != plan.LinkBefore ? $"{CudaPlanner.LinkPath} leads to {now.Link ?? "nothing"}, and led to {plan.LinkBefore ?? "nothing"} before."
            : plan.RestoresDocker && now.DockerSettings != plan.DockerBefore ? $"{CudaUndo.DockerSettings} was put back and reads otherwise now."
            : null;
        if (left is not null)
        {
            return GuestOutcome.Failed(NotRemoved(run, left));
        }

        // What others put into the folder stays, as NVIDIA's uninstallers leave it.
        bool hasRest = toolkit is not null && plan.Uninstaller is not null && (await RunAsync(run.Shell, $"[ -d {CudaPlanner.FolderOf(toolkit)} ]", cancellationToken).ConfigureAwait(false)).ExitCode == 0;
        return GuestOutcome.Done(hasRest ? $"{plan.What} is gone; {CudaPlanner.FolderOf(toolkit!)} stays with what is not of it." : null);
    }

    private static async Task<IReadOnlyList<string>> FilesAsync(IGuestShell shell, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        List<string> there = [];
        foreach (string file in files)
        {
            if ((await RunAsync(shell, "[ -f " + RemoteQuoting.Quote(file) + " ]", cancellationToken).ConfigureAwait(false)).ExitCode == 0)
            {
                there.Add(file);
            }
        }

        return there;
    }

    private GpuVSphereException NotRemoved(GuestRun run, string why) => new(
        "CudaNotRemoved",
        GpuErrorCategory.OperationFailed,
        $"{plan.What} was not taken from {run.Target.Name}: {why}",
        run.Target.Name,
        "Look into the guest, /var/log/cuda-uninstaller.log first where it is there; mend the cause, and undo the change again.");

    private static Task<ShellResult> RunAsync(IGuestShell shell, string line, CancellationToken cancellationToken) =>
        shell.RunAsync(new GuestCommand(line) { AsRoot = true, Timeout = s_short }, cancellationToken);

    private static GuestCommand Root(string command) => new(command) { AsRoot = true, Timeout = s_short };
}
