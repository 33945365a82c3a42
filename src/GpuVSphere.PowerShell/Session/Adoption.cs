using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Session;

/// <summary>Takes a PowerCLI session into use.</summary>
internal static class Adoption
{
    /// <summary>Adopts a session and remembers it for the runspace.</summary>
    /// <exception cref="GpuVSphereException">The server cannot be reached, its certificate is not trusted, or the session has ended.</exception>
    public static async Task<GpuConnection> AdoptAsync(
        SessionTable table, BorrowedSession borrowed, VimHttpOptions options, CancellationToken cancellationToken)
    {
        try
        {
            VimServer reached = VimServer.Http(borrowed.ServiceUri.ToString(), options);

            // Under the name that PowerCLI gives it, and without a keep-alive: how long the session lives is PowerCLI's matter.
            VimServer server = new(borrowed.Name, reached.Transport, reached.Files, reached.Clock);
            VimSession session = await VimSession.AdoptAsync(server, borrowed.Cookie, cancellationToken).ConfigureAwait(false);
            GpuConnection connection = new(session, ConnectionOrigin.PowerCLI, ServerHint.HostAndPortOf(borrowed.ServiceUri), borrowed.Uid, null);
            table.AddAdopted(borrowed, connection);
            return connection;
        }
        catch (GpuVSphereException error) when (error.Category == GpuErrorCategory.AuthenticationFailed)
        {
            throw new GpuVSphereException(
                error.Id,
                error.Category,
                $"{borrowed.Name} no longer accepts PowerCLI's session: {error.Message}",
                borrowed.Name,
                $"Connect-VIServer -Server {Typed.Name(borrowed.Name)}",
                error);
        }
        catch (GpuVSphereException error) when (error.Id.Contains("Certificate"))
        {
            throw new GpuVSphereException(
                error.Id,
                error.Category,
                error.Message,
                borrowed.Name,
                error.NextStep + " For this session: Connect-GpuVSphere -Server $DefaultVIServer -Thumbprint <thumbprint>; or, for all of PowerCLI's: "
                + "Set-PowerCLIConfiguration -InvalidCertificateAction Ignore -Scope Session",
                error);
        }
    }
}
