using System;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>The licence of a guest as its driver has it: what nvidia-smi shows.</summary>
internal sealed class GuestLicense
{
    /// <summary>The product that it has a licence for; null without one.</summary>
    public string? Product { get; private set; }

    /// <summary>When it ends; null for one of the legacy server, which shows none.</summary>
    public DateTimeOffset? Expiry { get; private set; }

    /// <summary>Whether NVIDIA's driver with licensing is installed.</summary>
    public bool HasLicensing { get; set; }

    /// <summary>The branch of the driver.</summary>
    public int Branch { get; set; }

    /// <summary>The daemon that holds it: one that is ending does not take away what the next one has.</summary>
    public long Holder { get; private set; }

    public void Take(long holder, string product, DateTimeOffset? expiry) => (Holder, Product, Expiry) = (holder, product, expiry);

    public void Lose() => (Holder, Product, Expiry) = (0, null, null);

    /// <summary>The product that the GPU of a guest needs by its vGPU type, or by the feature type that a whole GPU is set to; null where it needs none.</summary>
    public static string? Needed(SimulatedGuest guest, int feature)
    {
        if (guest.PciDevices.Select(device => device.Vgpu).FirstOrDefault(type => type is not null) is { } vgpu)
        {
            return vgpu.TrimEnd("em".ToCharArray()) is { Length: > 0 } type ? type[type.Length - 1] switch
            {
                'b' => LicenseServers.Products[1],
                'a' => LicenseServers.Products[2],
                'c' => LicenseServers.Products[3],
                _ => LicenseServers.Products[0],
            } : null;
        }

        return guest.PciDevices.Any(device => device.IsGpu) ? feature switch
        {
            2 => LicenseServers.Products[0],
            4 => LicenseServers.Products[3],
            _ => null,
        } : null;
    }

    /// <summary>The line of nvidia-smi after License Status; null where the driver shows no licensed product.</summary>
    public string? Status(SimulatedGuest guest) =>
        !HasLicensing || Needed(guest, GriddSettings.Of(guest).Feature) is null ? null
        : Product is null ? "Unlicensed"
        : Expiry is { } at ? "Licensed (Expiry: " + Time(at) + ")"
        : "Licensed";

    /// <summary>The licensed product as nvidia-smi names it.</summary>
    public string ProductName(SimulatedGuest guest) => Product ?? Needed(guest, GriddSettings.Of(guest).Feature) ?? string.Empty;

    // NVIDIA writes its times without leading zeros.
    public static string Time(DateTimeOffset at) => string.Format(
        CultureInfo.InvariantCulture, "{0}-{1}-{2} {3}:{4}:{5} GMT", at.UtcDateTime.Year, at.UtcDateTime.Month, at.UtcDateTime.Day, at.UtcDateTime.Hour, at.UtcDateTime.Minute, at.UtcDateTime.Second);
}
