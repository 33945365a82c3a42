namespace GpuVSphere.Vim;

/// <summary>What stands behind a VirtualPCIPassthrough device.</summary>
public abstract record PciBacking
{
    private protected PciBacking()
    {
    }

    /// <summary>The backing's vim25 type.</summary>
    internal abstract string XsiType { get; }

    internal abstract void Write(VimWriter writer);
}
