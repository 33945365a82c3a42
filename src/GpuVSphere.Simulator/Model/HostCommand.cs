using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Simulator.Protocol;

namespace GpuVSphere.Simulator.Model;

/// <summary>Makes the esxcli commands of a host: each runs under the gate, and only while the host is connected.</summary>
internal static class HostCommand
{
    /// <param name="host">The host that runs it.</param>
    /// <param name="gate">The gate of the inventory.</param>
    /// <param name="nameSpace">Such as <c>graphics.host</c>.</param>
    /// <param name="name">Such as <c>get</c>.</param>
    /// <param name="rowType">The last part of the type of what it prints.</param>
    /// <param name="formatter"><c>simple</c> or <c>table</c>.</param>
    /// <param name="run">What it does.</param>
    /// <param name="more">Texts are the columns of a table; the others are its parameters.</param>
    public static EsxCliCommand Of(HostSystem host, object gate, string nameSpace, string name, string rowType, string formatter, Func<EsxCliCall, object?> run, params object[] more) => new()
    {
        Namespace = nameSpace,
        Name = name,
        Privilege = EsxCliPrivileges.Of(nameSpace, name),
        RowType = rowType,
        Formatter = formatter,
        Columns = more.OfType<string>().ToList(),
        Parameters = more.OfType<EsxCliParameter>().ToList(),
        RunAsync = (call, _) =>
        {
            lock (gate)
            {
                host.RequireConnected();
                return Task.FromResult(run(call));
            }
        },
    };

    /// <summary>A command that takes its time before it acts, and then acts at once.</summary>
    public static EsxCliCommand OfSlow(HostSystem host, SimulatedInventory inventory, string nameSpace, string name, string rowType, Func<EsxCliCall, object?> run, params EsxCliParameter[] parameters) => new()
    {
        Namespace = nameSpace,
        Name = name,
        Privilege = EsxCliPrivileges.Of(nameSpace, name),
        RowType = rowType,
        Parameters = parameters,
        RunAsync = async (call, _) =>
        {
            // A client that goes away does not stop it: the host works on.
            await inventory.DelayAsync(inventory.Options.SoftwareDuration, CancellationToken.None).ConfigureAwait(false);
            lock (inventory.Gate)
            {
                host.RequireConnected();
                return run(call);
            }
        },
    };
}
