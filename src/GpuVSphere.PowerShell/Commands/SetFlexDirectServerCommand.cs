using System.Collections.Generic;
using System.Management.Automation;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Sets the servers that FlexDirect clients use.</summary>
[Cmdlet(VerbsCommon.Set, "FlexDirectServer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan), typeof(Job))]
public sealed class SetFlexDirectServerCommand : FlexDirectChangeCmdlet
{
    /// <summary>
    /// The servers, and no others: host names, IPv4 or IPv6 addresses, with a port where the scheduler does not listen at 56001. An empty list leaves none.
    /// </summary>
    [Parameter(Position = 1)]
    [AllowEmptyCollection]
    public string[]? Address { get; set; }

    /// <summary>Servers that are added to those that are there.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Add { get; set; } = [];

    /// <summary>Servers that are taken away; one that is not there is no error.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Remove { get; set; } = [];

    /// <summary>How the file is to be written: an address per line, or YAML. Without it, as it is, and a new one as the guest's release reads it.</summary>
    [Parameter]
    public ServersConfForm Form { get; set; }

    /// <summary>The file in the guest; without it the one that the guest's release reads, /etc/bitfusionio/servers.conf at first.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    internal override ChangeIntent IntentFor(IReadOnlyList<PlanTarget> vms) => FlexDirectIntents.SetServers(
        vms, new ServersWish { Addresses = Address, Add = Add, Remove = Remove, Form = HasTyped(nameof(Form)) ? Form : null, Path = Path }, Options);
}
