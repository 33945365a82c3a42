using System;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;

namespace GpuVSphere.Guest;

/// <summary>From what was read of a guest to its licence and what is wrong with it. No I/O.</summary>
internal static class LicenseState
{
    /// <summary>The licence of a guest.</summary>
    /// <param name="target">The VM.</param>
    /// <param name="guest">What was read.</param>
    /// <param name="verdict">What its log says.</param>
    /// <param name="catalog">What is known of releases.</param>
    public static VgpuLicense Of(PlanTarget target, LicenseGuest guest, LicenseLogVerdict verdict, VgpuCatalog catalog)
    {
        LicenseTrouble trouble = Trouble(guest, verdict);
        string? server = verdict.Server ?? (trouble is LicenseTrouble.None ? null : guest.Setting(LicenseSettings.ServerAddress));
        string? line = verdict.State == LicenseLogState.Refused ? verdict.Line : null;
        (string? reason, string? nextStep) = guest.Status == VgpuLicenseStatus.Unknown && guest.DriverTrouble is { } driver
            ? (driver.Message, driver.NextStep)
            : LicenseWords.Explain(trouble, target.Name, server, verdict.Product ?? guest.Product, line, guest.Skew);
        if (trouble == LicenseTrouble.None && guest.Status == VgpuLicenseStatus.Unlicensed)
        {
            (reason, nextStep) = (
                verdict.State == LicenseLogState.Acquiring ? "It asks for the licence now." : "The guest has no licence, and its log does not say why.",
                $"Get-VgpuLicense -VM {Typed.Name(target.Name)} again in a while; Set-VgpuLicense restarts the licensing service.");
        }

        return new VgpuLicense
        {
            VmId = target.Id,
            VmName = target.Name,
            ServerName = target.ServerName,
            Family = guest.Family,
            DriverVersion = guest.Driver?.ToString(),
            Release = guest.Driver is { } version && catalog.ReadVersion(version.ToString(), VgpuSide.Guest) is { Major: not null } release ? release.ReleaseText : null,
            Status = guest.Status,
            StatusText = guest.StatusText,
            Product = guest.Product ?? verdict.Product,
            Expiry = guest.Status != VgpuLicenseStatus.Licensed ? null : LicenseLog.Expiry(guest.StatusText ?? string.Empty) ?? (verdict.State == LicenseLogState.Acquired ? verdict.Expiry : null),
            ServerKind = guest.Kind,
            ServerAddress = guest.Setting(LicenseSettings.ServerAddress),
            ServerPort = LicenseSettings.Port(guest.Setting(LicenseSettings.ServerPort)),
            BackupServerAddress = guest.Setting(LicenseSettings.BackupServerAddress),
            BackupServerPort = LicenseSettings.Port(guest.Setting(LicenseSettings.BackupServerPort)),
            Feature = LicenseSettings.Feature(guest.Setting(LicenseSettings.FeatureType)),
            Tokens = [.. guest.Tokens.Select(token => token.Name)],
            IsServiceRunning = guest.HasService ? guest.IsServiceRunning : null,
            LicensedBy = verdict.Server,
            Trouble = trouble,
            Reason = reason,
            NextStep = nextStep,
            LogLine = verdict.Line,
            ClockSkewSeconds = guest.Skew is { } skew ? Math.Round(skew.TotalSeconds) : null,
        };
    }

    // What the log says is nearest to the truth; what is configured explains a log that says nothing.
    private static LicenseTrouble Trouble(LicenseGuest guest, LicenseLogVerdict verdict) =>
        guest.Status != VgpuLicenseStatus.Unlicensed ? LicenseTrouble.None
        : guest.Kind is null && verdict.State != LicenseLogState.Acquiring && verdict.Trouble is LicenseTrouble.None or LicenseTrouble.TokenMissing ? LicenseTrouble.NotConfigured
        : verdict.State == LicenseLogState.Refused && !(verdict.Trouble == LicenseTrouble.Refused && IsWrong(guest.Skew)) ? verdict.Trouble
        : IsWrong(guest.Skew) ? LicenseTrouble.ClockSkew
        : guest.HasService && guest.IsServiceRunning == false ? LicenseTrouble.ServiceNotRunning
        : LicenseTrouble.None;

    private static bool IsWrong(TimeSpan? skew) => skew is { } by && by.Duration() > LicenseWords.AllowedSkew;
}
