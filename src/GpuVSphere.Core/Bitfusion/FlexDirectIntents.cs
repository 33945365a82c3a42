using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Bitfusion;

/// <summary>What a user can ask of FlexDirect in guests, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static class FlexDirectIntents
{
    /// <summary>The name under which an operation finds the licence key among its secrets.</summary>
    public const string LicenseKeySecret = FlexDirectLicenseKey.SecretName;

    /// <summary>FlexDirect is to be installed.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="wish">From where.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">InvalidFlexDirectSource, FileNotFound.</exception>
    public static ChangeIntent Install(IEnumerable<PlanTarget> vms, InstallWish wish, GuestChangeOptions options)
    {
        wish.Check();
        return Make(
            FlexDirectInstallOperation.IntentKind,
            "Install FlexDirect",
            vms,
            options.ToText(
                (nameof(InstallWish.Source), wish.Source),
                (nameof(InstallWish.Path), wish.Path),
                (nameof(InstallWish.Sha256), wish.Sha256),
                (nameof(InstallWish.Reinstall), wish.Reinstall ? "true" : null)));
    }

    /// <summary>FlexDirect is to be licensed. The key goes into the operation's secrets, as <see cref="LicenseKeySecret"/>.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="acceptsTerms">Whether the user accepted the licence's terms.</param>
    /// <param name="again">Whether it is done where it is licensed already.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent License(IEnumerable<PlanTarget> vms, bool acceptsTerms, bool again, GuestChangeOptions options) => Make(
        FlexDirectLicenseOperation.IntentKind,
        "License FlexDirect",
        vms,
        options.ToText((FlexDirectLicenseOperation.AcceptsOption, acceptsTerms ? "true" : null), (FlexDirectLicenseOperation.AgainOption, again ? "true" : null)));

    /// <summary>A key that cannot be one is refused before any guest is opened.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="GpuVSphereException">InvalidLicenseKey.</exception>
    public static void CheckKey(System.Security.SecureString key) => FlexDirectLicenseKey.Check(key);

    /// <summary>A scheduler is to run.</summary>
    /// <param name="vms">The server VMs.</param>
    /// <param name="wish">How it is to run.</param>
    /// <param name="startTimeout">How long it may take until it says that it runs; above zero.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">InvalidFlexDirectScheduler.</exception>
    public static ChangeIntent StartScheduler(IEnumerable<PlanTarget> vms, SchedulerWish wish, TimeSpan startTimeout, GuestChangeOptions options)
    {
        wish.Check();
        return Make(
            FlexDirectSchedulerOperation.IntentKind,
            "Start the FlexDirect scheduler",
            vms,
            options.ToText(
                (nameof(SchedulerWish.GpuCount), Text(wish.GpuCount)),
                (nameof(SchedulerWish.Devices), wish.Devices.Count > 0 ? string.Join(",", wish.Devices.Select(device => Text(device))) : null),
                (nameof(SchedulerWish.ListenAddress), wish.ListenAddress),
                (nameof(SchedulerWish.Port), Text(wish.Port)),
                (nameof(SchedulerWish.ServerPort), Text(wish.ServerPort)),
                (FlexDirectSchedulerOperation.TimeoutOption, startTimeout.ToString("c", CultureInfo.InvariantCulture))));
    }

    /// <summary>Schedulers are to stop.</summary>
    /// <param name="vms">The server VMs.</param>
    /// <param name="port">The port of the one that is to stop; null for every one.</param>
    /// <param name="options">How far the change may go.</param>
    public static ChangeIntent StopScheduler(IEnumerable<PlanTarget> vms, int? port, GuestChangeOptions options) => Make(
        FlexDirectSchedulerOperation.IntentKind,
        "Stop the FlexDirect scheduler",
        vms,
        options.ToText((FlexDirectSchedulerOperation.StopOption, "true"), (nameof(SchedulerWish.Port), Text(port))));

    /// <summary>The servers of clients are to be set.</summary>
    /// <param name="vms">The client VMs.</param>
    /// <param name="wish">Which servers.</param>
    /// <param name="options">How far the change may go.</param>
    /// <exception cref="GpuVSphereException">InvalidServerAddress, NothingToDo.</exception>
    public static ChangeIntent SetServers(IEnumerable<PlanTarget> vms, ServersWish wish, GuestChangeOptions options)
    {
        wish.Check();
        return Make(
            FlexDirectServersOperation.IntentKind,
            "Set the servers of FlexDirect clients",
            vms,
            options.ToText(
                (nameof(ServersWish.Addresses), wish.Addresses is { } all ? string.Join(",", all) : null),
                (nameof(ServersWish.Add), Joined(wish.Add)),
                (nameof(ServersWish.Remove), Joined(wish.Remove)),
                (nameof(ServersWish.Form), wish.Form?.ToString()),
                (nameof(ServersWish.Path), wish.Path)));
    }

    internal static string? Get(this IReadOnlyDictionary<string, string> text, string name) => text.TryGetValue(name, out string? value) ? value : null;

    internal static int? GetNumber(this IReadOnlyDictionary<string, string> text, string name) =>
        int.TryParse(text.Get(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    internal static IReadOnlyList<string> GetList(this IReadOnlyDictionary<string, string> text, string name) =>
        text.Get(name) is { } list ? list.Split([','], StringSplitOptions.RemoveEmptyEntries) : [];

    private static string? Joined(IReadOnlyList<string> list) => list.Count > 0 ? string.Join(",", list) : null;

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static ChangeIntent Make(string kind, string title, IEnumerable<PlanTarget> vms, IReadOnlyDictionary<string, string> options) =>
        new(kind, title, [.. vms.Distinct().Select(vm => new IntentTarget(vm, new Dictionary<string, string>()))], options);
}
