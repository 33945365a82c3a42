namespace GpuVSphere.Vim;

/// <summary>A vGPU of a profile.</summary>
/// <param name="Profile">Such as <c>grid_a100-40c</c>.</param>
public sealed record VgpuPciBacking(string Profile) : PciBacking
{
    internal override string XsiType => "VirtualPCIPassthroughVmiopBackingInfo";

    internal override void Write(VimWriter writer) => writer.Element("vgpu", Profile);
}
