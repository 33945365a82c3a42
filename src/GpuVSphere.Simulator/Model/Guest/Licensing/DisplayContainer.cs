using System.Collections.Generic;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Licensing;

/// <summary>The service of NVIDIA's driver on Windows, which takes the licence there.</summary>
internal sealed class DisplayContainer
{
    public const string Name = "NVDisplay.ContainerLocalSystem";

    public const string LogFile = "/C:" + "/Users" + "/Public/Documents/NvidiaLogging/Log.NVDisplay.Container.exe.log";

    private GuestProcess? _process;

    public bool IsRunning => _process is { EndTime: null, Signal: 0 };

    public void Start(SimulatedGuest guest) => _process = guest.Start(null, guest.Root, "NVDisplay.Container.exe", "NVDisplay.Container.exe", self =>
        new NvidiaGridd().RunAsync(new GuestCall(guest, self, guest.Root, ["NVDisplay.Container.exe"], new Dictionary<string, string>(), "/C:/", new ShIo(ShInput.Empty, ShOutput.Nowhere, ShOutput.Nowhere)), self.Token));

    public void Stop(SimulatedGuest guest) => _process?.EndNow(15, guest.Inventory.Now);
}
