using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>Where a host finds the packages that it is to install: its datastores, and the addresses that it can reach.</summary>
internal sealed class PackageFiles(SimulatedInventory inventory)
{
    private const string Volumes = "/vmfs/volumes/";

    private Refusals Refusals => inventory.Refusals;

    /// <exception cref="InstallFault">There is no such file, or it is damaged.</exception>
    public IReadOnlyList<VibPackage> Vib(string location)
    {
        byte[]? content = Fetch(location);
        if (content is null)
        {
            return Missing("[VibDownloadError]", location);
        }

        return Parse("[VibFormatError]", location, () => [VibReader.Read(content)]);
    }

    /// <exception cref="InstallFault">There is no such file, or it is damaged.</exception>
    public IReadOnlyList<VibPackage> Depot(string location)
    {
        byte[]? content = Fetch(location);
        if (content is null)
        {
            return Missing("[MetadataDownloadError]", location);
        }

        return Parse("[MetadataFormatError]", location, () => DepotReader.Read(content));
    }

    private static bool IsAddress(string location) => location.IndexOf("://", StringComparison.Ordinal) > 0 && !location.StartsWith("file:", StringComparison.OrdinalIgnoreCase);

    private byte[]? Fetch(string location)
    {
        if (IsAddress(location))
        {
            return inventory.Downloads.TryGetValue(location, out byte[]? served) ? served : null;
        }

        string path = location.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? location.Substring("file://".Length)
            : location.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? location.Substring("file:".Length)
            : location;
        if (!path.StartsWith(Volumes, StringComparison.Ordinal))
        {
            return null;
        }

        string[] parts = path.Substring(Volumes.Length).Split(['/'], 2);
        Datastore? datastore = inventory.Datastores.FirstOrDefault(d => d.Name == parts[0] || d.Url.TrimEnd('/').EndsWith("/" + parts[0], StringComparison.Ordinal));
        return parts.Length < 2 ? null : datastore?.Read(parts[1]);
    }

    private IReadOnlyList<VibPackage> Missing(string kind, string location)
    {
        if (!Refusals.Has(Refusal.PackageMissing))
        {
            return [];
        }

        string why = IsAddress(location) ? "<urlopen error [Errno 113] No route to host>" : "[Errno 2] No such file or directory";
        throw new InstallFault("vim25-gpu.md 6: a package is a file on a datastore or a URL that the host reaches; the words for one that is not are UNCONFIRMED", kind, "('" + location + "', '', '" + why + "')", "url = " + location, "Please refer to the log file for more details.");
    }

    private IReadOnlyList<VibPackage> Parse(string kind, string location, Func<IReadOnlyList<VibPackage>> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e) when (Refusals.Has(Refusal.PackageDamaged))
        {
            throw new InstallFault("the payloads are held against the checksums of the descriptor (the format of VIBs); the words are UNCONFIRMED", kind, "('" + location + "', '" + e.Message + "')", "filename = " + location, "Please refer to the log file for more details.");
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }
}
