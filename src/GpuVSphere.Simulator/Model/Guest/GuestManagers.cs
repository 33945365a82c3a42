using System.Collections.Generic;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Where the managers of guest operations are.</summary>
internal static class GuestManagers
{
    public static MoRef Operations(bool isVCenter) => new("GuestOperationsManager", isVCenter ? "guestOperationsManager" : "ha-guest-operations-manager");

    public static MoRef Processes(bool isVCenter) => new("GuestProcessManager", isVCenter ? "guestOperationsProcessManager" : "ha-guest-operations-process-manager");

    public static MoRef Files(bool isVCenter) => new("GuestFileManager", isVCenter ? "guestOperationsFileManager" : "ha-guest-operations-file-manager");

    public static MoRef Authentication(bool isVCenter) => new("GuestAuthManager", isVCenter ? "guestOperationsAuthManager" : "ha-guest-operations-auth-manager");

    /// <summary>Takes them into an inventory.</summary>
    public static void AddTo(SimulatedInventory inventory)
    {
        bool isVCenter = inventory.IsVCenter;
        inventory.Add(new GuestOperationsObject(Operations(isVCenter), inventory));
        inventory.Add(new GuestProcessManager(Processes(isVCenter), inventory));
        inventory.Add(new GuestFileManager(Files(isVCenter), inventory));
        inventory.Add(new GuestAuthManager(Authentication(isVCenter), inventory));
    }
}
