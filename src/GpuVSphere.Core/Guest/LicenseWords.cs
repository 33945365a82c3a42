using System;
using System.Globalization;
using GpuVSphere.Catalog;

namespace GpuVSphere.Guest;

/// <summary>A guest's licence in words: what is wrong and what to do.</summary>
internal static class LicenseWords
{
    /// <summary>Clocks that differ by less are called equal: the reading itself takes a moment, and licence servers allow for minutes.</summary>
    public static readonly TimeSpan AllowedSkew = TimeSpan.FromMinutes(5);

    /// <summary>The kind of licence server.</summary>
    public static string Of(LicenseServerKind kind) => kind == LicenseServerKind.Legacy ? "the legacy licence server" : "the NVIDIA License System";

    /// <summary>What is wrong, and what to do.</summary>
    /// <param name="trouble">What is wrong.</param>
    /// <param name="vm">The VM's name.</param>
    /// <param name="server">The licence server, or null.</param>
    /// <param name="product">The product asked for, or null.</param>
    /// <param name="line">The line of the log, or null.</param>
    /// <param name="skew">How far the guest's clock is ahead; null where that is not known.</param>
    public static (string? Reason, string? NextStep) Explain(LicenseTrouble trouble, string vm, string? server, string? product, string? line, TimeSpan? skew)
    {
        string from = server is null ? "the licence server" : server;
        string said = line is null ? string.Empty : $" Its log says: {line}";
        return trouble switch
        {
            LicenseTrouble.None => (null, null),
            LicenseTrouble.NotConfigured => (
                "No licence server and no client configuration token is configured.",
                $"Set-VgpuLicense -VM {Typed.Name(vm)} -TokenPath <token>, or -ServerAddress <server> for drivers of vGPU up to 14."),
            LicenseTrouble.FeatureTypeInvalid => ("The FeatureType is none that the driver knows." + said, $"Set-VgpuLicense -VM {Typed.Name(vm)} with the same server sets it to 1."),
            LicenseTrouble.TokenMissing => (
                "The guest has no client configuration token that its driver can read." + said, $"Set-VgpuLicense -VM {Typed.Name(vm)} -TokenPath <token> brings one."),
            LicenseTrouble.TokenInvalid => (
                "The client configuration token is damaged, or no token." + said, $"Download it anew from the licence server: Set-VgpuLicense -VM {Typed.Name(vm)} -TokenPath <token>"),
            LicenseTrouble.ServerUnreachable => (
                $"{Capital(from)} does not answer the guest." + said,
                "Look at the server's name and port, and at name resolution and firewalls between the guest and it: the legacy server is asked on port 7070, the NVIDIA License System on 443."),
            LicenseTrouble.NoLicense => (
                $"{Capital(from)} has no free licence{(product is null ? string.Empty : " of " + product)}." + said,
                "Free a licence, add some to the server, or ask for a product that it has: the vGPU type decides which, and -VirtualWorkstation or -VirtualComputeServer for a whole GPU."),
            LicenseTrouble.ClockSkew => (
                $"The guest's clock and that of {from} differ{Apart(skew)}, or the token is too old." + said,
                "Set the guest's time and time zone right (chrony, ntp or VMware Tools), and download the token anew when it is old."),
            LicenseTrouble.ServiceNotRunning => ("The licensing service does not run." + said, $"Look at it in the guest; Set-VgpuLicense -VM {Typed.Name(vm)} restarts it."),
            _ => ($"{Capital(from)} gave no licence." + said, "The words are those of NVIDIA's driver; the licence server's own log may say more."),
        };
    }

    /// <summary>A licence that a guest has.</summary>
    public static string Acquired(VgpuLicense license) =>
        "licensed" + (license.Product is null ? string.Empty : " for " + license.Product) + (license.LicensedBy is null ? string.Empty : " by " + license.LicensedBy)
        + (license.Expiry is { } end ? string.Format(CultureInfo.InvariantCulture, ", until {0:yyyy-MM-dd HH:mm} UTC, renewed before", end.UtcDateTime) : string.Empty);

    /// <summary>By how much two clocks differ, for the end of a clause; empty where they do not, or it is not known.</summary>
    public static string Apart(TimeSpan? skew) => skew is { } by && by.Duration() > AllowedSkew
        ? string.Format(CultureInfo.InvariantCulture, " (the guest is {0} {1} the vSphere server)", Length(by.Duration()), by > TimeSpan.Zero ? "ahead of" : "behind")
        : string.Empty;

    /// <summary>The id of the error.</summary>
    public static string ErrorId(LicenseTrouble trouble) => trouble switch
    {
        LicenseTrouble.None => "LicenseNotAcquired",
        LicenseTrouble.NotConfigured => "LicenseNotConfigured",
        LicenseTrouble.FeatureTypeInvalid => "LicenseFeatureTypeInvalid",
        LicenseTrouble.TokenMissing => "LicenseTokenMissing",
        LicenseTrouble.TokenInvalid => "LicenseTokenInvalid",
        LicenseTrouble.ServerUnreachable => "LicenseServerUnreachable",
        LicenseTrouble.NoLicense => "LicenseNoneLeft",
        LicenseTrouble.ClockSkew => "LicenseClockSkew",
        LicenseTrouble.ServiceNotRunning => "LicenseServiceNotRunning",
        _ => "LicenseRefused",
    };

    private static string Length(TimeSpan time) => time.TotalDays >= 2 ? $"{(int)time.TotalDays} days" : time.TotalHours >= 2 ? $"{(int)time.TotalHours} hours" : $"{(int)time.TotalMinutes} minutes";

    private static string Capital(string words) => words.Length > 0 && words.StartsWith("the ", StringComparison.Ordinal) ? "T" + words.Substring(1) : words;
}
