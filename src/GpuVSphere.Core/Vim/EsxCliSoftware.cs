using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>
/// The software of a host, through esxcli over the API: VIBs, components, acceptance. What is read is found by the names of its fields,
/// since the names of the types are not documented.
/// </summary>
public static class EsxCliSoftware
{
    /// <summary>The VIBs of a host.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="ofNextBoot">Whether those of the image that the next boot runs are meant; none when no image waits for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault.</exception>
    public static async Task<IReadOnlyList<InstalledSoftware>> ListVibsAsync(
        this VimSession session, ManagedObjectReference host, bool ofNextBoot, CancellationToken cancellationToken) =>
        Read(await session.EsxCliAsync(
            host, "software vib list", ofNextBoot ? [new KeyValuePair<string, string>("rebootingimage", "true")] : null, cancellationToken).ConfigureAwait(false));

    /// <summary>The components of a host: vSphere 7.0 and later.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault, as on a host before 7.0.</exception>
    public static async Task<IReadOnlyList<InstalledSoftware>> ListComponentsAsync(this VimSession session, ManagedObjectReference host, CancellationToken cancellationToken) =>
        Read(await session.EsxCliAsync(host, "software component list", null, cancellationToken).ConfigureAwait(false));

    /// <summary>The VIBs in packages, as the host reads them: how a package behind a URL is looked at.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="sources">The packages.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault: the host cannot reach or read one.</exception>
    public static async Task<IReadOnlyList<InstalledSoftware>> ReadSourcesAsync(
        this VimSession session, ManagedObjectReference host, IEnumerable<SoftwareSource> sources, CancellationToken cancellationToken) =>
        Read(await session.EsxCliAsync(host, "software sources vib get", Arguments(sources), cancellationToken).ConfigureAwait(false));

    /// <summary>The acceptance level of the host: VMwareCertified, VMwareAccepted, PartnerSupported or CommunitySupported.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault.</exception>
    public static async Task<string> GetAcceptanceAsync(this VimSession session, ManagedObjectReference host, CancellationToken cancellationToken)
    {
        EsxCliResult result = await session.EsxCliAsync(host, "software acceptance get", null, cancellationToken).ConfigureAwait(false);
        return (result.Text.Length > 0 ? result.Text : result.Rows.SelectMany(row => row.Names.Select(name => row[name])).FirstOrDefault() ?? string.Empty).Trim();
    }

    /// <summary>Installs VIBs, or what an offline bundle holds: <c>software vib install</c>. Nothing else is removed.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="sources">The packages.</param>
    /// <param name="isDryRun">Whether the host only says what it would do, or why it refuses, and changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait; the host goes on.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault: nothing was installed.</exception>
    public static async Task<SoftwareOutcome> InstallVibsAsync(
        this VimSession session, ManagedObjectReference host, IEnumerable<SoftwareSource> sources, bool isDryRun, CancellationToken cancellationToken) =>
        Outcome(await session.EsxCliAsync(host, "software vib install", With(isDryRun, Arguments(sources)), cancellationToken).ConfigureAwait(false));

    /// <summary>Replaces VIBs that are there by newer ones: <c>software vib update</c>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="sources">The packages.</param>
    /// <param name="isDryRun">Whether the host only says what it would do, or why it refuses, and changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait; the host goes on.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault: nothing was installed.</exception>
    public static async Task<SoftwareOutcome> UpdateVibsAsync(
        this VimSession session, ManagedObjectReference host, IEnumerable<SoftwareSource> sources, bool isDryRun, CancellationToken cancellationToken) =>
        Outcome(await session.EsxCliAsync(host, "software vib update", With(isDryRun, Arguments(sources)), cancellationToken).ConfigureAwait(false));

    /// <summary>Installs components from a bundle: <c>software component apply</c>, vSphere 7.0 and later.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="depots">The bundles, as the host reaches them.</param>
    /// <param name="cancellationToken">Ends the wait; the host goes on.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault: nothing was installed.</exception>
    public static async Task<SoftwareOutcome> ApplyComponentsAsync(
        this VimSession session, ManagedObjectReference host, IEnumerable<string> depots, CancellationToken cancellationToken) =>
        Outcome(await session.EsxCliAsync(
            host, "software component apply", depots.Select(depot => new KeyValuePair<string, string>("depot", depot)), cancellationToken).ConfigureAwait(false));

    /// <summary>Removes VIBs by name: <c>software vib remove</c>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="host">The host.</param>
    /// <param name="names">The names.</param>
    /// <param name="isDryRun">Whether the host only says what it would do, or why it refuses, and changes nothing.</param>
    /// <param name="cancellationToken">Ends the wait; the host goes on.</param>
    /// <exception cref="GpuVSphereException">EsxCliFault: nothing was removed.</exception>
    public static async Task<SoftwareOutcome> RemoveVibsAsync(
        this VimSession session, ManagedObjectReference host, IEnumerable<string> names, bool isDryRun, CancellationToken cancellationToken) =>
        Outcome(await session.EsxCliAsync(
            host, "software vib remove", With(isDryRun, names.Select(name => new KeyValuePair<string, string>("vibname", name))), cancellationToken).ConfigureAwait(false));

    internal static SoftwareOutcome Outcome(EsxCliResult result)
    {
        EsxCliRow? row = result.Rows.Count > 0 ? result.Rows[0] : null;
        return new SoftwareOutcome(
            row?["Message"] ?? result.Text,
            IsTrue(row?["RebootRequired"]) == true,
            Lists("Installed"),
            Lists("Removed"),
            Lists("Skipped"));

        // VIBsInstalled of the vib commands, ComponentsInstalled of the component commands.
        string[] Lists(string end) => row is null ? [] : [.. row.Names
            .Where(name => name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            .SelectMany(row.All)
            .Where(value => value.Length > 0)];
    }

    private static IReadOnlyList<InstalledSoftware> Read(EsxCliResult result) => [.. result.Rows
        .Where(row => !string.IsNullOrEmpty(row["Name"]))
        .Select(row => new InstalledSoftware(
            row["Name"]!,
            row["Version"] ?? string.Empty,
            row["Vendor"] ?? string.Empty,
            row["AcceptanceLevel"] ?? string.Empty,
            First(row["InstallDate"], row["CreationDate"]),
            row["ID"] ?? string.Empty)
        {
            DisplayName = row["DisplayName"] ?? string.Empty,
            NeedsMaintenanceMode = IsTrue(row["MaintenanceModeRequired"]),
            IsLiveInstallable = IsTrue(row["LiveInstallAllowed"]),
        })];

    private static string First(string? one, string? other) => string.IsNullOrEmpty(one) ? other ?? string.Empty : one!;

    private static bool? IsTrue(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        "true" or "yes" => true,
        "false" or "no" => false,
        _ => null,
    };

    private static IEnumerable<KeyValuePair<string, string>> With(bool isDryRun, IEnumerable<KeyValuePair<string, string>> arguments) =>
        isDryRun ? arguments.Concat([new KeyValuePair<string, string>("dryrun", "true")]) : arguments;

    private static IEnumerable<KeyValuePair<string, string>> Arguments(IEnumerable<SoftwareSource> sources) =>
        sources.Select(source => new KeyValuePair<string, string>(source.IsDepot ? "depot" : "viburl", source.Location));
}
