using System.Globalization;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>A vGPU of a running VM as nvidia-smi sees it.</summary>
internal sealed class SmiVgpu(VirtualMachine vm, VgpuSeat seat, int number)
{
    public VirtualMachine Vm { get; } = vm;

    public VgpuSeat Seat { get; } = seat;

    /// <summary>The driver's number for it.</summary>
    public string Id => (3251634000L + VmNumber + number).ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of the VM's world, which the VMkernel gives it.</summary>
    public string WorldId => (2100000L + VmNumber).ToString(CultureInfo.InvariantCulture);

    /// <summary>The NVIDIA GPU's memory that a new vGPU holds: 896 of 1024 MiB and 1856 of 2048 in the samples.</summary>
    public int UsedMB => (Seat.Type.FrameBufferMB * 15 / 16) - 64;

    public string Uuid => StableGuid.From("vgpu:" + Vm.InstanceUuid + "/" + number.ToString(CultureInfo.InvariantCulture)).ToString();

    private long VmNumber => long.TryParse(Vm.Reference.Value.Replace("vm-", string.Empty), NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id * 10 : 0;
}
