using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Guest;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Looks at the GPUs of guests: is the GPU seen, has it its memory, which driver is loaded, what do nvidia-smi and CUDA say.</summary>
[Cmdlet(VerbsDiagnostic.Test, "GpuGuest")]
[OutputType(typeof(GuestGpuCheck), typeof(bool))]
public sealed class TestGpuGuestCommand : GuestCmdlet
{
    /// <summary>A folder of the guests in which CUDA's samples deviceQuery and vectorAdd are looked for; without it where toolkits put them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SamplePath { get; set; }

    /// <summary>Builds the samples with make where they are there as sources only. For Linux guests.</summary>
    [Parameter]
    public SwitchParameter BuildSample { get; set; }

    /// <summary>How many guests are looked at at the same time: 8 unless told otherwise.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int MaxParallel { get; set; } = 8;

    /// <summary>Gives for each VM only whether no check failed. What could not be looked at is no failure; a guest that cannot be reached is.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    internal override async Task RunAsync(PipelineRelay relay, CancellationToken cancellationToken)
    {
        TargetReader reader = new(Servers, Table.LastRead, relay);
        IReadOnlyList<NamedVm> vms = await VmsAsync(reader, cancellationToken).ConfigureAwait(false);
        if (vms.Count == 0)
        {
            return;
        }

        GuestGpuTestOptions options = new() { SamplePath = SamplePath, BuildSample = BuildSample, MaxParallel = MaxParallel };
        IReadOnlyList<GuestGpuTestResult> results = await GuestGpuTest.RunAsync(
            GuestContext(vms, relay), [.. vms.Select(TargetOf)], options, relay.Verbose, cancellationToken).ConfigureAwait(false);
        foreach (GuestGpuTestResult result in results)
        {
            if (result.Error is { } error)
            {
                relay.Error(error);
            }

            if (Quiet)
            {
                relay.Output(result.Error is null && result.Checks.All(check => check.Outcome != GuestCheckOutcome.Failed));
                continue;
            }

            foreach (GuestGpuCheck check in result.Checks)
            {
                relay.Output(check);
            }
        }
    }
}
