using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Benchmarks;

/// <summary>
/// Keeps the property reads that pass, so that curl can ask for the same replies. Views are not destroyed meanwhile: the
/// recorded reads name them.
/// </summary>
internal sealed class RecordingTransport : IVimTransport
{
    private const string Done =
        """<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><DestroyViewResponse xmlns="urn:vim25"/></soapenv:Body></soapenv:Envelope>""";

    private readonly IVimTransport _inner;
    private readonly List<VimRequest> _reads = [];

    public RecordingTransport(IVimTransport inner) => _inner = inner;

    /// <summary>The reads since <see cref="Forget"/>, with the session's cookie.</summary>
    public IReadOnlyList<VimRequest> Reads => _reads;

    /// <summary>Begins anew.</summary>
    public void Forget() => _reads.Clear();

    /// <inheritdoc />
    public Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        if (request.Method == "DestroyView")
        {
            return Task.FromResult(new VimResponse(200, new MemoryStream(Encoding.UTF8.GetBytes(Done))));
        }

        if (request.Method is "RetrievePropertiesEx" or "ContinueRetrievePropertiesEx")
        {
            _reads.Add(request);
        }

        return _inner.SendAsync(request, cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose() => _inner.Dispose();
}
