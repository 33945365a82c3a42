using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Posix;

/// <summary>The open descriptors of a program.</summary>
internal sealed class ShIo
{
    private readonly Dictionary<int, object> _open = [];

    public ShIo(ShInput input, ShOutput output, ShOutput error)
    {
        _open[0] = input;
        _open[1] = output;
        _open[2] = error;
    }

    private ShIo(Dictionary<int, object> open) => _open = open;

    public ShInput Input => _open.TryGetValue(0, out object? open) && open is ShInput input ? input : ShInput.Empty;

    public ShOutput Output => Writer(1);

    public ShOutput Error => Writer(2);

    public object? this[int descriptor] => _open.TryGetValue(descriptor, out object? open) ? open : null;

    public ShIo With(int descriptor, object? target)
    {
        Dictionary<int, object> open = _open.ToDictionary(pair => pair.Key, pair => pair.Value);
        if (target is null)
        {
            open.Remove(descriptor);
        }
        else
        {
            open[descriptor] = target;
        }

        return new ShIo(open);
    }

    private ShOutput Writer(int descriptor) => _open.TryGetValue(descriptor, out object? open) && open is ShOutput output ? output : ShOutput.Nowhere;
}
