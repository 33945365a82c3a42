using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace GpuVSphere.Simulator;

/// <summary>Where a simulator listens.</summary>
public sealed class SimulatorListenOptions
{
    /// <summary>The address to listen on; only this machine's own unless told otherwise.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, 1 to 65535; 0 lets the system choose one.</summary>
    public int Port { get; init; }

    /// <summary>The certificate, with its private key, for HTTPS; null for plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }
}
