using System.Collections.Generic;

namespace GpuVSphere.Simulator.Model;

/// <summary>Gives the vGPUs of a VM their places, and takes them back.</summary>
internal static class VgpuSeats
{
    public static void Take(IReadOnlyDictionary<VmPassthroughDevice, VgpuSeat> seats)
    {
        foreach (KeyValuePair<VmPassthroughDevice, VgpuSeat> pair in seats)
        {
            pair.Key.Seat = pair.Value;
            if (pair.Value is { Instance: { IsAutomatic: true } instance } && !pair.Value.Function.Gpu.Instances.Contains(instance))
            {
                pair.Value.Function.Gpu.Instances.Add(instance);
            }
        }
    }

    public static void Release(VirtualMachine vm)
    {
        foreach (VmPassthroughDevice device in vm.Config.Passthrough)
        {
            if (device.Seat is { Instance: { IsAutomatic: true } instance } seat)
            {
                seat.Function.Gpu.Instances.Remove(instance);
            }

            device.Seat = null;
        }
    }
}
