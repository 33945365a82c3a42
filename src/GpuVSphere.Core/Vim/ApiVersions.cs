using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Which versions of the API are spoken, and which of them a server understands.</summary>
internal static class ApiVersions
{
    private const string Path = "/sdk/vimServiceVersions.xml";

    // 6.5 to 9.1, as the released SDKs know them.
    private static readonly string[] s_known =
    [
        "6.5", "6.7", "6.7.1", "6.7.2", "6.7.3", "6.8.7", "6.9.1",
        "7.0.0.0", "7.0.0.2", "7.0.1.0", "7.0.1.1", "7.0.2.0", "7.0.2.1", "7.0.3.0", "7.0.3.1", "7.0.3.2",
        "8.0.0.0", "8.0.0.1", "8.0.0.2", "8.0.1.0", "8.0.2.0", "8.0.3.0", "9.0.0.0", "9.1.0.0",
    ];

    /// <summary>Asks the server for its versions and takes the newest that is known here too.</summary>
    public static async Task<ApiVersion> NegotiateAsync(VimServer server, CancellationToken cancellationToken)
    {
        using VimResponse response = await server.Transport.SendAsync(new VimRequest(Path), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is 502 or 503 or 504)
        {
            throw new GpuVSphereException(
                "ServerUnavailable",
                GpuErrorCategory.ConnectionFailed,
                $"{server.Name} is there but its vSphere service does not answer (HTTP {response.StatusCode.ToString(CultureInfo.InvariantCulture)}); it may be starting.",
                server.Name,
                "Wait a few minutes and try again.");
        }

        if (response.StatusCode != 200)
        {
            throw VimChannel.NotVSphere(server.Name, $"it answered {Path} with HTTP {response.StatusCode.ToString(CultureInfo.InvariantCulture)}");
        }

        List<string> offered;
        using (cancellationToken.Register(response.Dispose))
        {
            try
            {
                offered = Read(response);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception e) when (e is GpuVSphereException { Id: "MalformedReply" })
            {
                throw VimChannel.NotVSphere(server.Name, $"what it keeps under {Path} is no list of API versions", e);
            }
        }

        if (offered.Count == 0)
        {
            throw VimChannel.NotVSphere(server.Name, $"what it keeps under {Path} names no version of urn:vim25");
        }

        string? chosen = s_known.LastOrDefault(offered.Contains);
        return chosen is null
            ? throw TooOld(server.Name, "it speaks API " + offered[0])
            : new ApiVersion(chosen);
    }

    /// <summary>Refuses 6.5 before update 1. Where the build does not tell, nothing is refused.</summary>
    public static void RequireSupported(string server, AboutInfo about)
    {
        if (!about.Version.StartsWith("6.5", StringComparison.Ordinal)
            || !int.TryParse(about.Build, NumberStyles.None, CultureInfo.InvariantCulture, out int build))
        {
            return;
        }

        // First builds of 6.5 U1, both of 2017-07-27: ESXi 5969303, vCenter Server 5973321.
        int first = about.ApiType switch
        {
            "HostAgent" => 5969303,
            "VirtualCenter" => 5973321,
            _ => 0,
        };
        if (build < first)
        {
            throw TooOld(server, $"it is {about.Version} build {about.Build}, older than 6.5 Update 1 (build {first.ToString(CultureInfo.InvariantCulture)})");
        }
    }

    private static GpuVSphereException TooOld(string server, string why) => new(
        "ServerTooOld",
        GpuErrorCategory.NotSupported,
        $"{server} is too old: {why}. GPUs with large memory mappings can be given to VMs from vSphere 6.5 Update 1 on.",
        server,
        "Update the server to 6.5 Update 1 or later.");

    private static List<string> Read(VimResponse response)
    {
        List<string> versions = [];
        using XmlCursor cursor = new(response.Body);
        VimReader namespaces = VimReader.Open(cursor);
        if (namespaces.Name != "namespaces")
        {
            return versions;
        }

        while (namespaces.NextChild())
        {
            VimReader entry = namespaces.Object();
            bool isVim25 = false;
            List<string> mine = [];
            while (entry.NextChild())
            {
                switch (entry.Name)
                {
                    case "name": isVim25 = entry.String().Trim() == "urn:vim25"; break;
                    case "version": mine.Insert(0, entry.String().Trim()); break;
                    case "priorVersions": mine.AddRange(entry.Strings().Select(version => version.Trim())); break;
                }
            }

            if (isVim25 && versions.Count == 0)
            {
                versions = mine;
            }
        }

        cursor.Drain();
        return versions;
    }
}
