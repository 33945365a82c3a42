using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>The schedulers of one host: the module's parameters are sent over the API, live settings through the shell, and both are read back.</summary>
internal sealed class SchedulerChange(PlanTarget target, GpuHost host, OperationContext context) : HostChange(target, host)
{
    private readonly List<string> _refusals = [];

    /// <summary>All parameters of the module as they are to be sent; null when they are so already.</summary>
    public string? Line { get; init; }

    /// <summary>Whether the host's shell may be used.</summary>
    public bool UsesShell { get; init; } = true;

    /// <summary>The parameters as they are to be.</summary>
    public required SchedulerParameters Wanted { get; init; }

    /// <summary>Every GPU that is meant, also one that is so already: the result is held against it.</summary>
    public IReadOnlyList<SchedulerTarget> Targets { get; init; } = [];

    public override bool HasSomethingToApply => Line is not null || Targets.Any(target => target.IsLive);

    public override async Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken)
    {
        SchedulerState state = await ReadStateAsync(session, cancellationToken).ConfigureAwait(false);
        if (state.Trouble is { } trouble && Targets.Any(target => Changes.Any(row => row.Before is not null && row.Property == SchedulerState.InForceProperty(target.Device.Address))))
        {
            // The plan rests on what is in force, and that cannot be looked up any more.
            throw trouble;
        }

        return state.Values(Known.Devices.Where(device => !device.IsActive).Select(device => device.Address));
    }

    public override async Task ApplyAsync(VimSession session, CancellationToken cancellationToken)
    {
        _refusals.Clear();
        if (Line is not null)
        {
            await SetParametersAsync(session, Line, cancellationToken).ConfigureAwait(false);
        }

        if (Targets.Any(target => target.IsLive))
        {
            try
            {
                await NvidiaSmiReader.UseAsync(session, Known, context.Shells, SetLiveAsync, context.ShellNotes, cancellationToken).ConfigureAwait(false);
            }
            catch (GpuVSphereException trouble) when (trouble is not NotAuthenticatedException)
            {
                // It is configured all the same, and comes with the next boot.
                _refusals.Add(trouble.Message);
            }
        }
    }

    private async Task SetParametersAsync(VimSession session, string line, CancellationToken cancellationToken)
    {
        try
        {
            await session.SetModuleParametersAsync(Known.Id.Reference, SchedulerParameters.Module, line, cancellationToken).ConfigureAwait(false);
        }
        catch (NoPermissionException refused)
        {
            // The server names only the object that carries esxcli.
            string missing = refused.MissingPrivileges.Count > 0
                ? string.Join(", ", refused.MissingPrivileges.Select(privilege => privilege.PrivilegeId).Distinct())
                : "a privilege that the server does not name";
            throw new GpuVSphereException(
                refused.Id,
                refused.Category,
                $"The account may not set the parameters of the module {SchedulerParameters.Module} on {Known.Name}: it lacks {missing}.",
                Known.Name,
                $"Ask for a role with {(refused.MissingPrivileges.Count > 0 ? missing : "Host.Config.Settings")} on {Known.Name}, or connect with another account.",
                refused);
        }
    }

    public override async Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken)
    {
        GpuHost now = await ReadHostAsync(session, cancellationToken).ConfigureAwait(false);
        SchedulerState state = await ReadStateAsync(session, cancellationToken).ConfigureAwait(false);
        return Verify(state with { BootTime = now.BootTime });
    }

    /// <summary>Holds what is seen against what is wanted.</summary>
    internal HostVerification Verify(SchedulerState seen)
    {
        bool hasBooted = Known.BootTime is { } before && seen.BootTime is { } after && (after - before).Duration() > HostReboot.BootTimeJitter;
        string[] unwritten = [.. new[] { SchedulerParameters.ForAll, SchedulerParameters.ForDevices }.Where(name => seen.Parameters.Raw(name) != Wanted.Raw(name))];
        HostChangeState state = unwritten.Length > 0 ? HostChangeState.NotApplied : HostChangeState.InForce;
        List<(string Text, PciAddress Address)> texts = [];
        foreach (SchedulerTarget target in Targets)
        {
            PciAddress address = target.Device.Address;
            (HostChangeState reached, string text) = !seen.InForce.TryGetValue(address, out SchedulerSetting? current)
                ? hasBooted
                    ? (HostChangeState.InForce, $"{target.Wanted} is configured, and the host has booted with it; what the driver made of it could not be read")
                    : (HostChangeState.RebootPending, $"{target.Wanted} is configured; what is in force could not be read")
                : current is null ? (HostChangeState.InForce, $"{target.Wanted} is configured, and the driver runs no scheduler there, as in MIG mode")
                : target.Wanted.IsMetBy(current) ? (HostChangeState.InForce, $"{current} is in force")
                : (HostChangeState.RebootPending, $"{target.Wanted} is configured, and {current} is still in force");
            texts.Add((text, address));
            state = reached < state ? reached : state;
        }

        IEnumerable<string> sentences = texts.GroupBy(one => one.Text, one => one.Address.ToString()).Select(same => $"On {string.Join(", ", same)} {same.Key}.");
        return new HostVerification(
            state,
            string.Join(" ", unwritten.Select(name => $"{name} of the module nvidia is '{seen.Parameters.Raw(name)}', and '{Wanted.Raw(name)}' was sent.").Concat(sentences).Concat(_refusals)));
    }

    // A refusal leaves the GPU to the next boot, and is told with the result.
    private async Task<bool> SetLiveAsync(IShell shell, CancellationToken cancellationToken)
    {
        foreach (SchedulerTarget target in Targets.Where(target => target.IsLive))
        {
            string command = Command(target.Device.Address, target.Wanted);
            ShellResult result = await shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
            string said = NvidiaSmiAnswer.Of(result).Text;
            if (IsRefused(result.ExitCode, said))
            {
                _refusals.Add($"{Known.Name} refused '{command}': {said}");
            }
        }

        return true;
    }

    /// <summary>Whether an answer is a refusal: by its exit code, or by its words where that is 0 all the same.</summary>
    internal static bool IsRefused(int exitCode, string said) => exitCode != 0 || said.IndexOf("Unable to", StringComparison.OrdinalIgnoreCase) >= 0;

    /// <summary>The command that sets a scheduler live: 1 is best effort, 2 equal share, 3 fixed share; a slice is in nanoseconds and goes without strict round-robin.</summary>
    internal static string Command(PciAddress address, SchedulerSetting setting) => string.Format(
        CultureInfo.InvariantCulture,
        "nvidia-smi vgpu set-scheduler-state -i {0} -p {1}{2}",
        address,
        setting.Policy switch { VgpuSchedulerPolicy.EqualShare => 2, VgpuSchedulerPolicy.FixedShare => 3, _ => 1 },
        setting.TimeSliceMs is { } slice && setting.Policy != VgpuSchedulerPolicy.BestEffort ? string.Format(CultureInfo.InvariantCulture, " -a 0 -ts {0:0}", slice * 1_000_000) : string.Empty);

    private Task<SchedulerState> ReadStateAsync(VimSession session, CancellationToken cancellationToken) =>
        SchedulerReader.ReadStateAsync(session, Known, UsesShell ? context.Shells : null, context.ShellNotes, cancellationToken);
}
