namespace GpuVSphere.Vim;

/// <summary>How the loss of a session is said, in one place.</summary>
internal static class SessionErrors
{
    public const string ExpiredId = "SessionExpired";

    public static string ExpiredMessage(string server) => $"The session on {server} has ended: it was logged out, or the server closed it after a long idle time.";

    public static string Reconnect(string server, bool isBorrowed) =>
        isBorrowed ? $"Connect-VIServer -Server {Typed.Name(server)}, then repeat the command." : $"Connect-GpuVSphere -Server {Typed.Name(server)}, then repeat the command.";

    public static GpuVSphereException Expired(string server, bool isBorrowed) =>
        new(ExpiredId, GpuErrorCategory.AuthenticationFailed, ExpiredMessage(server), server, Reconnect(server, isBorrowed));

    /// <summary>The error of a server that a session was on and that answers no more, with the way to be rid of that session.</summary>
    public static GpuVSphereException ServerGone(GpuVSphereException error, string server, bool isBorrowed) => new(
        error.Id,
        error.Category,
        error.Message,
        error.Target,
        $"{error.NextStep} When the server is gone for good: {(isBorrowed ? "Disconnect-VIServer" : "Disconnect-GpuVSphere")} -Server {Typed.Name(server)}".TrimStart(),
        error);
}
