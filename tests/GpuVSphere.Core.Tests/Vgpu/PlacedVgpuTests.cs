using System.Linq;
using GpuVSphere.Smi;
using GpuVSphere.Vgpu;

namespace GpuVSphere.Core.Tests.Vgpu;

public sealed class PlacedVgpuTests
{
    private static NvidiaSmiGpu Gpu(VgpuLab lab, int gpu, params NvidiaSmiVgpu[] vgpus) => new() { HostId = lab.Read().Host.Id, Address = VgpuLab.Address(gpu), Vgpus = vgpus };

    [Fact]
    public void The_placement_ids_of_nvidia_smi_make_mixed_size_exact()
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Runs("a", 0, "grid_a100-10c").Runs("b", 0, "grid_a100-10c");
        NvidiaSmiGpu gpu = Gpu(
            lab,
            0,
            new NvidiaSmiVgpu { Id = "1", Name = "GRID A100-10C", VmName = "a", PlacementId = 0 },
            new NvidiaSmiVgpu { Id = "2", Name = "GRID A100-10C", VmName = "b", PlacementId = 20 });

        VgpuFit fit = HostCapacity.Of(lab.Read(), [gpu]).Fit("grid_a100-20c");

        Assert.Equal((0, 0), (fit.CanStart, fit.MayStart));
        Assert.Equal([0, 20], HostCapacity.Of(lab.Read(), [gpu]).Gpus[0].Running.Select(vgpu => vgpu.Placement!.Value));
        Assert.Equal((0, 1), (lab.Capacity().Fit("grid_a100-20c").CanStart, lab.Capacity().Fit("grid_a100-20c").MayStart));
    }

    [Fact]
    public void The_GPU_instances_of_nvidia_smi_make_MIG_exact()
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "multiInstanceGpu").Runs("a", 0, "grid_a100-3-20c");
        NvidiaSmiGpu gpu = Gpu(lab, 0, new NvidiaSmiVgpu { Id = "1", Name = "GRID A100-3-20C", VmName = "a", GpuInstanceId = 2 }) with
        {
            MigInstances = [new MigInstance(1, "1g.5gb", 19, 0, 1), new MigInstance(2, "3g.20gb", 9, 4, 4)],
        };

        Assert.Equal(1, HostCapacity.Of(lab.Read(), [gpu]).Fit("grid_a100-4-20c").CanStart);
    }

    [Fact]
    public void Before_8_0_U3_nvidia_smi_tells_which_GPU_is_in_MIG_mode()
    {
        VgpuLab lab = VgpuLab.Host("7.0.3").Gpu(VgpuLab.A100).Gpu(VgpuLab.A100).Offers("grid_a100-1-5c", "grid_a100-10c");
        NvidiaSmiGpu[] told = [Gpu(lab, 0) with { MigCurrent = true }, Gpu(lab, 1) with { MigCurrent = false }];

        HostCapacity capacity = HostCapacity.Of(lab.Read(), told);

        Assert.Equal([GpuVgpuMode.Mig, GpuVgpuMode.SameSize], capacity.Gpus.Select(gpu => gpu.Mode));
        Assert.Equal((4, 4), (capacity.Fit("grid_a100-10c").CanStart, capacity.Fit("grid_a100-10c").MayStart));
    }

    [Fact]
    public void What_is_said_of_another_host_or_a_VM_that_is_gone_does_not_matter()
    {
        VgpuLab lab = VgpuLab.Host("8.0.3").Gpu(VgpuLab.A100, "mixedSize").Runs("a", 0, "grid_a100-10c");
        NvidiaSmiVgpu vgpu = new() { Id = "1", Name = "GRID A100-10C", VmName = "a", PlacementId = 10 };

        Assert.Null(HostCapacity.Of(lab.Read(), [Gpu(lab, 0, vgpu) with { HostId = default }]).Gpus[0].Running[0].Placement);
        Assert.Null(HostCapacity.Of(lab.Read(), [Gpu(lab, 0, vgpu with { VmName = "gone" })]).Gpus[0].Running[0].Placement);
        Assert.Null(HostCapacity.Of(lab.Read(), [Gpu(lab, 0, vgpu with { Name = "GRID A100-20C" })]).Gpus[0].Running[0].Placement);
    }
}
