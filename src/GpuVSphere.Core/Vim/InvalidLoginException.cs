namespace GpuVSphere.Vim;

/// <summary>User name or password were not accepted.</summary>
public sealed class InvalidLoginException : VimFaultException
{
    internal InvalidLoginException(VimFault fault, VimFaultContext context)
        : base(
            fault,
            context,
            "InvalidLogin",
            GpuErrorCategory.AuthenticationFailed,
            $"{context.Server} did not accept the user name or the password.",
            "Check both, with the domain (user@vsphere.local); a locked account says the same.")
    {
    }
}
