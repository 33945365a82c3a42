using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Readiness.PowerOn.Causes;

/// <summary>The host is in maintenance mode or not connected.</summary>
internal sealed class HostStateCause : PowerOnRule
{
    /// <inheritdoc/>
    public override PowerOnCause Cause => PowerOnCause.HostState;

    /// <inheritdoc/>
    public override string Title => "The host is in maintenance mode or not connected";

    /// <inheritdoc/>
    public override string KnownBy => "InvalidState while the host is in maintenance mode; HostNotConnected, HostNotReachable";

    /// <inheritdoc/>
    public override string Source => "PowerOnVM_Task: InvalidState if the host is in maintenance mode";

    /// <inheritdoc/>
    public override IEnumerable<PowerOnFinding> Explain(PowerOnEvidence evidence)
    {
        PowerOnLine? line = evidence.Lines.FirstOrDefault();
        bool saysMaintenance = line is not null && PowerOnTexts.Has(line.Text, "maintenance mode");
        if (evidence.IsFault("HostNotConnected", "HostNotReachable", "HostCommunication"))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                $"{evidence.HostText} is not connected to its vCenter{(evidence.Host is { IsConnected: true } ? " when the VM was to start; by now it is" : string.Empty)}.",
                "Reconnect the host in vCenter, then power the VM on.");
        }
        else if (evidence.IsFault("InvalidState") && (saysMaintenance || evidence.Host?.InMaintenanceMode == true))
        {
            yield return Finding(
                evidence,
                PowerOnCertainty.Proved,
                line,
                $"{evidence.HostText} is in maintenance mode, where no VM starts.",
                "Take it out of maintenance mode, then power the VM on. Get-GpuChange shows whether a change of this module is still under way on it.");
        }
    }
}
