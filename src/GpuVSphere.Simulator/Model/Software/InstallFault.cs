using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model.Software;

/// <summary>What the installer refuses, as esxcli prints it.</summary>
/// <param name="fact">What the refusal rests on.</param>
/// <param name="messages">The lines.</param>
internal sealed class InstallFault(string fact, params string[] messages) : EsxCliFault(messages)
{
    public string Fact { get; } = fact;
}
