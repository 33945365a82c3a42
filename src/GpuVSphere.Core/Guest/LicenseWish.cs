using System;
using System.Collections.Generic;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>What is wanted of a guest's licence.</summary>
internal sealed record LicenseWish
{
    public const string ServerName = "server";
    public const string PortName = "port";
    public const string BackupName = "backup-server";
    public const string BackupPortName = "backup-port";
    public const string FeatureName = "feature";
    public const string TokenFileName = "token-file";
    public const string TokenHashName = "token-sha256";
    public const string RemoveOtherName = "remove-other";

    /// <summary>The kind of licence server.</summary>
    public required LicenseServerKind Kind { get; init; }

    /// <summary>The legacy server.</summary>
    public string? Server { get; init; }

    /// <summary>Its port; null leaves what is set.</summary>
    public int? Port { get; init; }

    /// <summary>The legacy server to ask next; null leaves what is set.</summary>
    public string? Backup { get; init; }

    /// <summary>Its port; null leaves what is set.</summary>
    public int? BackupPort { get; init; }

    /// <summary>What to ask for; null for what is set, or by the kind of GPU.</summary>
    public LicenseFeature? Feature { get; init; }

    /// <summary>The token's file on this machine.</summary>
    public string? TokenFile { get; init; }

    /// <summary>The SHA-256 of its content when it was asked for.</summary>
    public string? TokenHash { get; init; }

    /// <summary>Whether what configures the other kind is taken away.</summary>
    public bool RemovesOther { get; init; }

    /// <summary>Reads an intent.</summary>
    /// <exception cref="GpuVSphereException">IntentInvalid.</exception>
    public static LicenseWish Read(IntentTarget target)
    {
        IReadOnlyDictionary<string, string> wanted = target.Wanted;
        string? Text(string name) => wanted.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;
        LicenseWish wish = new()
        {
            Kind = Text(TokenFileName) is null ? LicenseServerKind.Legacy : LicenseServerKind.Nls,
            Server = Text(ServerName),
            Port = LicenseSettings.Port(Text(PortName)),
            Backup = Text(BackupName),
            BackupPort = LicenseSettings.Port(Text(BackupPortName)),
            Feature = LicenseSettings.Feature(Text(FeatureName)),
            TokenFile = Text(TokenFileName),
            TokenHash = Text(TokenHashName),
            RemovesOther = Text(RemoveOtherName) is not null,
        };
        return wish.TokenFile is null == (wish.TokenHash is null) && (wish.TokenFile is null) != (wish.Server is null)
            ? wish
            : throw new GpuVSphereException(
                "IntentInvalid", GpuErrorCategory.InvalidData, $"The intent for {target.Target.Name} cannot be read: it names no licence server and no token, or both.", target.Target.Name, "Make the intent anew.");
    }
}
