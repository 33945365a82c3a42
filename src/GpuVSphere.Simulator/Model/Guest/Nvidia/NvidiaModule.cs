using System.Linq;
using GpuVSphere.Shell;

namespace GpuVSphere.Simulator.Model.Guest.Nvidia;

/// <summary>The kernel module nvidia: loaded at the boot for a GPU of NVIDIA's, when it is on the disk and nothing is in its way.</summary>
internal sealed class NvidiaModule : IGuestModule, IGuestBoot
{
    public string Name => "nvidia";

    public string? Refusal(SimulatedGuest guest)
    {
        GuestNvidia state = guest.State<GuestNvidia>();
        if (guest.SecureBoot && !state.IsSigned)
        {
            guest.LogKernel("Loading of unsigned module is rejected");
            return "Key was rejected by service";
        }

        GuestPciDevice[] gpus = guest.PciDevices.Where(device => device.IsGpu && device.Card.VendorId == 0x10de).ToArray();
        if (gpus.Length == 0)
        {
            guest.LogKernel("NVRM: No NVIDIA GPU found.");
            return "No such device";
        }

        if (guest.Modules.Contains("nouveau"))
        {
            guest.LogKernel("NVRM: The NVIDIA probe routine was not called for " + gpus.Length + " device(s).");
            guest.LogKernel("NVRM: This can occur when a driver such as: nouveau, rivafb, nvidiafb or rivatv was loaded and obtained ownership of the NVIDIA device(s).");
            return "No such device";
        }

        if (gpus.All(device => !device.HasBars))
        {
            // As in samples/guest-lspci-bar1-unassigned-p40.txt.
            guest.LogKernel("NVRM: This PCI I/O region assigned to your NVIDIA device is invalid:");
            guest.LogKernel("NVRM: BAR1 is 0M @ 0x0 (PCI:" + gpus[0].Address + ")");
            guest.LogKernel("NVRM: None of the NVIDIA devices were initialized.");
            return "No such device";
        }

        state.Taken = state.Installed;
        guest.LogKernel("NVRM: loading NVIDIA UNIX x86_64 Kernel Module  " + state.Installed?.Version);
        GuestPciDevice[] served = state.Installed is { } driver ? gpus.Where(device => NvidiaSupport.Serves(guest, driver, device)).ToArray() : [];
        if (served.Any(device => device.Vgpu is not null))
        {
            // What nvidia-smi on the host says of the VM.
            guest.Vm.GuestDriver = state.Installed!.Version;
        }

        foreach (GuestPciDevice device in gpus.Except(served))
        {
            guest.LogKernel("NVRM: GPU " + device.Address + ": RmInitAdapter failed! (0x22:0x56:1187)");
        }

        return null;
    }

    public int Uses(SimulatedGuest guest) => GuestNvidia.IsUsed(guest) ? 1 : 0;

    public void Boot(SimulatedGuest guest)
    {
        Preset(guest);
        if (guest.Family == GuestFamily.Linux && guest.PciDevices.Any(device => device.IsGpu && device.Card.VendorId == 0x10de) && guest.State<GuestNvidia>().Installed is not null)
        {
            NvidiaFiles.Load(guest);
        }
        else if (guest.Family == GuestFamily.Linux)
        {
            NvidiaFiles.TakeFromKernel(guest);
        }
        else if (guest.State<GuestNvidia>() is { Installed: { } driver } state)
        {
            state.Taken = driver;
            guest.Modules.Add("nvidia");
            Licensing.GriddFiles.Start(guest);
        }
    }

    // A VM that a scenario says has a driver has it from its first start on.
    private static void Preset(SimulatedGuest guest)
    {
        GuestNvidia state = guest.State<GuestNvidia>();
        if (state.Installed is not null || guest.Boots != 1 || guest.Vm.GuestDriver.Length == 0)
        {
            return;
        }

        NvidiaPackage driver = new(guest.Vm.GuestDriver, true, guest.Family == GuestFamily.Windows ? "exe" : "run");
        if (guest.Family == GuestFamily.Windows || NvidiaSupport.MajorOf(driver.Branch) > 0)
        {
            NvidiaFiles.Put(guest, driver);
        }
    }
}
