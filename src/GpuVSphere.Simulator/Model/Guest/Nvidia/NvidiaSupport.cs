using System;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>Which driver serves which device: facts/catalog/compat.md for vGPUs, and for whole GPUs the branch that brought the generation.</summary>
internal static class NvidiaSupport
{
    // Whether managers of vGPU 9 to 14 take guests of the release before them is not known (compat.md); here those from 12 on do.
    private const int FirstWithPrevious = 12;

    /// <summary>Whether a device works with a driver.</summary>
    public static bool Serves(SimulatedGuest guest, NvidiaPackage driver, GuestPciDevice device)
    {
        if (!device.IsGpu || device.Card.VendorId != 0x10de || !device.HasBars)
        {
            return false;
        }

        return device.Vgpu is null
            ? Branch(driver) >= FirstBranch(device.Card.Architecture)
            : driver.IsGrid && guest.Vm.Host is { } host && GpuDriver.Of(host) is { } manager && Accepts(MajorOf(manager.Branch), MajorOf(Branch(driver)));
    }

    /// <summary>Whether a manager of one main release takes a guest of another.</summary>
    public static bool Accepts(int manager, int guest) =>
        manager > 0 && guest > 0
        && (guest == manager
            || (guest == manager - 1 && manager >= FirstWithPrevious)
            || (manager, guest) is (13, 11) or (16, 13) or (19, 16));

    /// <summary>The main release of vGPU of a driver branch, of the host or of Linux; 0 for one that is of none.</summary>
    public static int MajorOf(int branch) => branch switch
    {
        352 or 353 => 2,
        361 => 3,
        367 => 4,
        384 => 5,
        390 => 6,
        410 => 7,
        418 => 8,
        430 => 9,
        440 => 10,
        450 => 11,
        460 => 12,
        470 => 13,
        510 => 14,
        525 => 15,
        535 => 16,
        550 => 17,
        570 => 18,
        580 => 19,
        595 => 20,
        _ => 0,
    };

    // Windows' drivers count on from their branch: 391.03 is of 390, 538.15 of 535.
    private static int Branch(NvidiaPackage driver)
    {
        if (driver.Form != "exe")
        {
            return driver.Branch;
        }

        for (int branch = driver.Branch; branch > driver.Branch - 7; branch--)
        {
            if (MajorOf(branch) > 0)
            {
                return branch;
            }
        }

        return driver.Branch;
    }

    private static int FirstBranch(string architecture) => architecture switch
    {
        "Pascal" => 367,
        "Volta" => 384,
        "Turing" => 410,
        "Ampere" => 450,
        "Hopper" or "Ada Lovelace" => 525,
        _ => 0,
    };
}
