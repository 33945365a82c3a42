using System;
using System.Globalization;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Files on datastores over HTTP: GET and PUT.</summary>
internal sealed class HttpFileTransport(HttpConnection connection) : IFileTransport
{
    public async Task<Stream> OpenReadAsync(string pathAndQuery, string? cookie, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Get, new Uri(connection.Address, pathAndQuery));
        HttpResponseMessage response = await connection.SendAsync(message, cookie, cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowUnlessSuccess(response, pathAndQuery);
            return await connection.OpenBodyAsync(response).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public async Task WriteAsync(string pathAndQuery, string? cookie, Stream content, long length, CancellationToken cancellationToken)
    {
        using StreamContent body = new(content, 128 * 1024);
        body.Headers.ContentLength = length;
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpRequestMessage message = new(HttpMethod.Put, new Uri(connection.Address, pathAndQuery)) { Content = body };
        using HttpResponseMessage response = await connection.SendAsync(message, cookie, cancellationToken).ConfigureAwait(false);
        ThrowUnlessSuccess(response, pathAndQuery);
    }

    private void ThrowUnlessSuccess(HttpResponseMessage response, string pathAndQuery)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string path = Uri.UnescapeDataString(pathAndQuery);
        throw (int)response.StatusCode switch
        {
            401 => SessionErrors.Expired(connection.Address.Host, isBorrowed: false),
            403 => new GpuVSphereException(
                "DatastoreFileRefused",
                GpuErrorCategory.PermissionDenied,
                $"{path} may not be read or written with this account.",
                path,
                "The account needs Datastore.FileManagement (Low level file operations) and Datastore.Browse on the datastore."),
            404 => new GpuVSphereException(
                "DatastoreFileNotFound",
                GpuErrorCategory.ObjectNotFound,
                $"{path} is not there.",
                path,
                "Check the datastore's and the folder's name; a VM that never ran has no vmware.log."),
            507 => new GpuVSphereException("DatastoreFull", GpuErrorCategory.OperationFailed, $"{path} could not be written: the datastore is full.", path, "Make room on the datastore."),
            int status => new GpuVSphereException(
                "DatastoreFileFailed",
                GpuErrorCategory.OperationFailed,
                $"{path} could not be transferred: HTTP {status.ToString(CultureInfo.InvariantCulture)} {response.ReasonPhrase}.",
                path,
                "A file of a running VM can be locked by its host: try again when the VM is off, or copy the file first."),
        };
    }
}
