using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>Kernel modules and file systems of a host, through esxcli over the API.</summary>
public static class EsxCliSystem
{
    /// <summary>The parameters of a kernel module and their values as they are configured for the next boot.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="module">The module, such as <c>nvidia</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>By name; a parameter that is not set has an empty value.</returns>
    /// <exception cref="GpuVSphereException">EsxCliFault: the host has no such module.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ListModuleParametersAsync(
        this VimSession session, ManagedObjectReference host, string module, CancellationToken cancellationToken)
    {
        EsxCliResult result = await session.EsxCliAsync(host, "system module parameters list", [new("module", module)], cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> values = [];
        foreach (EsxCliRow row in result.Rows.Where(row => !string.IsNullOrEmpty(row["Name"])))
        {
            values[row["Name"]!] = row["Value"] ?? string.Empty;
        }

        return values;
    }

    /// <summary>Sets the parameters of a kernel module for the next boot. What the text does not name is no longer set.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="module">The module.</param>
    /// <param name="parameters">All parameters, as <c>name=value</c> with blanks between; empty for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault.</exception>
    public static async Task SetModuleParametersAsync(
        this VimSession session, ManagedObjectReference host, string module, string parameters, CancellationToken cancellationToken) =>
        await session.EsxCliAsync(
            host, "system module parameters set", [new("module", module), new("parameterstring", parameters)], cancellationToken).ConfigureAwait(false);

    /// <summary>The file systems that a host has mounted.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault.</exception>
    public static async Task<IReadOnlyList<FileSystemVolume>> ListFileSystemsAsync(this VimSession session, ManagedObjectReference host, CancellationToken cancellationToken)
    {
        EsxCliResult result = await session.EsxCliAsync(host, "storage filesystem list", null, cancellationToken).ConfigureAwait(false);
        return [.. result.Rows.Select(row => new FileSystemVolume(
            row["MountPoint"] ?? string.Empty, row["VolumeName"] ?? string.Empty, row["Type"] ?? string.Empty, Number(row["Size"]), Number(row["Free"])))];
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) ? number : null;
}
