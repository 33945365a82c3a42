using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;
using GpuVSphere.Simulator.Model;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>The shell of a simulated host: pipelines, <c>;</c>, <c>&amp;&amp;</c>, <c>||</c>, quotes, and redirections to nowhere.</summary>
internal sealed class SimulatedShell(HostSystem host, SimulatedInventory inventory) : IShell
{
    private bool _isClosed;

    public async Task<ShellResult> RunAsync(string command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isClosed)
        {
            throw new ObjectDisposedException(nameof(SimulatedShell));
        }

        lock (inventory.Gate)
        {
            SimulatedHostShells.Require(host);
        }

        if (ShellLine.TryParse(command, out IReadOnlyList<ShellStep> steps) is { } wrong)
        {
            return new ShellResult(2, string.Empty, "sh: syntax error: " + wrong + "\n");
        }

        StringBuilder output = new();
        StringBuilder error = new();
        int status = 0;
        foreach (ShellStep step in steps)
        {
            if (step.Connector switch { "&&" => status != 0, "||" => status == 0, _ => false })
            {
                continue;
            }

            ShellResult result = await RunAsync(step, cancellationToken).ConfigureAwait(false);
            output.Append(result.Output);
            error.Append(result.Error);
            status = result.ExitCode;
        }

        return new ShellResult(status, output.ToString(), error.ToString());
    }

    public void Dispose() => _isClosed = true;

    private async Task<ShellResult> RunAsync(ShellStep step, CancellationToken cancellationToken)
    {
        string input = string.Empty;
        string errors = string.Empty;
        int status = 0;
        foreach (ShellCommand command in step.Pipeline)
        {
            ShellResult result = await ShellPrograms.RunAsync(new ShellCall(host, inventory, command.Words, input), cancellationToken).ConfigureAwait(false);
            status = result.ExitCode;
            input = command.DropsOutput ? string.Empty : result.Output;
            string said = result.Error;
            if (command.JoinsErrors)
            {
                input += command.DropsOutput ? string.Empty : said;
            }
            else if (!command.DropsErrors)
            {
                errors += said;
            }
        }

        return new ShellResult(status, input, errors);
    }
}
