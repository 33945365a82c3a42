using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Methods;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vgpu;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Sets what hosts use their GPUs for: graphics type, assignment policy, vGPU mode.</summary>
[Cmdlet(VerbsCommon.Set, "HostGraphicsMode", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(HostGraphicsMode), typeof(ChangePlan), typeof(Job))]
public sealed class SetHostGraphicsModeCommand : HostSettingCmdlet
{
    /// <summary>
    /// Shared, or SharedDirect for vGPUs; SharedPassthru, esxcli's word, is taken as well. It is set for the host's default and every GPU that is
    /// not in passthrough, or with -Device for those alone.
    /// </summary>
    [Parameter]
    [ValidateSet("Shared", "SharedDirect", "SharedPassthru")]
    [Alias("Type", "DefaultType")]
    public string? GraphicsType { get; set; }

    /// <summary>Where the next vGPU is put: Performance spreads them over the GPUs, Consolidation fills one first.</summary>
    [Parameter]
    public AssignmentPolicy? AssignmentPolicy { get; set; }

    /// <summary>Whether the vGPUs of a GPU may differ in size: SameSize or MixedSize. vSphere 8.0 U3 and later; MixedSize needs Ampere or later.</summary>
    [Parameter]
    public VgpuMode? VgpuMode { get; set; }

    internal override bool PrepareTargets() => GraphicsType is null && AssignmentPolicy is null && VgpuMode is null
        ? throw new GpuVSphereException(
            "NothingWanted",
            GpuErrorCategory.InvalidArgument,
            "Nothing was said that is to be set.",
            null,
            "Add -GraphicsType SharedDirect for vGPUs, -AssignmentPolicy or -VgpuMode.")
        : base.PrepareTargets();

    internal override IGpuOperation Operation(IReadOnlyList<HostMeant> hosts, OperationContext context)
    {
        GraphicsType? type = GraphicsType is null ? null
            : string.Equals(GraphicsType, "Shared", StringComparison.OrdinalIgnoreCase) ? Vgpu.GraphicsType.Shared
            : Vgpu.GraphicsType.SharedDirect;
        Dictionary<GpuHost, IReadOnlyList<PciAddress>> devices = hosts
            .Where(host => host.Devices is not null)
            .ToDictionary(host => host.Host, host => (IReadOnlyList<PciAddress>)[.. host.Devices!.Select(device => device.Address)]);
        return GpuOperations.Create(GraphicsIntents.Set(hosts.Select(host => host.Host), devices, type, AssignmentPolicy, VgpuMode, Options), context);
    }

    internal override async Task ShowAsync(
        IGpuOperation operation, IReadOnlyList<ChangeResult> results, IReadOnlyList<HostMeant> hosts, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        HashSet<Vim.VimObjectId> changed = Changed(results);
        await GetHostGraphicsModeCommand.ShowAsync([.. hosts.Where(host => changed.Contains(host.Host.Id))], relay, cancellationToken).ConfigureAwait(false);
    }
}
