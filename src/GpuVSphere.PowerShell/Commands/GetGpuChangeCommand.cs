using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.State;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Lists the changes of hosts and guests that the journal keeps: what was intended, how far it came, and what to do next.</summary>
[Cmdlet(VerbsCommon.Get, "GpuChange")]
[OutputType(typeof(JournalEntry))]
public sealed class GetGpuChangeCommand : GpuCmdlet
{
    /// <summary>The ids of changes, or how they begin.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(GpuChangeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    /// <summary>Only changes that stand so.</summary>
    [Parameter]
    public JournalState[]? State { get; set; }

    internal override Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        ChangeManager changes = GpuOperations.Changes(StateDirectory.Resolve());
        if (Id is null)
        {
            JournalListing listing = changes.List();
            foreach (JournalEntry entry in listing.Entries.Where(IsWanted))
            {
                relay.Output(entry);
            }

            foreach (GpuVSphereException problem in listing.Problems)
            {
                relay.Error(problem);
            }

            return Task.CompletedTask;
        }

        foreach (string id in Id)
        {
            try
            {
                JournalEntry entry = changes.Get(id);
                if (IsWanted(entry))
                {
                    relay.Output(entry);
                }
            }
            catch (GpuVSphereException error)
            {
                relay.Error(error);
            }
        }

        return Task.CompletedTask;
    }

    private bool IsWanted(JournalEntry entry) => State is null || State.Contains(entry.State);
}
