using GpuVSphere.Shell;
using GpuVSphere.Simulator.EsxShell;

namespace GpuVSphere.Simulator;

/// <content>The shells of the simulated hosts.</content>
public sealed partial class GpuSimulator
{
    /// <summary>
    /// The shells of the hosts: no network and no login, and refused as a real host refuses SSH while its service TSM-SSH does not run. They know
    /// nvidia-smi, esxcli and what else is typed on a GPU host; anything else is not found, with exit status 127.
    /// </summary>
    public IHostShells Shells => new SimulatedHostShells(Inventory);
}
