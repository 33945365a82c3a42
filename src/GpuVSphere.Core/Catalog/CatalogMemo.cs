using System;
using System.Diagnostics;
using GpuVSphere.State;

namespace GpuVSphere.Catalog;

/// <summary>
/// Keeps the catalogue of the state directory, which is asked for many times in a call, and looks at most once a second whether there is another. A memory of
/// what is on the disk, and nothing else.
/// </summary>
internal sealed class CatalogMemo
{
    private static readonly long s_pause = Stopwatch.Frequency;

    private readonly object _gate = new();
    private KnownCatalog? _known;
    private string _stamp = string.Empty;
    private long _lookedAt;

    public KnownCatalog Get()
    {
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            if (_known is null || now - _lookedAt > s_pause)
            {
                Look();
                _lookedAt = now;
            }

            return _known!;
        }
    }

    public void Forget()
    {
        lock (_gate)
        {
            _known = null;
        }
    }

    private void Look()
    {
        CatalogStore store;
        string stamp;
        try
        {
            store = new CatalogStore(StateDirectory.Resolve());
            stamp = store.Stamp();
        }
        catch (GpuVSphereException)
        {
            // An account without a data folder cannot have brought a catalogue.
            _known = KnownCatalog.BuiltIn;
            return;
        }

        if (_known is null || !string.Equals(stamp, _stamp, StringComparison.Ordinal))
        {
            (_known, _stamp) = (store.Load(), stamp);
        }
    }
}
