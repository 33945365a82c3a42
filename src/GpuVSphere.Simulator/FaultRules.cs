using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator;

/// <summary>The accidents that are ordered. The first rule that meets a call applies. Safe to change while the simulator runs.</summary>
public sealed class FaultRules
{
    private readonly object _gate = new();
    private readonly List<FaultRule> _rules = [];

    internal FaultRules()
    {
    }

    /// <summary>Orders an accident.</summary>
    /// <param name="rule">What happens to which calls.</param>
    /// <returns>The same rule, to count by.</returns>
    public FaultRule Add(FaultRule rule)
    {
        lock (_gate)
        {
            _rules.Add(rule);
        }

        return rule;
    }

    /// <summary>Takes an accident back.</summary>
    /// <param name="rule">The rule that was added.</param>
    public void Remove(FaultRule rule)
    {
        lock (_gate)
        {
            _rules.Remove(rule);
        }
    }

    /// <summary>Takes every accident back.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    internal FaultRule? Match(string method, bool isSoap, string? objectType, string? objectId)
    {
        lock (_gate)
        {
            return _rules.FirstOrDefault(rule => rule.Meets(method, isSoap, objectType, objectId));
        }
    }
}
