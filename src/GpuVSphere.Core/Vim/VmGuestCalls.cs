using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>What the server knows of guests without going into them.</summary>
public static class VmGuestCalls
{
    /// <summary>Reads the guests of VMs. A VM that is gone is left out.</summary>
    /// <param name="session">The session.</param>
    /// <param name="vms">The VMs.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyList<VmGuestState>> ReadGuestStatesAsync(this VimSession session, IReadOnlyList<ManagedObjectReference> vms, CancellationToken cancellationToken)
    {
        Dictionary<ManagedObjectReference, VmGuestState> states = [];
        if (vms.Count > 0)
        {
            await session.RetrieveAsync(
                [
                    PropertyQuery.Of(
                        [.. vms.Distinct()],
                        "runtime.powerState",
                        "config.guestId",
                        "guest.toolsRunningStatus",
                        "guest.guestOperationsReady",
                        "guest.guestFamily",
                        "guest.hostName",
                        "guest.ipAddress"),
                ],
                vm =>
                {
                    states[vm] = new VmGuestState(vm, "poweredOff", false, null, string.Empty, string.Empty, string.Empty, string.Empty);
                    return new DelegateObjectReader((path, value) => states[vm] = Read(states[vm], path, value));
                },
                cancellationToken).ConfigureAwait(false);
        }

        return [.. vms.Distinct().Where(states.ContainsKey).Select(vm => states[vm])];
    }

    private static VmGuestState Read(VmGuestState state, string path, VimReader value) => path switch
    {
        "runtime.powerState" => state with { PowerState = value.String() },
        "config.guestId" => state with { GuestId = value.String() },
        "guest.toolsRunningStatus" => state with { IsToolsRunning = value.String() == "guestToolsRunning" },
        "guest.guestOperationsReady" => state with { IsReady = value.Boolean() },
        "guest.guestFamily" => state with { Family = value.String() },
        "guest.hostName" => state with { HostName = value.String() },
        "guest.ipAddress" => state with { IpAddress = value.String() },
        _ => state,
    };
}
