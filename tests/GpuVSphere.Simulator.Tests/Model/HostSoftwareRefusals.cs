using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.Tests.Model;

/// <summary>The cases of <see cref="RefusalTests"/> on a host's graphics types and software.</summary>
internal static class HostSoftwareRefusals
{
    private const string Gpu = "0000:3b:00.0";

    public static IReadOnlyDictionary<Refusal, (string Fault, Func<SimulatorLab, Task> Act)> Cases { get; } = new Dictionary<Refusal, (string Fault, Func<SimulatorLab, Task> Act)>
    {
        [Refusal.UnknownGraphicsDevice] = ("InvalidArgument", lab => HostGraphicsTests.UpdateAsync(lab, "esx-80-02", "sharedDirect", "performance", ("0000:00:00.0", "sharedDirect", null))),
        [Refusal.VgpuModeBeforeEightU3] = ("NotSupported", lab => HostGraphicsTests.UpdateAsync(lab, "esx-70-01", "sharedDirect", "performance", (Gpu, "sharedDirect", "sameSize"))),
        [Refusal.MixedSizeBeforeAmpere] = ("NotSupported", lab => HostGraphicsTests.UpdateAsync(lab, "esx-usb-01", "sharedDirect", "performance", (Gpu, "sharedDirect", "mixedSize"))),
        [Refusal.SharedDirectAfterVib] = ("NotSupported", async lab =>
        {
            lab.Simulator.Orders.InstallGpuDriver("esx-67-01");
            await HostGraphicsTests.UpdateAsync(lab, "esx-67-01", "shared", "performance");
            await HostGraphicsTests.UpdateAsync(lab, "esx-67-01", "shared", "performance", (Gpu, "sharedDirect", null));
        }),
    };
}
