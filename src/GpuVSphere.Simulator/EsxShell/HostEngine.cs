using System.Linq;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>The processes beside the driver: nv-hostengine, the management daemon, X.Org (samples/esxi-nv-hostengine.txt, esxi-xorg-restart.txt).</summary>
internal static class HostEngine
{
    public static ShellResult Run(ShellCall call)
    {
        HostSystem host = call.Host;
        switch (call.Arguments.FirstOrDefault())
        {
            case "-t":
                bool ran = host.IsHostEngineRunning;
                host.IsHostEngineRunning = false;
                return ran ? ShellCall.Says("Host engine successfully terminated.") : ShellCall.Fails("Unable to terminate host engine.");
            case "-d" or null:
                if (host.IsHostEngineRunning)
                {
                    return ShellCall.Fails("Host engine already running.");
                }

                host.IsHostEngineRunning = true;
                host.Graphics.HostEngineRestarted();
                return ShellCall.Says("Started host engine version 1.8.0 using socket path: /tmp/nv-hostengine");
            default:
                return ShellCall.Fails("PARSE ERROR: Argument: " + call.Arguments[0]);
        }
    }

    public static ShellResult Xorg(ShellCall call)
    {
        HostService xorg = call.Host.Services.First(service => service.Key == "xorg");
        switch (call.Arguments.FirstOrDefault())
        {
            case "restart" or "start":
                xorg.IsRunning = true;
                call.Host.Graphics.XorgRestarted();
                return ShellCall.Says("Getting Exclusive access, please wait\u2026\nExclusive access granted.");
            case "stop":
                xorg.IsRunning = false;
                return ShellCall.Says("Getting Exclusive access, please wait\u2026\nExclusive access granted.");
            case "status":
                return ShellCall.Says(xorg.IsRunning ? "Xorg0 is running" : "Xorg0 is not running", xorg.IsRunning ? 0 : 3);
            default:
                return ShellCall.Fails("Usage: /etc/init.d/xorg {start|stop|status|restart}");
        }
    }

    /// <summary>The words are UNCONFIRMED; that it is stopped before an update is in NVIDIA's guide (vim25-gpu.md 6).</summary>
    public static ShellResult Daemon(ShellCall call)
    {
        switch (call.Arguments.FirstOrDefault())
        {
            case "restart" or "start":
                call.Host.IsGpuDaemonRunning = true;
                return ShellCall.Says("nvdGpuMgmtDaemon started");
            case "stop":
                call.Host.IsGpuDaemonRunning = false;
                return ShellCall.Says("nvdGpuMgmtDaemon stopped");
            case "status":
                return ShellCall.Says(call.Host.IsGpuDaemonRunning ? "nvdGpuMgmtDaemon is running" : "nvdGpuMgmtDaemon is not running", call.Host.IsGpuDaemonRunning ? 0 : 3);
            default:
                return ShellCall.Fails("Usage: /etc/init.d/nvdGpuMgmtDaemon {start|stop|status|restart}");
        }
    }
}
