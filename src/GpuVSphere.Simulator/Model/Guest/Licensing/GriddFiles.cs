using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model.Guest.Nvidia;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>What the driver of the vGPU software brings into a guest for its licence; a stock driver brings none of it.</summary>
internal static class GriddFiles
{
    private const string Template = """
        # Settings of the licensing daemon nvidia-gridd. To use them, copy this file to gridd.conf and change it there.

        # Description: Set License Server Address
        # Data type: string
        # Format:  "<address>"
        ServerAddress=

        # Description: Set License Server port number
        # Data type: integer
        # Format:  <port>, default is 7070
        ServerPort=7070

        # Description: Set Backup License Server Address
        # Data type: string
        # Format:  "<address>"
        #BackupServerAddress=

        # Description: Set Backup License Server port number
        # Data type: integer
        # Format:  <port>, default is 7070
        #BackupServerPort=

        # Description: Set Feature to be enabled
        # Data type: integer
        # Possible values:
        #    0 => for unlicensed state
        #    1 => for NVIDIA vGPU
        #    2 => for NVIDIA RTX Virtual Workstation
        #    4 => for NVIDIA Virtual Compute Server
        # All other values reserved
        FeatureType=0

        # Description: Parameter to enable or disable Grid Licensing tab in nvidia-settings
        # Data type: boolean
        #EnableUI=TRUE

        """;

    private const string Unit = """
        [Unit]
        Description=NVIDIA Grid Daemon
        Wants=network-online.target
        [Service]
        ExecStart=/usr/bin/nvidia-gridd
        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>Puts it there, of a driver of the vGPU software. Called under the gate.</summary>
    public static void Put(SimulatedGuest guest, NvidiaPackage driver)
    {
        if (!driver.IsGrid)
        {
            return;
        }

        GuestLicense license = guest.State<GuestLicense>();
        (license.HasLicensing, license.Branch) = (true, driver.Branch);
        if (guest.Family == GuestFamily.Windows)
        {
            guest.Files.PutDirectory("/C:/Program Files/NVIDIA Corporation/vGPU Licensing/ClientConfigToken");
            guest.Files.Put(DisplayContainer.LogFile, string.Empty);
            guest.State<WindowsRegistry>().Set(WindowsRegistry.Licensing, "NvCplDisableManageLicensePage", "REG_DWORD", "0");
            return;
        }

        guest.Files.PutDirectory("/etc/nvidia");
        guest.Files.Put(GriddSettings.Path + ".template", Template.Replace("\r\n", "\n"));
        guest.Files.PutProgram("/usr/bin/nvidia-gridd");
        guest.Files.Put("/usr/lib/systemd/system/nvidia-gridd.service", Unit.Replace("\r\n", "\n"));
        if (license.Branch >= NvidiaGridd.FirstWithToken)
        {
            guest.Files.PutDirectory("/etc/nvidia/ClientConfigToken");
        }

        guest.EnabledUnits.Add("nvidia-gridd.service");
    }

    /// <summary>Starts the daemon, with the kernel's module loaded. Called under the gate.</summary>
    public static void Start(SimulatedGuest guest)
    {
        if (!guest.State<GuestLicense>().HasLicensing)
        {
            return;
        }

        if (guest.Family == GuestFamily.Windows)
        {
            guest.State<DisplayContainer>().Start(guest);
        }
        else
        {
            GuestUnits.Start(guest, "nvidia-gridd");
        }
    }

    /// <summary>Takes it away; what an admin configured stays.</summary>
    public static void Remove(SimulatedGuest guest)
    {
        GuestLicense license = guest.State<GuestLicense>();
        if (!license.HasLicensing)
        {
            return;
        }

        license.HasLicensing = false;
        if (guest.Family == GuestFamily.Windows)
        {
            guest.State<DisplayContainer>().Stop(guest);
            return;
        }

        GuestUnits.Stop(guest, "nvidia-gridd");
        guest.EnabledUnits.Remove("nvidia-gridd.service");
        foreach (string path in new[] { GriddSettings.Path + ".template", "/usr/bin/nvidia-gridd", "/usr/lib/systemd/system/nvidia-gridd.service" })
        {
            guest.Files.Remove(path);
        }
    }
}
