using System;

namespace GpuVSphere.Simulator.Model.Guest.Cuda;

/// <summary>nvidia-ctk: writes the runtime into docker's settings, beside what is there. nvidia-container-runtime is what docker starts then.</summary>
internal sealed class ContainerToolkit() : InstantProgram("nvidia-ctk", "nvidia-container-runtime")
{
    protected override int Run(GuestCall call)
    {
        if (call.Name != "nvidia-ctk" || !call.Has("configure"))
        {
            call.Say("NVIDIA Container Toolkit CLI version 1.17.3");
            return 0;
        }

        if (!call.User.IsRoot)
        {
            return call.Fail("level=error msg=\"unable to flush config: open /etc/docker/daemon.json: permission denied\"");
        }

        string before = call.Guest.Files.Text("/etc/docker/daemon.json")?.Trim() ?? "{}";
        if (before.IndexOf("\"nvidia\"", StringComparison.Ordinal) < 0)
        {
            string inner = before.Substring(1, before.Length - 2).Trim();
            call.Guest.Files.Put("/etc/docker/daemon.json", "{" + inner + (inner.Length > 0 ? ", " : string.Empty) + "\"runtimes\": {\"nvidia\": {\"args\": [], \"path\": \"nvidia-container-runtime\"}}}\n");
        }

        call.Say("level=info msg=\"It is recommended that docker daemon be restarted.\"");
        return 0;
    }
}
