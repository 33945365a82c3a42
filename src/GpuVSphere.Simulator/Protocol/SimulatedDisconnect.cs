using System;

namespace GpuVSphere.Simulator.Protocol;

/// <summary>Thrown by a method when the server drops the connection instead of answering, as an ESXi host does that reboots under its own client.</summary>
internal sealed class SimulatedDisconnect() : Exception("The simulated server dropped the connection.");
