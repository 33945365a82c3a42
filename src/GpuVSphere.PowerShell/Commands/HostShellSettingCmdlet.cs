using System.Management.Automation;

namespace GpuVSphere.PowerShell.Commands;

/// <summary>The base of cmdlets that change a host as a whole and ask its shell: its driver, its scheduler.</summary>
public abstract class HostShellSettingCmdlet : HostSettingCmdlet
{
    /// <summary>
    /// The login at the hosts' ESXi shell. Without it the OpenSSH client's configuration and keys are used; with an empty password it names
    /// the user only.
    /// </summary>
    [Parameter]
    [Credential]
    public PSCredential? HostCredential { get; set; }

    internal sealed override PSCredential? ShellLogin => HostCredential;
}
