using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Files on datastores, over the server's <c>/folder</c> path.</summary>
public static class DatastoreFiles
{
    /// <summary>The inventory path of the datacenter that an object is in, as <c>/folder</c> wants it: such as <c>DC</c> or <c>Europe/DC</c>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="entity">A VM, host or datastore.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">DatacenterNotFound: the object is in no datacenter that this account sees.</exception>
    public static async Task<string> FindDatacenterPathAsync(this VimSession session, ManagedObjectReference entity, CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyValuePair<ManagedObjectReference, string>> chain = await session.ReadAncestorsAsync(entity, cancellationToken).ConfigureAwait(false);
        string[] names = [.. chain
            .SkipWhile(pair => pair.Key.Type != "Datacenter")
            .Where(pair => pair.Key != session.Content.RootFolder)
            .Select(pair => pair.Value)
            .Reverse()];
        return names.Length > 0
            ? string.Join("/", names)
            : throw new GpuVSphereException(
                "DatacenterNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"{entity} is in no datacenter that this account can see.",
                entity.ToString(),
                "The account needs to see the datacenter (System.View on it).");
    }

    /// <summary>Opens a file for reading; it is streamed, however large it is.</summary>
    /// <param name="session">The session.</param>
    /// <param name="datacenterPath">From <see cref="FindDatacenterPathAsync"/>.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the transfer.</param>
    /// <returns>The content; the caller disposes it.</returns>
    /// <exception cref="GpuVSphereException">DatastoreFileNotFound, DatastoreFileRefused, SessionExpired.</exception>
    public static Task<Stream> OpenReadAsync(this VimSession session, string datacenterPath, DatastorePath path, CancellationToken cancellationToken) =>
        WithSessionAsync(session, cookie => session.Server.Files.OpenReadAsync(PathAndQuery(datacenterPath, path), cookie, cancellationToken));

    /// <summary>Writes a file, replacing one of that name. The folder must exist.</summary>
    /// <param name="session">The session.</param>
    /// <param name="datacenterPath">From <see cref="FindDatacenterPathAsync"/>.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">What to write, from its present position.</param>
    /// <param name="length">The number of bytes that will be written.</param>
    /// <param name="cancellationToken">Ends the transfer; a part may then be on the datastore.</param>
    /// <exception cref="GpuVSphereException">DatastoreFileRefused, DatastoreFull, SessionExpired.</exception>
    public static Task WriteAsync(this VimSession session, string datacenterPath, DatastorePath path, Stream content, long length, CancellationToken cancellationToken) =>
        WithSessionAsync(session, async cookie =>
        {
            await session.Server.Files.WriteAsync(PathAndQuery(datacenterPath, path), cookie, content, length, cancellationToken).ConfigureAwait(false);
            return true;
        });

    internal static string PathAndQuery(string datacenterPath, DatastorePath path) =>
        "/folder/" + string.Join("/", path.Path.Split('/').Select(Uri.EscapeDataString))
        + "?dcPath=" + Uri.EscapeDataString(datacenterPath)
        + "&dsName=" + Uri.EscapeDataString(path.Datastore);

    private static async Task<T> WithSessionAsync<T>(VimSession session, Func<string?, Task<T>> transfer)
    {
        try
        {
            return await transfer(session.Cookie).ConfigureAwait(false);
        }
        catch (GpuVSphereException e) when (e.Id == SessionErrors.ExpiredId)
        {
            // Only the session knows whose it is, and so how to come back.
            throw SessionErrors.Expired(session.ServerName, session.IsBorrowed);
        }
    }
}
