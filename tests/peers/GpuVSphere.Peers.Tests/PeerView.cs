using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace GpuVSphere.Peers.Tests;

/// <summary>What a peer's program read: its answer to the command <c>read</c>.</summary>
internal sealed class PeerView
{
    private readonly JsonElement _root;

    private PeerView(JsonElement root) => _root = root;

    /// <summary>The API version that the server named to the peer.</summary>
    public string Api => _root.GetProperty("api").GetString()!;

    /// <summary>The names of the hosts.</summary>
    public IReadOnlyList<string> Hosts => [.. _root.GetProperty("hosts").EnumerateObject().Select(host => host.Name)];

    /// <summary>Runs a command of a program in <c>programs/</c>.</summary>
    public static string Run(Peer peer, string program, string address, string user, string password, params string[] command) =>
        Start(peer, program, address, user, password, command).Succeeded();

    /// <summary>Runs a command of a program in <c>programs/</c>, which may fail.</summary>
    public static PeerRun Start(Peer peer, string program, string address, string user, string password, params string[] command) =>
        peer.Run([Path.Combine(System.AppContext.BaseDirectory, "programs", program), address, user, password, .. command]);

    /// <summary>Reads hosts and VMs with a program in <c>programs/</c>.</summary>
    public static PeerView Read(Peer peer, string program, string address, string user, string password) =>
        new(JsonDocument.Parse(Run(peer, program, address, user, password, "read")).RootElement);

    /// <summary>The addresses of a host's NVIDIA devices.</summary>
    public IReadOnlyList<string> Devices(string host) => [.. _root.GetProperty("hosts").GetProperty(host).EnumerateObject().Select(device => device.Name)];

    /// <summary>A device of a host.</summary>
    public PeerDevice Device(string host, string address)
    {
        JsonElement device = _root.GetProperty("hosts").GetProperty(host).GetProperty(address);
        return new PeerDevice(
            device.GetProperty("capable").GetBoolean(),
            device.GetProperty("enabled").GetBoolean(),
            device.GetProperty("active").GetBoolean(),
            device.GetProperty("device").GetInt32(),
            device.GetProperty("name").GetString()!);
    }

    /// <summary>The power state of a VM.</summary>
    public string Power(string vm) => Vm(vm).GetProperty("power").GetString()!;

    /// <summary>The addresses of the devices a VM is given.</summary>
    public IReadOnlyList<string> GivenTo(string vm) => [.. Vm(vm).GetProperty("devices").EnumerateArray().Select(device => device.GetString()!)];

    /// <summary>Whether all memory of a VM is reserved.</summary>
    public bool IsMemoryLocked(string vm) => Vm(vm).GetProperty("locked").GetBoolean();

    /// <summary>An extraConfig value of a VM; null when there is no such key.</summary>
    public string? Extra(string vm, string key) => Vm(vm).GetProperty("extra").TryGetProperty(key, out JsonElement value) ? value.GetString() : null;

    private JsonElement Vm(string vm) => _root.GetProperty("vms").GetProperty(vm);
}
