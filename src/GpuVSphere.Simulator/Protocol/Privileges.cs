using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>
/// The privilege check. What a method itself needs (facts: types-*.txt) is checked before the method is reached;
/// the model checks only what depends on the arguments, such as the privileges of a reconfigure.
/// </summary>
internal static class Privileges
{
    /// <summary>Refuses with NotAuthenticated or NoPermission, which names the object and every missing privilege.</summary>
    public static void Require(SimulatedSession? session, MoRef entity, params string[] privileges)
    {
        List<string> missing = privileges.Where(p => session is null ? p != "System.Anonymous" : !session.May(p)).ToList();
        if (missing.Count > 0)
        {
            throw Refusal(session, entity, missing);
        }
    }

    public static SimulatedFault Refusal(SimulatedSession? session, MoRef entity, IReadOnlyList<string> missing)
    {
        SimulatedFault fault = session is null
            ? new SimulatedFault("NotAuthenticated", "The session is not authenticated.", "vim25-gpu.md 1: NotAuthenticated extends NoPermission")
            : new SimulatedFault("NoPermission", "Permission to perform this operation was denied.", "vim25-gpu.md 1: NoPermission names the missing privileges");
        fault.Detail
            .With("object", entity)
            .With("privilegeId", missing[0])
            .With("missingPrivileges", new List<object>
            {
                new DataObject("NoPermissionEntityPrivileges").With("entity", entity).With("privilegeIds", missing.Cast<object>().ToList()),
            });
        return fault;
    }
}
