using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Completion;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Switches the MIG mode of GPUs, and makes their GPU instances.</summary>
[Cmdlet(VerbsCommon.Set, "GpuMig", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(GpuMig), typeof(ChangePlan), typeof(Job))]
public sealed class SetGpuMigCommand : GpuModeCmdlet
{
    /// <summary>Whether MIG mode shall be on: $true or $false. Without it the mode stays as it is.</summary>
    [Parameter]
    public bool Enabled { get; set; }

    /// <summary>
    /// The GPU instances that there shall be, by their profiles, one for each: 1g.10gb, 1g.10gb, 3g.40gb. Others are removed; an empty list
    /// removes all. It takes effect at once, needs MIG mode in force, and lasts until the next reboot of the host.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(MigProfileCompleter))]
    [AllowEmptyCollection]
    public string[]? Instance { get; set; }

    internal override ChangeIntent Intent(IReadOnlyList<GpuDevice> devices) =>
        MigIntents.Set(devices, MyInvocation.BoundParameters.ContainsKey(nameof(Enabled)) ? Enabled : null, Instance, Options);

    internal override void Begin()
    {
        base.Begin();
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Enabled)) && Instance is null)
        {
            ThrowTerminatingError(Errors.ErrorMapper.ToRecord(new GpuVSphereException(
                "NothingWanted", GpuErrorCategory.InvalidArgument, "Neither a mode nor instances were asked for.", null, "Say -Enabled $true or $false, or the instances with -Instance.")));
        }
    }

    internal override async Task ShowAsync(GpuHost host, HashSet<PciAddress> wanted, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        IReadOnlyList<GpuMig> all = await GpuMigReader.ReadAsync(context.SessionOf(host.Id), host, context.Shells, context.ShellNotes, cancellationToken).ConfigureAwait(false);
        Table.LastRead.Take(all);
        foreach (GpuMig gpu in all.Where(gpu => wanted.Contains(gpu.Address)))
        {
            relay.Output(gpu);
        }
    }
}
