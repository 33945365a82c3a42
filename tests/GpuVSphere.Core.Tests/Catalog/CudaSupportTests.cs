using System.Linq;
using GpuVSphere.Catalog;

namespace GpuVSphere.Core.Tests.Catalog;

public sealed class CudaSupportTests
{
    private static VgpuCatalog Catalog => VgpuCatalog.Default;

    // The guide's own case: 9.1 on branch 390, where the table asks for 390.46 and the driver of vGPU 6.0 is 390.42.
    [Theory]
    [InlineData("9.1.85", "390.42", CompatibilityVerdict.Undecided, "390.46")]
    [InlineData("9.1.85", "390.46", CompatibilityVerdict.Compatible, "390.46 or later")]
    [InlineData("9.1.85", "387.26", CompatibilityVerdict.Undecided, "earlier edition")]
    [InlineData("9.1", "384.81", CompatibilityVerdict.NotCompatible, "too old")]
    [InlineData("9.2.148", "390.42", CompatibilityVerdict.NotCompatible, "396.37")]
    [InlineData("9.2.100", "396.26", CompatibilityVerdict.Compatible, "396.26")]
    [InlineData("10.0.130", "390.42", CompatibilityVerdict.NotCompatible, "410.48")]
    [InlineData("11.4.2", "470.57.02", CompatibilityVerdict.Compatible, "470.57.02")]
    [InlineData("11.4.4", "470.57.02", CompatibilityVerdict.Undecided, "branch is the right one")]
    [InlineData("11.8.0", "470.57.02", CompatibilityVerdict.Undecided, "toolkits of CUDA 11")]
    [InlineData("11.8.0", "440.33.01", CompatibilityVerdict.NotCompatible, "450.36.06")]
    [InlineData("12.4.0", "550.54.14", CompatibilityVerdict.Compatible, "550.54.14")]
    [InlineData("12.4.0", "535.161.07", CompatibilityVerdict.Undecided, "without what came later")]
    [InlineData("12.4.0", "510.47.03", CompatibilityVerdict.NotCompatible, "525.60.13")]
    [InlineData("12.9.1", "570.86.10", CompatibilityVerdict.Undecided, "comes with it")]
    [InlineData("13.0.2", "550.54.14", CompatibilityVerdict.Undecided, "comes with it")]
    [InlineData("13.0.2", "470.57.02", CompatibilityVerdict.NotCompatible, "525.60.13")]
    [InlineData("13.9.0", "595.58.03", CompatibilityVerdict.Undecided, "not known")]
    [InlineData("14.0", "470.57.02", CompatibilityVerdict.NotCompatible, "earlier toolkit")]
    public void A_toolkit_is_judged_on_a_driver(string toolkit, string driver, CompatibilityVerdict verdict, string words)
    {
        CompatibilityCheck check = CudaSupport.Judge(Catalog, CudaVersion.TryParse(toolkit)!, DriverVersion.TryParse(driver)!, isWindows: false);

        Assert.Equal(verdict, check.Verdict);
        Assert.Contains(words, check.Reason);
        Assert.Equal(verdict == CompatibilityVerdict.Compatible, check.NextStep is null);
    }

    [Fact]
    public void Windows_drivers_have_their_own_numbers()
    {
        Assert.Equal(CompatibilityVerdict.Compatible, CudaSupport.Judge(Catalog, CudaVersion.TryParse("9.1.85")!, DriverVersion.TryParse("391.29")!, isWindows: true).Verdict);
        Assert.Equal(CompatibilityVerdict.NotCompatible, CudaSupport.Judge(Catalog, CudaVersion.TryParse("9.2.148")!, DriverVersion.TryParse("391.29")!, isWindows: true).Verdict);
    }

    // Where no table is found, the driver that the setup brings is enough, and a lower one may do.
    [Theory]
    [InlineData("12.8.0", "572.60", CompatibilityVerdict.Compatible, "571.96 or later is enough")]
    [InlineData("12.8.1", "572.60", CompatibilityVerdict.Undecided, "572.61")]
    [InlineData("12.9.1", "553.62", CompatibilityVerdict.Undecided, "comes with it")]
    [InlineData("12.9.1", "512.78", CompatibilityVerdict.NotCompatible, "too old")]
    [InlineData("13.0.2", "580.88", CompatibilityVerdict.Undecided, "not known")]
    [InlineData("13.0.2", "473.47", CompatibilityVerdict.NotCompatible, "too old")]
    public void A_toolkit_is_judged_on_a_driver_for_Windows(string toolkit, string driver, CompatibilityVerdict verdict, string words)
    {
        CompatibilityCheck check = CudaSupport.Judge(Catalog, CudaVersion.TryParse(toolkit)!, DriverVersion.TryParse(driver)!, isWindows: true);
        Assert.Equal(verdict, check.Verdict);
        Assert.Contains(words, check.Reason);
    }

    // A newer driver is never worse: what holds for one holds for all above it.
    [Fact]
    public void A_newer_driver_never_makes_it_worse()
    {
        DriverVersion[] drivers = [.. Catalog.Releases.Select(release => release.LinuxDriver).OfType<DriverVersion>().Distinct().OrderBy(driver => driver)];
        foreach (CudaToolkit toolkit in Catalog.CudaToolkits)
        {
            int[] ranks = [.. drivers.Select(driver => CudaSupport.Judge(Catalog, toolkit.Version, driver, false).Verdict switch
            {
                CompatibilityVerdict.NotCompatible => 0,
                CompatibilityVerdict.Undecided => 1,
                _ => 2,
            })];
            Assert.Equal(ranks.OrderBy(rank => rank), ranks);
            Assert.Equal(CompatibilityVerdict.Compatible, CudaSupport.Judge(Catalog, toolkit.Version, toolkit.LinuxDriver, false).Verdict);
        }
    }

    [Theory]
    [InlineData("9.1.85", "9.1.85")]
    [InlineData("12.4", "12.4")]
    [InlineData(" 11.0.2 ", "11.0.2")]
    [InlineData("12", null)]
    [InlineData("9.1.85.3", null)]
    [InlineData("12.x", null)]
    [InlineData("", null)]
    public void A_version_is_read(string text, string? expected) => Assert.Equal(expected, CudaVersion.TryParse(text)?.ToString());
}
