using GpuVSphere.Simulator.Model.Guest.Licensing;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>What a Windows guest has from its installation. Its files are kept by paths such as <c>/C:/Windows</c>.</summary>
internal static class WindowsGuest
{
    public static void Install(SimulatedGuest guest)
    {
        foreach (string folder in new[] { "/C:/Windows/System32", "/C:/Windows/Temp", "/C:/Program Files", "/C:/ProgramData" })
        {
            guest.Files.PutDirectory(folder);
        }

        foreach (string program in new[] { "cmd.exe", "shutdown.exe", "powershell.exe", "taskkill.exe", "reg.exe", "sc.exe", "net.exe", "where.exe" })
        {
            guest.Files.PutProgram("/C:/Windows/System32/" + program);
        }

        foreach (GuestUser user in guest.Users)
        {
            guest.Files.PutDirectory("/C:/Users/" + user.Name + "/AppData/Local/Temp", "0700", user.Name);
        }

        // Windows writes it system32, and takes every writing; the files here tell cases apart.
        guest.Environment["ComSpec"] = @"C:\Windows\System32\cmd.exe";
        guest.Environment["SystemRoot"] = @"C:\Windows";
        guest.Environment["OS"] = "Windows_NT";
        guest.State<WindowsRegistry>().Set(WindowsRegistry.Environment, "ComSpec", "REG_EXPAND_SZ", @"%SystemRoot%\system32\cmd.exe");
        guest.State<WindowsRegistry>().Set(WindowsRegistry.Environment, "Path", "REG_EXPAND_SZ", @"%SystemRoot%\system32;%SystemRoot%");
    }
}
