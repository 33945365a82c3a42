using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>What nvidia-gridd finds in /etc/nvidia/gridd.conf: the last of several lines counts. Keys as NVIDIA's template has them.</summary>
internal sealed class GriddSettings
{
    public const string Path = "/etc/nvidia/gridd.conf";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public bool IsThere { get; private init; }

    public string? Server => Text("ServerAddress");

    public int Port => Number("ServerPort", 7070);

    public string? Backup => Text("BackupServerAddress");

    public int BackupPort => Number("BackupServerPort", 7070);

    /// <summary>The feature type; -1 for what is no number.</summary>
    public int Feature => Number("FeatureType", 0);

    public bool HasFeature => Text("FeatureType") is not null;

    public string TokenFolder => Text("ClientConfigTokenPath") ?? "/etc/nvidia/ClientConfigToken";

    public static GriddSettings Of(SimulatedGuest guest)
    {
        if (guest.Family == GuestFamily.Windows)
        {
            GriddSettings read = new() { IsThere = true };
            foreach (string name in new[] { "ServerAddress", "ServerPort", "BackupServerAddress", "BackupServerPort", "FeatureType" })
            {
                read._values[name] = guest.State<WindowsRegistry>().Text(WindowsRegistry.Licensing, name) ?? string.Empty;
            }

            read._values["ClientConfigTokenPath"] = "/C:/Program Files/NVIDIA Corporation/vGPU Licensing/ClientConfigToken";
            return read;
        }

        string? text = guest.Files.Text(Path);
        GriddSettings settings = new() { IsThere = text is not null };
        foreach (string[] pair in (text ?? string.Empty).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(['='], 2)).Where(pair => pair.Length == 2))
        {
            settings._values[pair[0].Trim()] = pair[1].Trim().Trim('"');
        }

        return settings;
    }

    private string? Text(string name) => _values.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    private int Number(string name, int otherwise) => Text(name) is not { } text ? otherwise : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
}
