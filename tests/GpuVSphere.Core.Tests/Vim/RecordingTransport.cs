using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

/// <summary>Keeps the envelopes that go out, before secrets in them are wiped.</summary>
internal sealed class RecordingTransport(IVimTransport inner) : IVimTransport
{
    public List<string> Envelopes { get; } = [];

    public Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        if (request.Body is not null)
        {
            Envelopes.Add(Encoding.UTF8.GetString(request.Body));
        }

        return inner.SendAsync(request, cancellationToken);
    }

    public void Dispose() => inner.Dispose();
}
