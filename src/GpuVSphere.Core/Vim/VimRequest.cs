namespace GpuVSphere.Vim;

/// <summary>One request to a vSphere server.</summary>
public sealed class VimRequest
{
    /// <summary>Makes a SOAP call.</summary>
    /// <param name="method">The method, such as <c>RetrievePropertiesEx</c>: for retry, trace and fault rules.</param>
    /// <param name="soapAction">The SOAPAction header, such as <c>urn:vim25/8.0.3.0</c>.</param>
    /// <param name="body">The whole envelope, UTF-8.</param>
    public VimRequest(string method, string soapAction, byte[] body)
    {
        Path = "/sdk";
        Method = method;
        SoapAction = soapAction;
        Body = body;
    }

    /// <summary>Makes a plain GET, as for the list of API versions.</summary>
    /// <param name="path">The path and query, such as <c>/sdk/vimServiceVersions.xml</c>.</param>
    public VimRequest(string path) => Path = path;

    /// <summary>The path and query on the server.</summary>
    public string Path { get; }

    /// <summary>The method called, or null for a GET.</summary>
    public string? Method { get; }

    /// <summary>The SOAPAction header, or null for a GET.</summary>
    public string? SoapAction { get; }

    /// <summary>The envelope, or null for a GET.</summary>
    public byte[]? Body { get; }

    /// <summary>
    /// The value of the <c>vmware_soap_session</c> cookie, byte for byte as the server or PowerCLI gave it; its double quotes, when
    /// it has any, are part of the value. Null before login.
    /// </summary>
    public string? Cookie { get; init; }
}
