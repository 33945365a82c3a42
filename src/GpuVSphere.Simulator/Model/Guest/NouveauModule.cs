using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>The open driver that comes with the kernel: loaded at the boot for a GPU of NVIDIA's, unless it was put on the blacklist.</summary>
internal sealed class NouveauModule : IGuestBoot, IGuestModule
{
    public string Name => "nouveau";

    public string? Refusal(SimulatedGuest guest) => null;

    // The console is on it, unless the GPU has none.
    public int Uses(SimulatedGuest guest) => guest.State<GuestOrders>().IsNouveauIdle ? 0 : 1;

    public void Boot(SimulatedGuest guest)
    {
        if (guest.Family != GpuVSphere.Shell.GuestFamily.Linux)
        {
            return;
        }

        guest.LoadModule("vmxnet3");
        guest.LoadModule("vmwgfx");
        bool isListed = guest.Files.Below("/etc/modprobe.d").Any(path => guest.Files.Text(path)!.Split('\n').Any(line => line.Trim() == "blacklist nouveau"));
        if ((!isListed || guest.State<GuestOrders>().NouveauStays) && guest.PciDevices.Any(device => device is { IsGpu: true, Vgpu: null, Card.VendorId: 0x10de }))
        {
            guest.LoadModule("nouveau");
        }
    }
}
