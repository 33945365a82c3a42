using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Vim;

/// <summary>The account lacks a privilege.</summary>
public sealed class NoPermissionException : VimFaultException
{
    internal NoPermissionException(VimFault fault, VimFaultContext context)
        : base(fault, context, "NoPermission", GpuErrorCategory.PermissionDenied, Text(fault, context), "Ask for a role with these privileges on the object, or log in with another account.") =>
        MissingPrivileges = Missing(fault);

    /// <summary>What is missing, and where; empty when the server does not say.</summary>
    public IReadOnlyList<MissingPrivilege> MissingPrivileges { get; }

    private static string Text(VimFault fault, VimFaultContext context)
    {
        IReadOnlyList<MissingPrivilege> missing = Missing(fault);
        string names = missing.Count == 0
            ? "a privilege that the server does not name"
            : string.Join(", ", missing.Select(privilege => privilege.Entity.IsEmpty ? privilege.PrivilegeId : $"{privilege.PrivilegeId} on {privilege.Entity}"));
        return $"{context.Display}: {context.Method} was refused, the account lacks {names}.";
    }

    private static IReadOnlyList<MissingPrivilege> Missing(VimFault fault)
    {
        List<MissingPrivilege> missing = [];
        if (fault.Detail is null)
        {
            return missing;
        }

        // Since 7.0 U3 a list; before, and still for older clients, one object and one privilege.
        foreach (VimElement entry in fault.Detail.All("missingPrivileges"))
        {
            foreach (VimElement id in entry.All("privilegeIds"))
            {
                missing.Add(new MissingPrivilege(entry["entity"]?.Reference ?? default, id.Text));
            }
        }

        string? single = fault.Detail["privilegeId"]?.Text;
        if (missing.Count == 0 && !string.IsNullOrEmpty(single))
        {
            missing.Add(new MissingPrivilege(fault.Detail["object"]?.Reference ?? default, single!));
        }

        return missing;
    }
}
