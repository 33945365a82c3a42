using System.Collections.Generic;

namespace GpuVSphere.Simulator;

/// <summary>An account of a simulated server.</summary>
/// <param name="Name">The user name, as typed at login; upper and lower case are the same.</param>
/// <param name="Password">The password.</param>
/// <param name="Role">The name of the role it has on the root folder, and with it everywhere.</param>
/// <param name="Privileges">What the role allows, such as <c>Host.Config.PciPassthru</c>; System.Anonymous, System.View and System.Read are always held. Null allows everything.</param>
public sealed record SimulatorUser(string Name, string Password, string Role, IReadOnlyList<string>? Privileges)
{
    /// <summary>The password of every default account.</summary>
    public const string DefaultPassword = "GpuVSphere!1";

    /// <summary>An administrator, a user who may only read, and a VM operator without the privileges on hosts.</summary>
    public static IReadOnlyList<SimulatorUser> Defaults { get; } =
    [
        new("administrator@vsphere.local", DefaultPassword, "Admin", null),
        new("root", DefaultPassword, "Admin", null),
        new("readonly@vsphere.local", DefaultPassword, "ReadOnly", []),
        new("operator@vsphere.local", DefaultPassword, "GpuOperator",
        [
            "Datastore.Browse",
            "Datastore.FileManagement",
            "Host.Config.Maintenance",
            "Resource.AssignVMToPool",
            "VirtualMachine.Config.AddRemoveDevice",
            "VirtualMachine.Config.AdvancedConfig",
            "VirtualMachine.Config.CPUCount",
            "VirtualMachine.Config.EditDevice",
            "VirtualMachine.Config.HostUSBDevice",
            "VirtualMachine.Config.Memory",
            "VirtualMachine.Config.RawDevice",
            "VirtualMachine.Config.Resource",
            "VirtualMachine.Config.Settings",
            "VirtualMachine.Interact.PowerOff",
            "VirtualMachine.Interact.PowerOn",
        ]),
    ];
}
