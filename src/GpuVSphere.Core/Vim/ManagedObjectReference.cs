using System;

namespace GpuVSphere.Vim;

/// <summary>A vSphere managed object as the server names it: its type and its id, such as HostSystem and host-12.</summary>
/// <param name="Type">The managed object type, such as <c>VirtualMachine</c>.</param>
/// <param name="Value">The id within the server, such as <c>vm-1013</c>.</param>
public readonly record struct ManagedObjectReference(string Type, string Value)
{
    /// <summary>Whether this is the default value, which names nothing.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <summary>Reads the form that PowerCLI's <c>Id</c> has: type, hyphen, value.</summary>
    /// <param name="text">Such as <c>HostSystem-host-61</c>; split at the first hyphen.</param>
    /// <param name="reference">The reference, when the text is one.</param>
    /// <returns>Whether the text is a reference.</returns>
    public static bool TryParse(string? text, out ManagedObjectReference reference)
    {
        reference = default;
        int hyphen = text?.IndexOf('-') ?? -1;
        if (hyphen <= 0 || hyphen == text!.Length - 1)
        {
            return false;
        }

        reference = new ManagedObjectReference(text.Substring(0, hyphen), text.Substring(hyphen + 1));
        return true;
    }

    /// <summary>The form that PowerCLI's <c>Id</c> has, such as <c>HostSystem-host-61</c>.</summary>
    public override string ToString() => IsEmpty ? string.Empty : Type + "-" + Value;
}
