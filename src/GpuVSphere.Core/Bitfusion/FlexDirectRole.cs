namespace GpuVSphere.Bitfusion;

/// <summary>What a VM is to FlexDirect; one VM may be both.</summary>
public enum FlexDirectRole
{
    /// <summary>It gives its GPUs to others.</summary>
    Server,

    /// <summary>It uses GPUs of others.</summary>
    Client,
}
