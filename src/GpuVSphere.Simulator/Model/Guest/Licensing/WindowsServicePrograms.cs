using System;
using System.Linq;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>sc.exe query, net.exe stop and start, and where.exe, for the service of NVIDIA's driver.</summary>
internal sealed class WindowsServicePrograms() : InstantProgram("sc.exe", "net.exe", "where.exe")
{
    protected override int Run(GuestCall call)
    {
        if (call.Name == "where.exe")
        {
            return Where(call);
        }

        bool isOurs = call.Arguments.Any(word => string.Equals(word, DisplayContainer.Name, StringComparison.OrdinalIgnoreCase));
        if (!isOurs || !call.Guest.State<GuestLicense>().HasLicensing)
        {
            return call.Fail(call.Name == "sc.exe" ? "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n\r\nThe specified service does not exist as an installed service.\r" : "The service name is invalid.\r", call.Name == "sc.exe" ? 1060 : 2);
        }

        DisplayContainer service = call.Guest.State<DisplayContainer>();
        if (call.Name == "sc.exe")
        {
            call.Say("\r\nSERVICE_NAME: " + DisplayContainer.Name + "\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        STATE              : " + (service.IsRunning ? "4  RUNNING" : "1  STOPPED") + "\r");
            return 0;
        }

        if (!call.User.IsRoot)
        {
            return call.Fail("System error 5 has occurred.\r\n\r\nAccess is denied.\r", 2);
        }

        switch (call.Arguments[0])
        {
            case "stop" when service.IsRunning:
                service.Stop(call.Guest);
                return 0;
            case "start" when !service.IsRunning:
                service.Start(call.Guest);
                return 0;
            default:
                return call.Fail(call.Arguments[0] == "stop" ? "The service is not started.\r" : "The requested service has already been started.\r", 2);
        }
    }

    private static int Where(GuestCall call)
    {
        int at = call.Arguments.ToList().IndexOf("/R");
        string folder = WindowsCommand.PathOf(call.Arguments[at + 1]);
        string[] patterns = call.Arguments.Skip(at + 2).ToArray();
        string[] found = call.Guest.Files.Below(folder).Where(path => call.Guest.Files.Find(path) is { IsDirectory: false } && patterns.Any(pattern => ShPath.Matches(pattern, ShPath.Name(path)))).ToArray();
        foreach (string path in found)
        {
            call.Say(path.TrimStart('/').Replace('/', '\\') + "\r");
        }

        return found.Length > 0 ? 0 : call.Fail("INFO: Could not find files for the given pattern(s).\r");
    }
}
