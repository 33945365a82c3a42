using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <summary>
/// The state of a simulated inventory as it is, read past every client and every protocol: what a test or the tour holds a result against.
/// Each value is read anew at each use.
/// </summary>
public sealed class SimulatorRawState
{
    private readonly SimulatedInventory _inventory;

    internal SimulatorRawState(SimulatedInventory inventory) => _inventory = inventory;

    /// <summary>Every host.</summary>
    public IReadOnlyList<RawHost> Hosts
    {
        get
        {
            lock (_inventory.Gate)
            {
                return _inventory.Hosts.Select(host => new RawHost(host, _inventory)).ToList();
            }
        }
    }

    /// <summary>Every VM and template.</summary>
    public IReadOnlyList<RawVm> Vms
    {
        get
        {
            lock (_inventory.Gate)
            {
                return _inventory.Vms.Select(vm => new RawVm(vm, _inventory)).ToList();
            }
        }
    }

    /// <summary>One host.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is no such host.</exception>
    public RawHost Host(string name) => Hosts.FirstOrDefault(host => host.Name == name) ?? throw new ArgumentException("The simulator has no host '" + name + "'.", nameof(name));

    /// <summary>One VM.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is no such VM.</exception>
    public RawVm Vm(string name) => Vms.FirstOrDefault(vm => vm.Name == name) ?? throw new ArgumentException("The simulator has no VM '" + name + "'.", nameof(name));

    /// <summary>The files in a folder of a datastore, by their paths.</summary>
    /// <param name="datastore">Its name.</param>
    /// <param name="folder">Such as <c>NVIDIA</c>.</param>
    /// <exception cref="ArgumentException">There is no such datastore.</exception>
    public IReadOnlyList<string> Files(string datastore, string folder)
    {
        lock (_inventory.Gate)
        {
            return (_inventory.Datastores.FirstOrDefault(store => store.Name == datastore) ?? throw new ArgumentException("The simulator has no datastore '" + datastore + "'.", nameof(datastore)))
                .FilesIn(folder).Select(file => file.Path).ToList();
        }
    }

    /// <summary>One cluster.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is no such cluster.</exception>
    public RawCluster Cluster(string name)
    {
        lock (_inventory.Gate)
        {
            return new RawCluster(
                _inventory.Hosts.Select(host => host.Compute).FirstOrDefault(compute => compute.IsCluster && compute.Name == name)
                ?? throw new ArgumentException("The simulator has no cluster '" + name + "'.", nameof(name)),
                _inventory);
        }
    }

    /// <summary>The advanced settings of the vCenter as text, by key; empty on a host that is its own server.</summary>
    public IReadOnlyDictionary<string, string> Settings
    {
        get
        {
            lock (_inventory.Gate)
            {
                return (_inventory.Settings?.Keys ?? []).ToDictionary(
                    key => key, key => Convert.ToString(_inventory.Settings![key], System.Globalization.CultureInfo.InvariantCulture) ?? string.Empty);
            }
        }
    }

    /// <summary>Whether there is a VM of that name.</summary>
    /// <param name="name">The name.</param>
    public bool HasVm(string name) => Vms.Any(vm => vm.Name == name);
}
