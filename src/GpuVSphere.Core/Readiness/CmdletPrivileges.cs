using System;
using System.Collections.Generic;

namespace GpuVSphere.Readiness;

/// <summary>The privileges that a cmdlet needs of an account, on a host or on a VM.</summary>
/// <param name="Cmdlet">Its name.</param>
/// <param name="Use">For which use of GPUs it is needed.</param>
/// <param name="Privileges">What it needs at least.</param>
/// <param name="Besides">What it needs only sometimes, each with when that is.</param>
internal sealed record CmdletPrivileges(string Cmdlet, ReadinessAction Use, IReadOnlyList<string> Privileges, IReadOnlyList<(string Privilege, string When)> Besides)
{
    /// <summary>What Enable-VgpuMigration needs on the vCenter.</summary>
    public const string MigrationSetting = "Global.Settings";

    /// <summary>What Enable-VgpuMigration needs on a cluster whose DRS it sets.</summary>
    public const string MigrationCluster = "Host.Inventory.EditCluster";

    private const string Reboot = "with -Reboot";

    /// <summary>All of them, as the vSphere API names a privilege with each of its methods.</summary>
    public static IReadOnlyList<CmdletPrivileges> All { get; } = Array.AsReadOnly<CmdletPrivileges>(
    [
        new("Enable-GpuPassthrough", ReadinessAction.UsePassthrough, ["Host.Config.PciPassthru"], [("Host.Config.Maintenance", Reboot)]),
        new("Disable-GpuPassthrough", ReadinessAction.UsePassthrough | ReadinessAction.UseVgpu, ["Host.Config.PciPassthru"], [("Host.Config.Maintenance", Reboot)]),
        new("Set-GpuDevice", ReadinessAction.UsePassthrough, ["Host.Config.PciPassthru"], []),
        new("Set-HostGraphicsMode", ReadinessAction.UseVgpu, ["Host.Config.Settings"], [("Host.Config.Maintenance", Reboot), ("Host.Config.NetService", "to restart xorg before 7.0 U1")]),
        new("Install-NvidiaVib", ReadinessAction.UseVgpu, ["Host.Config.Image"], [("Host.Config.Maintenance", Reboot), ("Host.Config.Settings", "with -SetGraphicsMode")]),
        new("Set-GpuEcc", ReadinessAction.UseVgpu, [], [("Host.Config.Maintenance", Reboot)]),
        new("Set-GpuMig", ReadinessAction.UseVgpu, [], [("Host.Config.Maintenance", Reboot)]),
        new("Add-VmGpuPassthrough", ReadinessAction.PowerOn, Device, Sometimes),
        new("Add-VmVgpuProfile", ReadinessAction.PowerOn, Device, Sometimes),
        new("Set-VmVgpuProfile", ReadinessAction.PowerOn, ["VirtualMachine.Config.AddRemoveDevice", "VirtualMachine.Config.EditDevice"], [("VirtualMachine.Config.AdvancedConfig", "where more MMIO is needed, or a plug-in parameter is set")]),
        new("Set-VmMmioSize", ReadinessAction.PowerOn, ["VirtualMachine.Config.AdvancedConfig"], []),
        new("Start-VM", ReadinessAction.PowerOn, ["VirtualMachine.Interact.PowerOn"], []),
    ]);

    private static IReadOnlyList<string> Device => ["VirtualMachine.Config.AddRemoveDevice", "VirtualMachine.Config.AdvancedConfig", "VirtualMachine.Config.Resource"];

    private static IReadOnlyList<(string Privilege, string When)> Sometimes =>
    [
        ("VirtualMachine.Config.Memory", "where memory hot-add is on"),
        ("VirtualMachine.Config.CPUCount", "where CPU hot-add is on"),
        ("VirtualMachine.Config.Settings", "with -NoGuestInstalled on a VM that boots by BIOS"),
        ("VirtualMachine.Interact.PowerOff", "with -PowerOff"),
        ("VirtualMachine.Interact.PowerOn", "with -PowerOn"),
    ];
}
