using System;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>
/// Repeats reads when the connection was cut or the server was busy, a few times with growing pauses. A call that changes something is
/// never repeated: nobody knows whether the server performed it.
/// </summary>
/// <param name="inner">The transport to repeat on.</param>
/// <param name="clock">Times the pauses.</param>
public sealed class RetryingTransport(IVimTransport inner, IClock clock) : IVimTransport
{
    /// <summary>How often a read is sent at most.</summary>
    public const int Attempts = 4;

    /// <inheritdoc/>
    public async Task<VimResponse> SendAsync(VimRequest request, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            bool isLast = attempt == Attempts || !ReadMethods.MayRepeat(request);
            try
            {
                VimResponse response = await inner.SendAsync(request, cancellationToken).ConfigureAwait(false);
                if (isLast || response.StatusCode != 503)
                {
                    return response;
                }

                response.Dispose();
            }
            catch (GpuVSphereException e) when (!isLast && e.Id == "ConnectionCut")
            {
            }

            await clock.DelayAsync(Pause(attempt), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    /// <summary>0.2, 0.8, 3.2 seconds.</summary>
    internal static TimeSpan Pause(int attempt) => TimeSpan.FromSeconds(0.05 * Math.Pow(4, attempt));
}
