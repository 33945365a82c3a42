using System;
using System.Collections.Generic;
using System.Linq;
using GpuVSphere.Vim;

namespace GpuVSphere.Readiness.PowerOn;

/// <summary>What was said of a power-on that failed, by a fault, a task or an error.</summary>
public sealed class PowerOnTold
{
    private PowerOnTold(IEnumerable<PowerOnLine> lines, IEnumerable<string> faultTypes)
    {
        Lines = [.. lines];
        FaultTypes = [.. faultTypes.Distinct()];
    }

    internal IReadOnlyList<PowerOnLine> Lines { get; }

    internal IReadOnlyList<string> FaultTypes { get; }

    /// <summary>Whether it leaves the reason to the VM's log, or is the VMX process's own word: then that log is of the same power-on.</summary>
    internal bool IsOfVmx => Lines.Any(line => PowerOnTexts.Has(line.Text, PowerOnTexts.PowerOnFailed));

    /// <summary>What a fault says.</summary>
    /// <param name="fault">The fault, of a call or of a task.</param>
    /// <param name="origin">Where it was said.</param>
    public static PowerOnTold Of(VimFaultException fault, string origin) => new(
        fault.Details.Append(fault.FaultMessage).SelectMany(Sentences).Distinct().Select(text => new PowerOnLine(text, origin)), [fault.FaultType]);

    /// <summary>What an error says: every text in it, and the faults among its causes.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="error">The exception with its causes, or null.</param>
    /// <param name="origin">Where it was said.</param>
    public static PowerOnTold Of(IEnumerable<string> texts, Exception? error, string origin)
    {
        List<PowerOnTold> faults = [];
        List<string> messages = [.. texts];
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is VimFaultException fault)
            {
                faults.Add(Of(fault, origin));
            }
            else if (cause is not GpuVSphereException)
            {
                // Our own messages explain already; what they explain is the fault behind them.
                messages.Add(cause.Message);
            }
        }

        return new PowerOnTold(
            faults.SelectMany(fault => fault.Lines).Concat(messages.SelectMany(Sentences).Distinct().Select(text => new PowerOnLine(text, origin))),
            faults.SelectMany(fault => fault.FaultTypes));
    }

    private static IEnumerable<string> Sentences(string text) => text.Split('\r', '\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
