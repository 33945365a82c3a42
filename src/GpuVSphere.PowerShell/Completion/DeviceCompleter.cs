using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using GpuVSphere.Inventory;
using GpuVSphere.PowerShell.Binding;
using GpuVSphere.PowerShell.Session;

namespace GpuVSphere.PowerShell.Completion;

/// <summary>Completes PCI addresses and labels of GPUs from the last read of this runspace; only those of the hosts that were named already.</summary>
public sealed class DeviceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        List<string> hosts = [];
        foreach (object element in IdentityReader.Flatten(fakeBoundParameters["VMHost"]))
        {
            hosts.Add(element.ToString());
        }

        IEnumerable<IGrouping<string, GpuDevice>> byText = SessionTable.Current.LastRead.DevicesOf(hosts)
            .SelectMany(device => device.Label is { } label ? new[] { (device.Address.ToString(), device), (label, device) } : [(device.Address.ToString(), device)])
            .GroupBy(pair => pair.Item1, pair => pair.device);
        return Completed.From(
            wordToComplete,
            byText.OrderBy(group => group.Key).Select(group => new KeyValuePair<string, string>(
                group.Key, string.Join("; ", group.Select(device => $"{device.Model ?? device.Name} on {device.HostName}, {device.State}")))));
    }
}
