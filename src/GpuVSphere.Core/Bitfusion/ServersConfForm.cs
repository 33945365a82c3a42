namespace GpuVSphere.Bitfusion;

/// <summary>How a servers.conf is written.</summary>
public enum ServersConfForm
{
    /// <summary>An address on each line, as FlexDirect's guide has it.</summary>
    Lines,

    /// <summary>YAML with a list of servers, each with its addresses, as later releases have it.</summary>
    Yaml,
}
