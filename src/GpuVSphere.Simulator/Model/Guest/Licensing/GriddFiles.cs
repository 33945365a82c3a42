namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>What the driver of the vGPU software brings into a Linux guest for its licence; a stock driver brings none of it.</summary>
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

    /// <summary>Puts it there, and starts the daemon. Called under the gate, with the kernel module loaded.</summary>
    public static void Install(SimulatedGuest guest, string driverVersion)
    {
        GuestLicense license = guest.State<GuestLicense>();
        (license.HasLicensing, license.DriverVersion) = (true, driverVersion);
        guest.Files.PutDirectory("/etc/nvidia");
        guest.Files.Put(GriddSettings.Path + ".template", Template.Replace("\r\n", "\n"));
        guest.Files.PutProgram("/usr/bin/nvidia-gridd");
        guest.Files.Put("/usr/lib/systemd/system/nvidia-gridd.service", Unit.Replace("\r\n", "\n"));
        if (license.Branch >= NvidiaGridd.FirstWithToken)
        {
            guest.Files.PutDirectory("/etc/nvidia/ClientConfigToken");
        }

        guest.EnabledUnits.Add("nvidia-gridd.service");
        GuestUnits.Start(guest, "nvidia-gridd");
    }

    /// <summary>Takes it away; what an admin configured stays.</summary>
    public static void Remove(SimulatedGuest guest)
    {
        GuestUnits.Stop(guest, "nvidia-gridd");
        guest.EnabledUnits.Remove("nvidia-gridd.service");
        foreach (string path in new[] { GriddSettings.Path + ".template", "/usr/bin/nvidia-gridd", "/usr/lib/systemd/system/nvidia-gridd.service" })
        {
            guest.Files.Remove(path);
        }

        guest.State<GuestLicense>().HasLicensing = false;
    }
}
