using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Datastore files without a network, with the errors that a network client gives.</summary>
internal sealed class InProcessFiles(string name, InProcessTransport transport) : IFileTransport
{
    public async Task<Stream> OpenReadAsync(string pathAndQuery, string? cookie, CancellationToken cancellationToken)
    {
        WireRequest request = new() { Verb = "GET", Target = pathAndQuery, SessionCookie = cookie };
        WireReply reply = await transport.ExchangeAsync(request, cancellationToken).ConfigureAwait(false);
        ThrowUnlessSuccess(reply.Status, pathAndQuery);
        return new ReplyStream(reply, name);
    }

    public async Task WriteAsync(string pathAndQuery, string? cookie, Stream content, long length, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        await content.CopyToAsync(bytes, 81920, cancellationToken).ConfigureAwait(false);
        WireRequest request = new() { Verb = "PUT", Target = pathAndQuery, SessionCookie = cookie, Body = bytes.ToArray() };
        WireReply reply = await transport.ExchangeAsync(request, cancellationToken).ConfigureAwait(false);
        ThrowUnlessSuccess(reply.Status, pathAndQuery);
    }

    private void ThrowUnlessSuccess(int status, string pathAndQuery)
    {
        string path = Uri.UnescapeDataString(pathAndQuery);
        if (status >= 400)
        {
            throw status switch
            {
                401 => new GpuVSphereException("SessionExpired", GpuErrorCategory.AuthenticationFailed, $"The session on {name} is over.", name, "Connect-GpuVSphere -Simulator"),
                403 => new GpuVSphereException("DatastoreFileRefused", GpuErrorCategory.PermissionDenied, $"{path} may not be read or written with this account.", path, "The account needs Datastore.Browse and Datastore.FileManagement on the datastore."),
                404 => new GpuVSphereException("DatastoreFileNotFound", GpuErrorCategory.ObjectNotFound, $"{path} is not there.", path, "Check the datastore's and the folder's name; a VM that never ran has no vmware.log."),
                507 => new GpuVSphereException("DatastoreFull", GpuErrorCategory.OperationFailed, $"{path} could not be written: the datastore is full.", path, "Make room on the datastore."),
                _ => new GpuVSphereException("DatastoreFileFailed", GpuErrorCategory.OperationFailed, $"{path} could not be transferred: HTTP {status}.", path, "Try again when the VM is off."),
            };
        }
    }
}
