using GpuVSphere.Bitfusion;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>That FlexDirect is at the end of its life, once in a session.</summary>
internal static class FlexDirectNotice
{
    public static void Tell(SessionTable table, PipelineRelay relay)
    {
        if (table.IsFirst("FlexDirect"))
        {
            relay.Warning(FlexDirectReader.EndOfLife);
        }
    }
}
