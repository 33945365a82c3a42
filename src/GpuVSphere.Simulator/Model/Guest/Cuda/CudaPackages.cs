using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>What NVIDIA's repositories have, in the guests that have these: toolkits without a driver, and the container toolkit. Docker comes from the distribution's.</summary>
internal sealed class CudaPackages : IGuestPackageSource
{
    private static readonly string[] s_containerLists = ["/etc/apt/sources.list.d/nvidia-container-toolkit.list", "/etc/yum.repos.d/nvidia-container-toolkit.repo"];

    public IEnumerable<GuestPackage> PackagesFor(SimulatedGuest guest)
    {
        foreach (string name in guest.Files.List("/var").Where(name => name.StartsWith("cuda-repo-", StringComparison.Ordinal)))
        {
            // apt takes a repository only with its key.
            bool hasKey = !guest.Distribution.IsDebian || guest.Files.Exists("/usr/share/keyrings/cuda-sim-keyring.gpg");
            if (hasKey && CudaRelease.Read(guest.Files.Text("/var/" + name + "/version") ?? string.Empty) is { } release)
            {
                yield return new GuestPackage("cuda-toolkit-" + release.Minor.Replace('.', '-'), release.Version + "-1")
                {
                    Installed = one =>
                    {
                        release.Install(one);
                        one.Files.Remove("/usr/local/cuda");
                        one.Files.PutLink("/etc/alternatives/cuda", release.Folder);
                        one.Files.PutLink("/usr/local/cuda", "/etc/alternatives/cuda");
                    },
                    Removed = one =>
                    {
                        // The links of its alternative go with it, unless an admin has set his own.
                        CudaRelease.Uninstall(one, release.Folder);
                        one.Files.Remove("/etc/alternatives/cuda");
                        if (one.Files.FindLink("/usr/local/cuda")?.Link == "/etc/alternatives/cuda")
                        {
                            one.Files.Remove("/usr/local/cuda");
                        }
                    },
                };
            }
        }

        yield return new GuestPackage(guest.Distribution.IsDebian ? "docker.io" : "docker-ce", "26.1.3") { Programs = ["/usr/bin/docker", "/usr/bin/dockerd"], Installed = DockerState.Install, Removed = DockerState.Uninstall };
        if (s_containerLists.Any(guest.Files.Exists))
        {
            yield return new GuestPackage("nvidia-container-toolkit", "1.17.3-1") { Programs = ["/usr/bin/nvidia-ctk", "/usr/bin/nvidia-container-runtime"] };
        }
    }
}
