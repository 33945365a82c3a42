using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;

namespace GpuVSphere.Readiness.Rules;

/// <summary>The driver's flavour, vGPU or AI Enterprise, and its branch serve the GPUs of the host.</summary>
internal sealed class VibFlavourRule : ReadinessRule
{
    // AI Enterprise has a package of its own since vGPU 13 (R470).
    private const int FirstBranchWithFlavours = 470;

    private static readonly string[] s_computeOnly = ["A30", "A100", "A100X", "A100D"];

    /// <inheritdoc/>
    public override string Id => "VIB-FLAVOUR";

    /// <inheritdoc/>
    public override string Title => "The driver's flavour serves the GPUs of the host";

    /// <inheritdoc/>
    public override string Why => "The vGPU and the AI Enterprise drivers offer different profiles, and branches end support for older GPUs: with the wrong one the host offers no profile for its GPU.";

    /// <inheritdoc/>
    public override string Source => "frankdenneman.nl 2023-07-06: A30 and A100 need NVD-AIE; the vGPU types of a board by NVIDIA's lists";

    /// <inheritdoc/>
    public override ReadinessAction AppliesTo => ReadinessAction.InstallDriver;

    /// <inheritdoc/>
    public override IEnumerable<Verdict> Evaluate(ReadinessSubject subject)
    {
        VgpuPackage[] drivers = [.. (subject.Software?.Packages ?? []).SelectMany(package => package.Vibs.OfType<VgpuPackage>()).Where(vib => vib.IsDriver)];
        foreach (VgpuPackage driver in drivers)
        {
            foreach (IGrouping<string, GpuDevice> model in subject.Devices.Where(device => !device.IsActive && !device.IsEnabled).GroupBy(device => device.Model ?? device.Name))
            {
                yield return Judge(driver, model.First(), model.Key);
            }
        }
    }

    internal static Verdict Judge(VgpuPackage driver, GpuDevice device, string model)
    {
        VgpuBoard[] boards = [.. VgpuCatalog.InUse.FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)];
        VgpuType[] types = [.. boards.SelectMany(board => VgpuCatalog.InUse.TypesOf(board.Name))];
        if (boards.Length == 0 || types.Length == 0)
        {
            return Verdict.Unconfirmed($"Whether {driver.Name} serves {model} on {device.HostName} is not known: the catalogue has no vGPU types of it.");
        }

        int branch = driver.Driver?.Branch ?? 0;
        if (branch > 0 && types.All(type => type.LastBranch is { } last && Number(last) is { } end && end < branch))
        {
            return Verdict.Unconfirmed(
                $"NVIDIA's lists have no vGPU types of {model} after branch {types[0].LastBranch}; this driver is of branch R{branch}.",
                "Give a driver of a branch that still serves the GPU.");
        }

        bool computeOnly = types.All(type => type.Series == VgpuSeries.C);
        if (driver.Flavour == VgpuPackageFlavour.Vgpu && computeOnly && branch >= FirstBranchWithFlavours)
        {
            string message = $"{model} on {device.HostName} is for compute only and needs NVIDIA's AI Enterprise driver (NVD-AIE); this is the vGPU driver {driver.Driver}.";
            const string Next = "Give the NVD-AIE package of the same release.";
            return boards.Any(board => Array.IndexOf(s_computeOnly, board.Name) >= 0) ? Verdict.Confirmed(message, Next) : Verdict.Unconfirmed(message, Next);
        }

        return driver.Flavour == VgpuPackageFlavour.AiEnterprise && !computeOnly
            ? Verdict.Advice($"The AI Enterprise driver serves {model} on {device.HostName} for compute; graphics profiles (Q, B, A) come with the vGPU driver.")
            : Verdict.Holds($"{driver.Name} serves {model} on {device.HostName}.");
    }

    private static int? Number(string branch) => int.TryParse(branch.TrimStart('R', 'r', '<', '=', '>'), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) ? number : null;
}
