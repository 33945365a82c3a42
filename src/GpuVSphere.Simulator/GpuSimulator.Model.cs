using System;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator;

/// <content>What lies behind the server: the state as it is, and what is to go differently.</content>
public sealed partial class GpuSimulator
{
    /// <summary>The state past every client and protocol, for tests and the tour.</summary>
    public SimulatorRawState Raw => Inventory.Raw;

    /// <summary>What is to go differently: reboots that fail, guests that hang, hosts that are gone.</summary>
    public SimulatorOrders Orders => Inventory.Orders;

    internal SimulatedInventory Inventory => _server.Model as SimulatedInventory ?? throw new InvalidOperationException("This simulator was started with a model of another kind.");
}
