using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>docker: version, info, image inspect, run.</summary>
internal sealed class DockerProgram : IGuestProgram
{
    private static readonly string[] s_images = ["ubuntu", "busybox", "alpine", "nvidia/cuda"];
    private static readonly string[] s_withWord = ["-e", "--env", "--name", "-v", "--gpus", "--runtime", "-w"];

    public IReadOnlyList<string> Names { get; } = ["docker"];

    public async Task<int> RunAsync(GuestCall call, CancellationToken cancellationToken)
    {
        DockerState state = call.Locked(() => call.Guest.State<DockerState>());
        string verb = call.Arguments.FirstOrDefault() ?? "help";
        if (verb == "help")
        {
            call.Say("Usage:  docker [OPTIONS] COMMAND");
            return 0;
        }

        if (!call.User.IsRoot)
        {
            return call.Fail("permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock");
        }

        // A daemon that is starting is waited for: its socket is systemd's, and takes the question meanwhile.
        for (int waits = 0; waits < 30 && call.Locked(() => GuestUnits.IsActive(call.Guest, "docker") && !state.IsUp(call.Guest)); waits++)
        {
            await call.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        }

        if (!call.Locked(() => state.IsUp(call.Guest)))
        {
            return call.Fail("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?");
        }

        switch (verb)
        {
            case "version":
                call.Say("Server: Docker Engine - Community\n Engine:\n  Version:          26.1.3");
                return 0;
            case "info":
                call.Say(" Server Version: 26.1.3\n Runtimes: io.containerd.runc.v2" + (state.HasRuntime ? " nvidia" : string.Empty) + " runc\n Default Runtime: runc");
                return 0;
            case "image" when call.Arguments.Count == 3 && call.Arguments[1] == "inspect":
                return call.Locked(() => state.Images.Contains(call.Arguments[2])) ? 0 : call.Fail("Error response from daemon: No such image: " + call.Arguments[2]);
            case "run":
                return await ContainerAsync(call, state, cancellationToken).ConfigureAwait(false);
            default:
                return call.Fail("docker: '" + verb + "' is not a docker command.");
        }
    }

    private static async Task<int> ContainerAsync(GuestCall call, DockerState state, CancellationToken cancellationToken)
    {
        List<string> words = call.Arguments.Skip(1).ToList();
        bool asksForRuntime = words.Contains("--runtime=nvidia");
        while (words.Count > 0 && words[0].StartsWith("-", StringComparison.Ordinal))
        {
            asksForRuntime |= words[0] == "--runtime" && words.Count > 1 && words[1] == "nvidia";
            words.RemoveRange(0, s_withWord.Contains(words[0]) ? 2 : 1);
        }

        string image = words[0];
        if (!call.Locked(() => state.Images.Contains(image)))
        {
            call.Complain("Unable to find image '" + image + "' locally");
            if (!call.Guest.HasInternet || !s_images.Contains(image.Split(':')[0]))
            {
                return call.Fail(
                    call.Guest.HasInternet ? "docker: Error response from daemon: pull access denied for " + image + ", repository does not exist or may require 'docker login'."
                    : "docker: Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: Temporary failure in name resolution.", 125);
            }

            await call.DelayAsync(TimeSpan.FromSeconds(20), cancellationToken).ConfigureAwait(false);
            call.Locked(() => state.Images.Add(image));
        }

        if (asksForRuntime && !state.HasRuntime)
        {
            return call.Fail("docker: Error response from daemon: unknown or invalid runtime name: nvidia.", 125);
        }

        if (asksForRuntime && !call.Locked(() => call.Guest.Modules.Contains("nvidia")))
        {
            return call.Fail("docker: Error response from daemon: OCI runtime create failed: nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown.", 125);
        }

        return words.Count > 1 && words[1] == "nvidia-smi" && !asksForRuntime
            ? call.Fail("docker: Error response from daemon: OCI runtime create failed: exec: \"nvidia-smi\": executable file not found in $PATH: unknown.", 127)
            : await call.RunAsync(words.Count > 1 ? words.Skip(1).ToList() : ["true"]).ConfigureAwait(false);
    }
}
