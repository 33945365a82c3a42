using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model;
using GpuVSphere.Simulator.Model.Guest.Licensing;

namespace GpuVSphere.Simulator;

/// <summary>The licence servers beside a simulated vCenter. There is a legacy one and one of the NVIDIA License System, each with ten licences of every product.</summary>
public sealed class SimulatorLicensing
{
    /// <summary>The name of the legacy licence server, on port 7070.</summary>
    public const string LegacyServer = LicenseServers.Legacy;

    /// <summary>The name of the server of the NVIDIA License System.</summary>
    public const string CloudServer = LicenseServers.Cloud;

    private readonly SimulatedInventory _inventory;

    internal SimulatorLicensing(SimulatedInventory inventory) => _inventory = inventory;

    /// <summary>The content of a client configuration token.</summary>
    /// <param name="server">The server that it leads to.</param>
    public static string Token(string server = CloudServer) => LicenseServers.Token(server);

    /// <summary>Adds a server with ten licences of every product.</summary>
    /// <param name="server">Its name.</param>
    /// <param name="isLegacy">Whether it is a legacy one.</param>
    public void Add(string server, bool isLegacy)
    {
        lock (_inventory.Gate)
        {
            _inventory.LicenseServers.Add(new LicenseServer(server, isLegacy));
        }
    }

    /// <summary>Says how many licences a server owns.</summary>
    /// <param name="server">The server.</param>
    /// <param name="count">For each product.</param>
    /// <exception cref="ArgumentException">There is no such server.</exception>
    public void Own(string server, int count)
    {
        lock (_inventory.Gate)
        {
            foreach (string product in LicenseServers.Products)
            {
                Find(server).Own(product, count);
            }
        }
    }

    /// <summary>Says whether a server answers.</summary>
    /// <param name="server">The server.</param>
    /// <param name="isReachable">False as behind a firewall.</param>
    /// <exception cref="ArgumentException">There is no such server.</exception>
    public void Reachable(string server, bool isReachable)
    {
        lock (_inventory.Gate)
        {
            Find(server).IsReachable = isReachable;
        }
    }

    /// <summary>Says whether a server takes questions and never answers them.</summary>
    /// <param name="server">The server.</param>
    /// <param name="isSilent">True as with a proxy that swallows the answers.</param>
    /// <exception cref="ArgumentException">There is no such server.</exception>
    public void Silent(string server, bool isSilent)
    {
        lock (_inventory.Gate)
        {
            Find(server).IsSilent = isSilent;
        }
    }

    /// <summary>Lets a server refuse everybody.</summary>
    /// <param name="server">The server.</param>
    /// <param name="words">What it says in place of a licence; null to lend again.</param>
    /// <exception cref="ArgumentException">There is no such server.</exception>
    public void Refuse(string server, string? words)
    {
        lock (_inventory.Gate)
        {
            Find(server).Refusal = words;
        }
    }

    /// <summary>Sets how far a server's clock is from the guests'.</summary>
    /// <param name="server">The server.</param>
    /// <param name="skew">From an hour on it refuses.</param>
    /// <exception cref="ArgumentException">There is no such server.</exception>
    public void Skew(string server, TimeSpan skew)
    {
        lock (_inventory.Gate)
        {
            Find(server).Skew = skew;
        }
    }

    /// <summary>The VMs that have a licence of a server, with the product.</summary>
    /// <param name="server">The server.</param>
    /// <exception cref="ArgumentException">There is no such server.</exception>
    public IReadOnlyList<string> Leases(string server)
    {
        lock (_inventory.Gate)
        {
            return Find(server).Leases.Select(lease => lease.Guest.Vm.Name + ": " + lease.Product).OrderBy(lease => lease, StringComparer.Ordinal).ToList();
        }
    }

    private LicenseServer Find(string server) => _inventory.LicenseServers.Find(server) ?? throw new ArgumentException("There is no licence server " + server + ".", nameof(server));
}
