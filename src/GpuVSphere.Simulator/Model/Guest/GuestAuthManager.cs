using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Checks logins of guests.</summary>
internal sealed class GuestAuthManager(MoRef reference, SimulatedInventory inventory) : GuestManager(reference, inventory)
{
    protected override string PrivilegeOf(string method) => "Query";

    protected override object? Invoke(MethodCall call, SimulatedGuest guest, GuestUser user) =>
        call.Method == "ValidateCredentialsInGuest" ? null : throw Faults.NotSupported("Only names and passwords are known to the simulator.", "types-more.txt: GuestAuthManager");
}
