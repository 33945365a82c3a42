namespace GpuVSphere.Vim;

/// <summary>The session is not logged in (any more).</summary>
public sealed class NotAuthenticatedException : VimFaultException
{
    internal NotAuthenticatedException(VimFault fault, VimFaultContext context)
        : base(
            fault,
            context,
            SessionErrors.ExpiredId,
            GpuErrorCategory.AuthenticationFailed,
            SessionErrors.ExpiredMessage(context.Server),
            SessionErrors.Reconnect(context.Server, context.IsBorrowed))
    {
    }
}
