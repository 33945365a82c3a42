using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Vim;

/// <summary>The advanced settings of a vCenter, and the configuration of its clusters.</summary>
internal static class SettingCalls
{
    /// <summary>Reads one advanced setting of a vCenter.</summary>
    /// <param name="session">The session.</param>
    /// <param name="key">Its name.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="VimFaultException">NoPermission: without System.Read on the root folder.</exception>
    /// <exception cref="GpuVSphereException">NotAVCenter: the server has no such settings.</exception>
    public static async Task<ServerSetting> ReadSettingAsync(this VimSession session, string key, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<VimElement> found = await session.CallListAsync(
                Manager(session), "QueryOptions", writer => writer.Element("name", key), option => option.Element(), cancellationToken).ConfigureAwait(false);
            VimElement? value = found.FirstOrDefault(option => option["key"]?.Text == key)?["value"];
            return new ServerSetting(
                key, value?.Text, value is null ? SettingForm.Absent : value.XsiType is "boolean" or "xsd:boolean" ? SettingForm.Boolean : SettingForm.Text);
        }
        catch (VimFaultException fault) when (fault.FaultType == "InvalidName")
        {
            return new ServerSetting(key, null, SettingForm.Absent);
        }
    }

    /// <summary>Sets one advanced setting of a vCenter to true or false, in the form in which the server keeps it; the others stay as they are.</summary>
    /// <param name="session">The session.</param>
    /// <param name="setting">The setting as it was read.</param>
    /// <param name="value">What it becomes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="VimFaultException">NoPermission: without Global.Settings on the root folder; InvalidName: this vCenter does not have it.</exception>
    public static async Task WriteSettingAsync(this VimSession session, ServerSetting setting, bool value, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(setting.Form == SettingForm.Text ? "xsd:string" : "xsd:boolean").ConfigureAwait(false);
        }
        catch (VimFaultException fault) when (fault.FaultType == "InvalidArgument" && setting.Form == SettingForm.Absent)
        {
            // What is not there yet does not tell its form; the refused call has changed nothing.
            await WriteAsync("xsd:string").ConfigureAwait(false);
        }

        Task WriteAsync(string type) => session.CallAsync(
            Manager(session),
            "UpdateOptions",
            writer => writer.Element("changedValue", option => option.Element("key", setting.Key).Any("value", type, value ? "true" : "false")),
            cancellationToken);
    }

    /// <summary>Changes what DRS of a cluster does. What is not given stays as it is.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="isEnabled">Whether DRS is on; null to leave it.</param>
    /// <param name="behavior"><c>manual</c>, <c>partiallyAutomated</c> or <c>fullyAutomated</c>; null to leave it.</param>
    /// <param name="options">
    /// All advanced options as they are to be, those that stay included, since a server may replace the list by what it is given; one with an empty value is
    /// taken away. Empty to leave them.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; what was begun on the server goes on.</param>
    /// <exception cref="VimFaultException">NoPermission: without Host.Inventory.EditCluster on the cluster.</exception>
    public static async Task ConfigureDrsAsync(
        this VimSession session,
        ManagedObjectReference cluster,
        bool? isEnabled,
        string? behavior,
        IReadOnlyList<KeyValuePair<string, string>> options,
        CancellationToken cancellationToken)
    {
        ManagedObjectReference task = await session.StartTaskAsync(
            cluster,
            "ReconfigureComputeResource_Task",
            writer => writer
                .Element(
                    "spec",
                    spec => spec.Element("drsConfig", drs =>
                    {
                        drs.Element("enabled", isEnabled).Element("defaultVmBehavior", behavior);
                        foreach (KeyValuePair<string, string> option in options)
                        {
                            drs.Element("option", item => item.Element("key", option.Key).AnyString("value", option.Value));
                        }
                    }),
                    "ClusterConfigSpecEx")
                .Element("modify", true),
            cancellationToken).ConfigureAwait(false);
        await session.WaitForTaskAsync(task, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The object that keeps the settings of a vCenter.</summary>
    /// <exception cref="GpuVSphereException">NotAVCenter.</exception>
    public static ManagedObjectReference Manager(VimSession session) => session.Content["setting"] is { IsEmpty: false } manager ? manager : throw new GpuVSphereException(
        "NotAVCenter",
        GpuErrorCategory.NotSupported,
        $"{session.ServerName} has no vCenter settings: it is a host that is connected to directly.",
        session.ServerName,
        "Connect to the vCenter that manages the host.");
}
