using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>A licence server beside the vCenter: it lends licences by product and counts them.</summary>
internal sealed class LicenseServer(string name, bool isLegacy)
{
    private readonly Dictionary<string, int> _licenses = new(StringComparer.Ordinal);
    private readonly List<(SimulatedGuest Guest, string Product)> _leases = [];

    public string Name { get; } = name;

    /// <summary>The NVIDIA vGPU Software License Server with its port; else one of the NVIDIA License System.</summary>
    public bool IsLegacy { get; } = isLegacy;

    public int Port => IsLegacy ? 7070 : 443;

    public bool IsReachable { get; set; } = true;

    /// <summary>Whether it takes a question and never answers it.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What it says to everybody in place of a licence; null to lend.</summary>
    public string? Refusal { get; set; }

    /// <summary>How far its clock is from the guests'.</summary>
    public TimeSpan Skew { get; set; }

    public IReadOnlyList<(SimulatedGuest Guest, string Product)> Leases => _leases;

    public void Own(string product, int count) => _licenses[product] = count;

    /// <summary>Lends a licence; what it says in place of one, or null.</summary>
    public string? Lend(SimulatedGuest guest, string product)
    {
        // NVIDIA's License System says so of a guest whose clock is wrong (found in public reports of its users).
        if ((Skew - guest.State<GuestOrders>().ClockSkew).Duration() > TimeSpan.FromHours(1))
        {
            return "The allowed time to process response has expired";
        }

        if (Refusal is not null)
        {
            return Refusal;
        }

        Return(guest);
        if (!_licenses.TryGetValue(product, out int owned) || _leases.Count(lease => lease.Product == product) >= owned)
        {
            return "No pool features found for : " + product;
        }

        _leases.Add((guest, product));
        return null;
    }

    /// <summary>Takes a licence back.</summary>
    public void Return(SimulatedGuest guest) => _leases.RemoveAll(lease => lease.Guest == guest);
}
