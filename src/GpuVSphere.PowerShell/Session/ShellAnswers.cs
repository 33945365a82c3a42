using System.Collections.Generic;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Commands;
using GpuVSphere.Shell;
using GpuVSphere.Smi;

namespace GpuVSphere.PowerShell.Session;

/// <summary>What nvidia-smi says in the shells of hosts, for cmdlets that judge also without it.</summary>
internal static class ShellAnswers
{
    /// <summary>Asks one host. That it cannot be asked is an error of its own: what the shell would have told stays unknown, and the rest is still judged.</summary>
    /// <param name="connection">The server of the host.</param>
    /// <param name="host">The host.</param>
    /// <param name="login">The login at its shell; null for the OpenSSH client's own configuration.</param>
    /// <param name="relay">The way to the pipeline.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<IReadOnlyList<NvidiaSmiGpu>> ReadAsync(
        GpuConnection connection, GpuHost host, PSCredential? login, PipelineRelay relay, CancellationToken cancellationToken)
    {
        try
        {
            NvidiaSmiReport report = await NvidiaSmiReader.ReadAsync(
                connection.Session, host, HostShells.Of([connection], login), new HostShellNotes(relay.Verbose, relay.Warning), cancellationToken).ConfigureAwait(false);
            return report.Gpus;
        }
        catch (GpuVSphereException error)
        {
            relay.Error(error);
            return [];
        }
    }
}
