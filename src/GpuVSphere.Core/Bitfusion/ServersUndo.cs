using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Bitfusion;

/// <summary>Puts a client's list of servers back as the journal has it, where it still is as the change wrote it.</summary>
internal static class ServersUndo
{
    /// <summary>Gives a proposal the way back.</summary>
    public static async Task AddToAsync(GuestProposal proposal, GuestSubject subject, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> wanted = subject.Intent.Wanted;
        foreach (string path in wanted.Keys.Where(key => !IntentConditions.IsCondition(key)).OrderBy(path => path, StringComparer.Ordinal))
        {
            string before = wanted[path];
            string? now = await ReadAsync(subject.Shell, subject.Name, path, cancellationToken).ConfigureAwait(false);
            if ((now ?? string.Empty) == before)
            {
                continue;
            }

            if (!IntentConditions.Allows(wanted, path, now))
            {
                proposal.Tell($"keeps {path} = {Words(now) ?? "(absent)"}: it was changed since by somebody else");
                continue;
            }

            proposal.Row(path, Words(now) ?? "(no server)", before.Length == 0 ? null : Words(before) ?? "(no server)");
            proposal.Step("putting back " + path, (run, stop) => before.Length == 0
                ? run.Shell.DeleteFileAsync(path, stop)
                : new FlexDirectGuest(run.Shell, run.Target.Name).WriteServersAsync(path, before, now is null, stop));
        }

        proposal.Verify = async (run, stop) =>
        {
            foreach (PlannedChange row in proposal.Stages.SelectMany(stage => stage.Changes))
            {
                if ((await ReadAsync(run.Shell, run.Target.Name, row.Property, stop).ConfigureAwait(false) ?? string.Empty) != wanted[row.Property])
                {
                    return GuestOutcome.Failed(new GpuVSphereException(
                        "NotAsWanted", GpuErrorCategory.OperationFailed, $"{row.Property} of {run.Target.Name} was put back and reads otherwise now.", run.Target.Name, "Look whether something else writes it, then undo the change again."));
                }
            }

            return GuestOutcome.Done();
        };
    }

    private static async Task<string?> ReadAsync(Shell.IGuestShell shell, string vm, string path, CancellationToken cancellationToken) =>
        (await new FlexDirectGuest(shell, vm).ReadServersAsync(null, path, cancellationToken).ConfigureAwait(false)).Text;

    // The lines that say something, in one.
    private static string? Words(string? text)
    {
        string words = string.Join(", ", (text ?? string.Empty).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'));
        return words.Length == 0 ? null : words;
    }
}
