using System;
using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>What the docker daemon of a guest knows.</summary>
internal sealed class DockerState
{
    /// <summary>The settings that the daemon read when it started.</summary>
    public string? Settings { get; set; }

    /// <summary>The process of the unit whose daemon read them.</summary>
    public string Daemon { get; set; } = string.Empty;

    /// <summary>The images that are in the guest.</summary>
    public HashSet<string> Images { get; } = new(StringComparer.Ordinal);

    public bool HasRuntime => Settings?.IndexOf("\"nvidia\"", StringComparison.Ordinal) >= 0;

    /// <summary>Whether the daemon that runs now has come up.</summary>
    public bool IsUp(SimulatedGuest guest) => Daemon.Length > 0 && GuestUnits.PidOf(guest, "docker") == Daemon;

    public static void Install(SimulatedGuest guest)
    {
        guest.Files.PutDirectory("/etc/docker");
        guest.Files.Put("/usr/lib/systemd/system/docker.service", "[Unit]\nDescription=Docker Application Container Engine\n[Service]\nExecStart=/usr/bin/dockerd\n[Install]\nWantedBy=multi-user.target\n");
        guest.EnabledUnits.Add("docker.service");
        GuestUnits.Start(guest, "docker");
    }

    public static void Uninstall(SimulatedGuest guest)
    {
        GuestUnits.Stop(guest, "docker");
        guest.EnabledUnits.Remove("docker.service");
        guest.Files.Remove("/usr/lib/systemd/system/docker.service");
    }
}
