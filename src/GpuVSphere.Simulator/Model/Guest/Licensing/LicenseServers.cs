using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>The licence servers of a simulated network, and the tokens that lead to them.</summary>
internal sealed class LicenseServers
{
    public const string Legacy = "gridls.sim";
    public const string Cloud = "dls.sim";

    public static IReadOnlyList<string> Products { get; } = ["NVIDIA RTX Virtual Workstation", "NVIDIA Virtual PC", "NVIDIA Virtual Applications", "NVIDIA Virtual Compute Server"];

    private static readonly Regex s_node = new("\"url\":\"(?<name>[^\"]+)\"", RegexOptions.CultureInvariant);

    private readonly Dictionary<string, LicenseServer> _servers = new(StringComparer.OrdinalIgnoreCase);

    public LicenseServers()
    {
        foreach (LicenseServer server in new[] { new LicenseServer(Legacy, true), new LicenseServer(Cloud, false) })
        {
            Add(server);
        }
    }

    public LicenseServer? Find(string name) => _servers.TryGetValue(name, out LicenseServer? server) ? server : null;

    public LicenseServer Add(LicenseServer server)
    {
        foreach (string product in Products)
        {
            server.Own(product, 10);
        }

        return _servers[server.Name] = server;
    }

    public void ReturnAll(SimulatedGuest guest)
    {
        foreach (LicenseServer server in _servers.Values)
        {
            server.Return(guest);
        }
    }

    /// <summary>A client configuration token: three parts with points between, as a signed one has.</summary>
    public static string Token(string server)
    {
        string payload = "{\"svc_inst\":\"sim\",\"node_url_list\":[{\"url\":\"" + server + "\"}]}";
        return Part("{\"alg\":\"RS256\",\"typ\":\"JWT\"}") + "." + Part(payload) + "." + Part("simulated:" + server);
    }

    /// <summary>The server that a token leads to; null when its signature does not fit.</summary>
    public static string? ServerOf(string token)
    {
        try
        {
            string[] parts = token.Trim().Split('.');
            return parts.Length == 3 && s_node.Match(Plain(parts[1])) is { Success: true } node && Plain(parts[2]) == "simulated:" + node.Groups["name"].Value ? node.Groups["name"].Value : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Part(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string Plain(string part)
    {
        string base64 = part.Replace('-', '+').Replace('_', '/');
        return Encoding.UTF8.GetString(Convert.FromBase64String(base64 + new string('=', (4 - (base64.Length % 4)) % 4)));
    }
}
