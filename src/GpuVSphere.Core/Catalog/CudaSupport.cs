using System.Linq;

namespace GpuVSphere.Catalog;

/// <summary>Whether a CUDA toolkit runs on a driver.</summary>
public static class CudaSupport
{
    private const string Source = "NVIDIA's table of drivers per CUDA toolkit";

    // From 11 on a toolkit runs on the drivers of its main version's first one, with what came later left out; the exact numbers were not found.
    private const int FirstWithMinorCompatibility = 11;

    /// <summary>Judges a toolkit on a guest's driver.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="toolkit">The toolkit.</param>
    /// <param name="driver">The guest's driver.</param>
    /// <param name="isWindows">Whether the guest runs Windows, whose drivers have numbers of their own.</param>
    /// <returns>
    /// A check with the name CudaDriver. Compatible: the driver is what the table asks for, or later. Undecided: of the right branch and lower, or only NVIDIA's
    /// minor version compatibility or nothing at all speaks of it; it then works or not, and deviceQuery tells. NotCompatible: the branch is too old.
    /// </returns>
    public static CompatibilityCheck Judge(VgpuCatalog catalog, CudaVersion toolkit, DriverVersion driver, bool isWindows)
    {
        CudaToolkit? known = catalog.FindToolkit(toolkit);
        if (known is null || DriverOf(known, isWindows) is not { } needed)
        {
            return Floor(catalog, toolkit, isWindows) is { } lowest && driver.Branch < lowest.Branch
                ? TooOld(toolkit, driver, $"an earlier toolkit needs {lowest}")
                : Check(CompatibilityVerdict.Undecided, FactConfidence.Unknown, $"Which driver CUDA {toolkit} needs is not known; the guest has {driver}.", "Run deviceQuery afterwards: it fails where the driver is too old.");
        }

        if (driver >= needed)
        {
            return Check(CompatibilityVerdict.Compatible, known.IsRequired ? FactConfidence.Confirmed : FactConfidence.Probable, $"CUDA {toolkit} runs on driver {driver}: {needed} or later is {(known.IsRequired ? "asked for" : "enough, since it comes with it")}.");
        }

        if ((isWindows ? known.LeastWindowsDriver : known.LeastLinuxDriver) is { } least && driver >= least)
        {
            return Below(toolkit, driver, needed, $"an earlier edition of NVIDIA's table asked for {least} only");
        }

        if (driver.Branch == needed.Branch)
        {
            return Below(toolkit, driver, needed, "its branch is the right one");
        }

        return Floor(catalog, toolkit, isWindows) is { } floor && driver.Branch < floor.Branch ? TooOld(toolkit, driver, $"it needs {(toolkit.Major < FirstWithMinorCompatibility ? needed : floor)} or later")
            : Below(toolkit, driver, needed, known.IsRequired ? $"toolkits of CUDA {toolkit.Major} may run on drivers of its first one, without what came later" : $"{needed} is the driver that comes with it, and a lower one may do");
    }

    /// <summary>The lowest driver of which is certain that the toolkit does not run below it.</summary>
    private static DriverVersion? Floor(VgpuCatalog catalog, CudaVersion toolkit, bool isWindows)
    {
        CudaToolkit[] certain = [.. catalog.CudaToolkits.Where(one => one.IsRequired && DriverOf(one, isWindows) is not null)];
        CudaToolkit? own = toolkit.Major < FirstWithMinorCompatibility
            ? certain.LastOrDefault(one => one.Version.IsMinorOf(toolkit) && (toolkit.Patch is null || one.Version.CompareTo(toolkit) <= 0))
            : certain.FirstOrDefault(one => one.Version.Major == toolkit.Major);
        own ??= certain.LastOrDefault(one => one.Version.CompareTo(toolkit) <= 0) is { } before
            ? certain.First(one => one.Version.Major == before.Version.Major)
            : null;
        return own is null ? null : (isWindows ? own.LeastWindowsDriver : own.LeastLinuxDriver) ?? DriverOf(own, isWindows);
    }

    private static DriverVersion? DriverOf(CudaToolkit toolkit, bool isWindows) => isWindows ? toolkit.WindowsDriver : toolkit.LinuxDriver;

    private static CompatibilityCheck Below(CudaVersion toolkit, DriverVersion driver, DriverVersion needed, string but) => Check(
        CompatibilityVerdict.Undecided,
        FactConfidence.Probable,
        $"The guest's driver {driver} is below {needed}, which CUDA {toolkit} names; {but}.",
        $"Run deviceQuery afterwards. If it fails, take driver {needed} or later, or an earlier toolkit.");

    private static CompatibilityCheck TooOld(CudaVersion toolkit, DriverVersion driver, string why) => Check(
        CompatibilityVerdict.NotCompatible,
        FactConfidence.Confirmed,
        $"The guest's driver {driver} is too old for CUDA {toolkit}: {why}.",
        "Install a newer guest driver first (Install-NvidiaGuestDriver; on a vGPU one that the host's manager accepts), or take an earlier toolkit.");

    private static CompatibilityCheck Check(CompatibilityVerdict verdict, FactConfidence confidence, string message, string? nextStep = null) =>
        new() { Name = "CudaDriver", Verdict = verdict, Confidence = confidence, Reason = message, Source = Source, NextStep = nextStep };
}
