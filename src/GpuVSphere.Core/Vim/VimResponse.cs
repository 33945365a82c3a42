using System;
using System.IO;

namespace GpuVSphere.Vim;

/// <summary>The reply to one request. Disposing it gives the connection back.</summary>
public sealed class VimResponse : IDisposable
{
    private readonly IDisposable? _owner;

    /// <summary>Makes a reply.</summary>
    /// <param name="statusCode">The HTTP status.</param>
    /// <param name="body">The body, read as it arrives.</param>
    /// <param name="sessionCookie">The value of a <c>vmware_soap_session</c> cookie that the reply sets, quotes included, or null.</param>
    /// <param name="owner">What else is to be disposed with the reply.</param>
    public VimResponse(int statusCode, Stream body, string? sessionCookie = null, IDisposable? owner = null)
    {
        StatusCode = statusCode;
        Body = body;
        SessionCookie = sessionCookie;
        _owner = owner;
    }

    /// <summary>The HTTP status: 200 for a result, 500 for a SOAP fault.</summary>
    public int StatusCode { get; }

    /// <summary>The body.</summary>
    public Stream Body { get; }

    /// <summary>The session cookie that the reply sets, byte for byte, or null.</summary>
    public string? SessionCookie { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Body.Dispose();
        _owner?.Dispose();
    }
}
