using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.Methods;
using GpuVSphere.Operations;
using GpuVSphere.Simulator.Model.Guest.Cuda;
using GpuVSphere.Simulator.Tests.Hosts;

namespace GpuVSphere.Simulator.Tests.Guest;

/// <summary>CUDA is taken from guests again: by its uninstaller, by its packages, with docker's settings; and what cannot be taken back is refused.</summary>
public sealed class CudaUndoTests : IDisposable
{
    private const double Speed = 200;

    private static readonly GuestChangeOptions s_none = new();

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("9.1.85", "387.26", "cuda_9.1.85_387.26_linux", "/usr/local/cuda-9.1")]
    [InlineData("11.4.0", "470.42.01", "cuda_11.4.0_470.42.01_linux.run", "/usr/local/cuda-11.4")]
    public async Task A_toolkit_of_a_run_file_goes_with_samples_and_link(string version, string driver, string name, string folder)
    {
        using GuestDriverLab lab = await ReadyAsync();
        await lab.SaysAsync("mkdir -p /usr/local/cuda-8.0 && ln -sfn /usr/local/cuda-8.0 /usr/local/cuda");
        string id = await DoneAsync(lab, CudaToolkitIntents.FromFile([lab.Target], Put(name, SimulatedCuda.RunFile(version, driver)), [], "/usr/local/src", true, true, true, s_none));
        Assert.Equal(folder + "\n", await lab.SaysAsync("readlink /usr/local/cuda"));

        IGpuOperation undo = Changes(lab).PrepareUndo(id, lab.Context());
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.Equal(["CUDA toolkit in " + folder, "CUDA samples", "/usr/local/cuda"], plan.Changes.Select(change => change.Property));
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(plan, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Equal("/usr/local/cuda-8.0\n", await lab.SaysAsync("readlink /usr/local/cuda"));
        Assert.NotEqual(0, (await lab.RunAsync("test -e " + folder)).ExitCode);
        Assert.DoesNotContain("Samples", await lab.SaysAsync("ls /usr/local/src"), StringComparison.Ordinal);
        Assert.Equal("470.63.01", lab.Drivers.Loaded(lab.Vm));
        Assert.Equal(JournalState.Undone, Changes(lab).Get(id).State);
    }

    [Fact]
    public async Task What_others_put_into_the_folder_stays_and_is_said()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string id = await DoneAsync(lab, RunFile(lab, samples: null));
        await lab.SaysAsync("mkdir -p /usr/local/cuda-9.1/include && touch /usr/local/cuda-9.1/include/cudnn.h");

        ChangeResult undone = await UndoAsync(lab, id);

        Assert.Equal(ChangeOutcome.Done, undone.Outcome);
        Assert.Equal("CUDA 9.1.85 is gone; /usr/local/cuda-9.1 stays with what is not of it.", undone.Message);
        await lab.SaysAsync("test -e /usr/local/cuda-9.1/include/cudnn.h");
        Assert.NotEqual(0, (await lab.RunAsync("test -e /usr/local/cuda")).ExitCode);
    }

    [Fact]
    public async Task An_uninstaller_that_does_nothing_and_ends_well_is_not_believed_and_one_that_is_gone_is_asked_for()
    {
        using GuestDriverLab lab = await ReadyAsync();
        string id = await DoneAsync(lab, RunFile(lab, samples: null));
        lab.Change(guest => guest.State<CudaOrders>().IsUninstallerBroken = true);

        ChangeResult failed = await UndoAsync(lab, id);
        Assert.Equal((ChangeOutcome.Failed, "CudaNotRemoved"), (failed.Outcome, failed.Error!.Id));
        Assert.Contains("still answers", failed.Message, StringComparison.Ordinal);

        await lab.SaysAsync("rm /usr/local/cuda-9.1/bin/uninstall_cuda_9.1.pl");
        ChangeResult refused = await UndoAsync(lab, id);
        Assert.Equal((ChangeOutcome.Blocked, "CudaStays"), (refused.Outcome, refused.Error!.Id));
        Assert.Contains("uninstall_cuda_9.1.pl is not there", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patches_alone_are_refused_before_anything_is_done()
    {
        using GuestDriverLab lab = await ReadyAsync();
        await DoneAsync(lab, RunFile(lab, samples: null));
        string id = await DoneAsync(lab, RunFile(lab, samples: null, patches: 1));
        ChangeResult refused = await UndoAsync(lab, id);
        Assert.Equal((ChangeOutcome.Blocked, "CudaStays"), (refused.Outcome, refused.Error!.Id));
        Assert.Equal(JournalState.Done, Changes(lab).Get(id).State);
    }

    [Theory]
    [InlineData("ubuntu64Guest", "cuda-repo-ubuntu2204-11-4-local_11.4.0-470.42.01-1_amd64.deb")]
    [InlineData("rhel8_64Guest", "cuda-repo-rhel8-11-4-local-11.4.0_470.42.01-1.x86_64.rpm")]
    public async Task Packages_go_with_the_repository_that_they_came_from(string guestId, string file)
    {
        using GuestDriverLab lab = await GuestDriverLab.VgpuAsync(guestId, clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        bool isDebian = guestId == "ubuntu64Guest";
        string id = await DoneAsync(lab, CudaToolkitIntents.FromFile([lab.Target], Put(file, SimulatedCuda.Repository("11.4.0", isDebian)), [], null, true, false, true, s_none));

        ChangePlan plan = await Changes(lab).PrepareUndo(id, lab.Context()).PlanAsync(CancellationToken.None);
        Assert.Contains(plan.Changes, change => change.Property == "packages" && change.Before!.Contains("cuda-toolkit-11-4", StringComparison.Ordinal) && change.Before.Contains("cuda-repo-11-4-local", StringComparison.Ordinal));
        ChangeResult undone = await UndoAsync(lab, id);

        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.NotEqual(0, (await lab.RunAsync("test -e /usr/local/cuda-11.4")).ExitCode);
        Assert.NotEqual(0, (await lab.RunAsync("test -e /usr/local/cuda")).ExitCode);
        Assert.NotEqual(0, (await lab.RunAsync("ls /usr/share/keyrings/cuda-sim-keyring.gpg")).ExitCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Containers_lose_the_gpu_and_docker_is_as_it_was(bool hadDocker)
    {
        const string Settings = "{\"log-driver\": \"journald\"}\n";
        using GuestDriverLab lab = await ReadyAsync();
        await lab.SaysAsync("mkdir -p /etc/apt/sources.list.d; touch /etc/apt/sources.list.d/nvidia-container-toolkit.list");
        if (hadDocker)
        {
            await lab.SaysAsync("apt-get install -y docker.io && printf '" + Settings.Replace("\n", "\\n") + "' > /etc/docker/daemon.json && systemctl restart docker");
        }

        string id = await DoneAsync(lab, CudaToolkitIntents.Containers([lab.Target], "ubuntu", s_none));
        IGpuOperation undo = Changes(lab).PrepareUndo(id, lab.Context());
        ChangePlan plan = await undo.PlanAsync(CancellationToken.None);
        Assert.Contains(plan.Consequences, consequence => consequence.EndsPrograms && consequence.Text.StartsWith(hadDocker ? "docker is restarted" : "docker.io goes", StringComparison.Ordinal));
        ChangeResult undone = Assert.Single(await undo.ApplyAsync(plan, new LabFeedback(), CancellationToken.None));

        Assert.Equal((ChangeOutcome.Done, null), (undone.Outcome, undone.Error?.Message));
        Assert.Equal(hadDocker ? 0 : 1, (await lab.RunAsync("test -e /usr/bin/docker")).ExitCode);
        Assert.NotEqual(0, (await lab.RunAsync("which nvidia-ctk")).ExitCode);
        Assert.Equal(hadDocker ? Settings : string.Empty, (await lab.RunAsync("cat /etc/docker/daemon.json")).Output);
        if (hadDocker)
        {
            Assert.DoesNotContain("nvidia", (await lab.RunAsync("docker info")).Output, StringComparison.Ordinal);
        }
    }

    private static ChangeManager Changes(GuestDriverLab lab) => GpuOperations.Changes(lab.State);

    private static async Task<ChangeResult> UndoAsync(GuestDriverLab lab, string id) =>
        Assert.Single(await Changes(lab).UndoAsync(id, lab.Context(), null, new LabFeedback(), CancellationToken.None));

    private static async Task<string> DoneAsync(GuestDriverLab lab, ChangeIntent intent)
    {
        ChangeResult done = await lab.ApplyAsync(intent);
        Assert.Equal((ChangeOutcome.Done, null), (done.Outcome, done.Error?.Message));
        return done.ChangeId!;
    }

    private static async Task<GuestDriverLab> ReadyAsync()
    {
        GuestDriverLab lab = await GuestDriverLab.VgpuAsync(clockSpeed: Speed);
        lab.Drivers.Install(lab.Vm, GuestDriverLab.Grid);
        await lab.SaysAsync("apt-get install -y build-essential");
        return lab;
    }

    private ChangeIntent RunFile(GuestDriverLab lab, string? samples, int patches = 0) => CudaToolkitIntents.FromFile(
        [lab.Target],
        Put("cuda_9.1.85_387.26_linux", SimulatedCuda.RunFile("9.1.85", "387.26")),
        [.. Enumerable.Range(1, patches).Select(number => Put($"cuda_9.1.85.{number}_linux", SimulatedCuda.Patch("9.1.85", number)))],
        samples,
        true,
        true,
        true,
        s_none);

    private string Put(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
