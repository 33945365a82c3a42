using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Guest;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;
using GpuVSphere.Vim;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Configures where the guests of VMs take their vGPU licences from, and waits until they have them.</summary>
[Cmdlet(VerbsCommon.Set, "VgpuLicense", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = TokenSet)]
[OutputType(typeof(VgpuLicense), typeof(ChangePlan), typeof(Job))]
public sealed class SetVgpuLicenseCommand : GuestChangeCmdlet
{
    private const string TokenSet = "Token";
    private const string ServerSet = "Server";

    private string? _token;

    /// <summary>The client configuration token of the NVIDIA License System (CLS or DLS): its file on this machine. It takes the place of those that are in the guest.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TokenSet)]
    [Alias("Token")]
    [ValidateNotNullOrEmpty]
    public string? TokenPath { get; set; }

    /// <summary>The legacy NVIDIA vGPU Software License Server: its name or address.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ServerSet)]
    [Alias("LicenseServer")]
    [ValidateNotNullOrEmpty]
    public string? ServerAddress { get; set; }

    /// <summary>Its port. Without it what is set stays, which is 7070 where nothing is.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateRange(1, 65535)]
    public int ServerPort { get; set; }

    /// <summary>The legacy server that is asked where the first does not answer.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateNotNullOrEmpty]
    public string? BackupServerAddress { get; set; }

    /// <summary>The port of the backup server. Without it what is set stays.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [ValidateRange(1, 65535)]
    public int BackupServerPort { get; set; }

    /// <summary>Licenses the GPU for NVIDIA RTX Virtual Workstation (FeatureType 2): for a whole GPU, whose type does not tell.</summary>
    [Parameter]
    public SwitchParameter VirtualWorkstation { get; set; }

    /// <summary>Licenses the GPU for NVIDIA Virtual Compute Server (FeatureType 4): for a whole GPU, whose type does not tell.</summary>
    [Parameter]
    public SwitchParameter VirtualComputeServer { get; set; }

    /// <summary>Takes away what configures the other kind of licence server: the address of a legacy server, or the tokens.</summary>
    [Parameter]
    public SwitchParameter RemoveOther { get; set; }

    /// <summary>Seconds that the licence may take: 180 unless told otherwise; 0 does not wait for it.</summary>
    [Parameter]
    [ValidateRange(0, 86400)]
    public int TimeoutSeconds { get; set; } = VgpuLicenseIntents.DefaultTimeoutSeconds;

    private LicenseFeature? Feature => VirtualWorkstation ? LicenseFeature.VirtualWorkstation : VirtualComputeServer ? LicenseFeature.VirtualComputeServer : null;

    internal override bool PrepareTargets()
    {
        if (VirtualWorkstation && VirtualComputeServer)
        {
            throw new GpuVSphereException("LicenseFeatureTwice", GpuErrorCategory.InvalidArgument, "A GPU is licensed for one product.", null, "Give -VirtualWorkstation or -VirtualComputeServer.");
        }

        // Before any server is asked: a token that is none, an address that cannot be one.
        _token = TokenPath is null ? null : LocalPaths.One(this, TokenPath, "TokenNotFound", "Give the token as a file of this machine.");
        _ = Intent([]);
        return base.PrepareTargets();
    }

    internal override Task<ChangeIntent?> IntentAsync(IReadOnlyList<NamedVm> vms, TargetReader reader, PipelineRelay relay, CancellationToken cancellationToken) =>
        Task.FromResult<ChangeIntent?>(Intent([.. vms.Select(TargetOf)]));

    internal override Task PassThruAsync(IReadOnlyList<ChangeResult> results, IReadOnlyList<NamedVm> vms, OperationContext context, PipelineRelay relay, CancellationToken cancellationToken)
    {
        HashSet<VimObjectId> changed = [.. results.Where(result => result.Outcome is not (ChangeOutcome.Blocked or ChangeOutcome.Interrupted)).Select(result => result.Target.Id)];
        return GetVgpuLicenseCommand.ShowAsync(context, [.. vms.Select(TargetOf).Where(target => changed.Contains(target.Id))], relay, cancellationToken);
    }

    private ChangeIntent Intent(IReadOnlyList<PlanTarget> vms) => _token is { } path
        ? VgpuLicenseIntents.Token(vms, path, Feature, RemoveOther, Options, TimeoutSeconds)
        : VgpuLicenseIntents.Legacy(vms, ServerAddress ?? string.Empty, Given(nameof(ServerPort), ServerPort), BackupServerAddress, Given(nameof(BackupServerPort), BackupServerPort), Feature, RemoveOther, Options, TimeoutSeconds);

    private int? Given(string name, int value) => HasTyped(name) ? value : null;
}
