using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Guest;

/// <summary>The settings of the licensing daemon by name; the same in gridd.conf and in the registry.</summary>
internal static class LicenseSettings
{
    public const string ServerAddress = "ServerAddress";
    public const string ServerPort = "ServerPort";
    public const string BackupServerAddress = "BackupServerAddress";
    public const string BackupServerPort = "BackupServerPort";
    public const string FeatureType = "FeatureType";
    public const string TokenPath = "ClientConfigTokenPath";

    /// <summary>What the daemon takes where no port is set.</summary>
    public const int DefaultPort = 7070;

    /// <summary>Every setting that is read.</summary>
    public static IReadOnlyList<string> All { get; } = [ServerAddress, ServerPort, BackupServerAddress, BackupServerPort, FeatureType, TokenPath];

    /// <summary>A port; null where it is not set, or is none.</summary>
    public static int? Port(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535 ? port : null;

    /// <summary>What the guest asks for; null where it is not set, or is none that is known.</summary>
    public static LicenseFeature? Feature(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && Enum.IsDefined(typeof(LicenseFeature), number) ? (LicenseFeature)number : null;

    /// <summary>A value as it is written.</summary>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether text can be the address of a server: a name or an IP address, and nothing that a file of settings could misread.</summary>
    public static bool IsAddress(string text) =>
        text.Length is > 0 and <= 253 && text.All(c => c < 128 && (char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '[' or ']')) && char.IsLetterOrDigit(text.First(c => c != '['));
}
