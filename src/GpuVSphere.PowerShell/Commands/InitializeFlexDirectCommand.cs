using System.Collections.Generic;
using System.Management.Automation;
using System.Security;
using GpuVSphere.Bitfusion;
using GpuVSphere.Changes;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>Licenses FlexDirect in VMs.</summary>
[Cmdlet(VerbsData.Initialize, "FlexDirect", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ChangeResult), typeof(ChangePlan), typeof(Job))]
public sealed class InitializeFlexDirectCommand : FlexDirectChangeCmdlet
{
    /// <summary>The licence key. It goes to the program's standard input, and nowhere else.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? LicenseKey { get; set; }

    /// <summary>Says that you accept the terms of the licence, where the program asks for that.</summary>
    [Parameter]
    public SwitchParameter AcceptEula { get; set; }

    /// <summary>Initializes also where the licence is ready already.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    internal override IReadOnlyDictionary<string, SecureString>? Secrets =>
        LicenseKey is { } key ? new Dictionary<string, SecureString> { [FlexDirectIntents.LicenseKeySecret] = key } : null;

    internal override ChangeIntent IntentFor(IReadOnlyList<PlanTarget> vms)
    {
        if (LicenseKey is { } key)
        {
            FlexDirectIntents.CheckKey(key);
        }

        return FlexDirectIntents.License(vms, AcceptEula, Refresh, Options);
    }
}
