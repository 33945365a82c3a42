using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>Uses a host's shell for one piece of work. SSH that was off is on only for that, and off again however it ends.</summary>
public static class HostShellAccess
{
    private const string SshService = "TSM-SSH";

    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(30);

    /// <summary>Opens a host's shell, does the work, and closes it.</summary>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="name">The host's name, as the server has it.</param>
    /// <param name="shells">The way to the shell; null when there is none.</param>
    /// <param name="work">The work.</param>
    /// <param name="notes">What is told.</param>
    /// <param name="cancellationToken">Ends the work; SSH is stopped again all the same.</param>
    /// <exception cref="GpuVSphereException">
    /// HostShellMissing: there is no way to it. SshServiceNotStarted: SSH is off and could not be switched on. Those of <see cref="IHostShells"/>, and what the work throws.
    /// </exception>
    public static async Task<T> UseAsync<T>(
        VimSession session,
        VimObjectId host,
        string name,
        IHostShells? shells,
        Func<IShell, CancellationToken, Task<T>> work,
        HostShellNotes notes,
        CancellationToken cancellationToken)
    {
        if (shells is null)
        {
            throw new GpuVSphereException(
                "HostShellMissing", GpuErrorCategory.InvalidState, $"No way to the ESXi shell of {name} was given.", name, "Give the operation's context its Shells.");
        }

        ManagedObjectReference services = await session.FindServiceSystemAsync(host.Reference, cancellationToken).ConfigureAwait(false);
        bool wasStarted = await StartAsync(session, services, name, notes, cancellationToken).ConfigureAwait(false);
        try
        {
            using IShell shell = await shells.OpenAsync(new HostShellAddress(host, NameFor(session, name)), cancellationToken).ConfigureAwait(false);
            return await work(shell, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (wasStarted)
            {
                await StopAsync(session, services, name, notes).ConfigureAwait(false);
            }
        }
    }

    // A host that is connected to directly may call itself localhost; what the user typed leads there.
    private static string NameFor(VimSession session, string name)
    {
        if (session.IsVCenter)
        {
            return name;
        }

        string typed = session.ServerName;
        return Uri.TryCreate(typed.Contains("://") ? typed : "https://" + typed, UriKind.Absolute, out Uri? uri) && uri.Host.Length > 0 ? uri.Host.Trim('[', ']') : typed;
    }

    private static async Task<bool> StartAsync(VimSession session, ManagedObjectReference services, string name, HostShellNotes notes, CancellationToken cancellationToken)
    {
        if (services.Value is not { Length: > 0 })
        {
            return false;
        }

        // A host that does not tell of the service may have it running all the same: the connection shows it.
        HostService? ssh = (await session.ReadServicesAsync(services, cancellationToken).ConfigureAwait(false)).FirstOrDefault(service => service.Key == SshService);
        if (ssh is null or { IsRunning: true })
        {
            return false;
        }

        try
        {
            await session.StartServiceAsync(services, SshService, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The host may have started it, though nobody heard of it.
            await StopAsync(session, services, name, notes).ConfigureAwait(false);
            throw;
        }
        catch (VimFaultException fault)
        {
            throw new GpuVSphereException(
                "SshServiceNotStarted",
                fault is NoPermissionException ? GpuErrorCategory.PermissionDenied : GpuErrorCategory.OperationFailed,
                $"SSH is off on {name} and could not be started: {Why(fault)}",
                name,
                "Start the SSH service in the vSphere Client (Configure, System, Services), or use an account with Host.Config.NetService on the host.",
                fault);
        }

        notes.Verbose?.Invoke($"SSH was off on {name}: it was started for this.");
        return true;
    }

    // The privilege is what counts; the references in the fault's text say nothing to the reader.
    private static string Why(VimFaultException fault) => fault is NoPermissionException { MissingPrivileges: { Count: > 0 } missing }
        ? $"the account lacks {string.Join(", ", missing.Select(privilege => privilege.PrivilegeId).Distinct())} on it."
        : fault.Message;

    private static async Task StopAsync(VimSession session, ManagedObjectReference services, string name, HostShellNotes notes)
    {
        using CancellationTokenSource limit = new(s_stopTime);
        try
        {
            await session.StopServiceAsync(services, SshService, limit.Token).ConfigureAwait(false);
            notes.Verbose?.Invoke($"SSH on {name} was stopped again.");
        }
        catch (Exception error) when (error is GpuVSphereException or OperationCanceledException)
        {
            notes.Warning?.Invoke(
                $"SSH on {name} was started for this and could not be stopped: {(error is OperationCanceledException ? "the server did not answer." : error is VimFaultException fault ? Why(fault) : error.Message)}"
                + " Stop it in the vSphere Client (Configure, System, Services).");
        }
    }
}
