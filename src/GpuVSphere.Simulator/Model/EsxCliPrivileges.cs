namespace GpuVSphere.Simulator.Model;

/// <summary>
/// What an account needs for an esxcli command that changes something: the privilege of the vim25 method that does the same (facts: types-core.txt,
/// types-gpu.txt). That the commands ask for just these is UNCONFIRMED; that a read-only account may not install software is not. The parameters of a
/// module have no such method in the facts: Host.Config.Settings stands for it.
/// </summary>
internal static class EsxCliPrivileges
{
    /// <summary>The privilege that a command needs on the host; null for one that only reads.</summary>
    public static string? Of(string nameSpace, string command) => (nameSpace, command) switch
    {
        ("software.vib", "install" or "update" or "remove") => "Host.Config.Image",
        ("software.component", "apply" or "remove") => "Host.Config.Image",
        ("software.acceptance", "set") => "Host.Config.Image",
        ("graphics.host", "set" or "refresh") => "Host.Config.Settings",
        ("hardware.pci.pcipassthru", "set") => "Host.Config.PciPassthru",
        ("system.maintenanceMode", "set") => "Host.Config.Maintenance",
        ("system.module.parameters", "set") => "Host.Config.Settings",
        _ => null,
    };
}
