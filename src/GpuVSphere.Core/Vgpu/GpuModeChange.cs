using System;
using System.Collections.Generic;
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

/// <summary>The switches and instances of one host's GPUs, sent through its shell and read back there.</summary>
internal sealed class GpuModeChange(GpuMode mode, PlanTarget target, GpuHost host, OperationContext context) : HostChange(target, host)
{
    /// <summary>All that is wanted, also what is so already: the result is held against it.</summary>
    public IReadOnlyList<GpuModeWish> Wishes { get; init; } = [];

    /// <summary>The GPUs whose mode is switched.</summary>
    public IReadOnlyList<GpuModeWish> Switched { get; init; } = [];

    /// <summary>The GPUs whose instances are changed.</summary>
    public IReadOnlyList<GpuModeWish> Parted { get; init; } = [];

    public override bool HasSomethingToApply => Switched.Count + Parted.Count > 0;

    public override async Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken)
    {
        Dictionary<string, string?> values = new(StringComparer.Ordinal);
        foreach (NvidiaSmiGpu gpu in await ReadGpusAsync(session, cancellationToken).ConfigureAwait(false))
        {
            if (gpu.Address is { } address)
            {
                values[mode.Configured(address)] = GpuMode.Text(mode.Pending(gpu));
                values[mode.InForce(address)] = GpuMode.Text(mode.Current(gpu));
                values[GpuModeWish.InstancesOf(address)] = Profiles(gpu);
            }
        }

        return values;
    }

    public override Task ApplyAsync(VimSession session, CancellationToken cancellationToken) => UseAsync(
        session,
        async (shell, token) =>
        {
            foreach (GpuModeWish wish in Switched)
            {
                await SendAsync(shell, wish.Address, mode.Command(wish.Address, wish.Enabled == true), mode.ErrorName + "NotSet", token).ConfigureAwait(false);
            }

            foreach (GpuModeWish wish in Parted)
            {
                await PartAsync(shell, wish, token).ConfigureAwait(false);
            }

            return true;
        },
        cancellationToken);

    public override async Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken) =>
        Verify(await ReadGpusAsync(session, cancellationToken).ConfigureAwait(false));

    /// <summary>Holds what is seen against what is wanted.</summary>
    internal HostVerification Verify(IReadOnlyList<NvidiaSmiGpu> seen)
    {
        HostChangeState state = HostChangeState.InForce;
        List<string> texts = [];
        foreach (GpuModeWish wish in Wishes)
        {
            NvidiaSmiGpu? gpu = seen.FirstOrDefault(gpu => gpu.Address == wish.Address);
            if (gpu is null)
            {
                texts.Add($"{wish.Address} is not seen by the host's driver.");
                state = HostChangeState.NotApplied;
                continue;
            }

            if (wish.Enabled is { } enabled)
            {
                bool? current = mode.Current(gpu), pending = mode.Pending(gpu);
                texts.Add($"{mode.Name} of {wish.Address} is {GpuMode.Text(current) ?? "not there"}{(current == pending ? "." : $", and {GpuMode.Text(pending)} after a reboot.")}");
                HostChangeState reached = pending != enabled ? HostChangeState.NotApplied : current != enabled ? HostChangeState.RebootPending : HostChangeState.InForce;
                state = reached < state ? reached : state;
            }

            if (wish.Instances is { } instances)
            {
                texts.Add(gpu.MigInstances.Count == 0 ? $"{wish.Address} has no GPU instance." : $"{wish.Address} has the GPU instances {string.Join(", ", gpu.MigInstances)}.");
                state = Profiles(gpu) == GpuModeWish.InstancesText(instances) ? state : HostChangeState.NotApplied;
            }
        }

        return new HostVerification(state, string.Join(" ", texts));
    }

    private static string? Profiles(NvidiaSmiGpu gpu) => GpuModeWish.InstancesText(gpu.MigInstances.Select(instance => instance.Profile));

    private Task<T> UseAsync<T>(VimSession session, Func<IShell, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        NvidiaSmiReader.UseAsync(session, Known, context.Shells, work, context.ShellNotes, cancellationToken);

    private async Task<IReadOnlyList<NvidiaSmiGpu>> ReadGpusAsync(VimSession session, CancellationToken cancellationToken) =>
        (await NvidiaSmiReader.ReadAsync(session, Known, context.Shells, context.ShellNotes, cancellationToken).ConfigureAwait(false)).Gpus;

    // Instances that are wanted and there stay; the others go first, since they may hold the place of new ones.
    private async Task PartAsync(IShell shell, GpuModeWish wish, CancellationToken cancellationToken)
    {
        IReadOnlyList<MigInstance> there = await ReadInstancesAsync(shell, wish.Address, cancellationToken).ConfigureAwait(false);
        (IReadOnlyList<MigInstance> extra, IReadOnlyList<string> missing) = Compare(there, wish.Instances!);
        try
        {
            await DestroyAsync(shell, wish.Address, extra, cancellationToken).ConfigureAwait(false);
            await MakeAsync(shell, wish.Address, missing, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException refused) when (refused.Id == "MigNotSet")
        {
            // What was half done is put back, so that a refusal changes nothing.
            IReadOnlyList<MigInstance> now = await ReadInstancesAsync(shell, wish.Address, cancellationToken).ConfigureAwait(false);
            (IReadOnlyList<MigInstance> made, IReadOnlyList<string> gone) = Compare(now, [.. there.Select(instance => instance.Profile)]);
            await DestroyAsync(shell, wish.Address, made, cancellationToken).ConfigureAwait(false);
            await MakeAsync(shell, wish.Address, gone, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private static (IReadOnlyList<MigInstance> Extra, IReadOnlyList<string> Missing) Compare(IReadOnlyList<MigInstance> there, IReadOnlyList<string> wanted)
    {
        List<string> missing = [.. wanted];
        List<MigInstance> extra = [.. there.Where(instance => !missing.Remove(instance.Profile.ToLowerInvariant()))];
        return (extra, missing);
    }

    private async Task<IReadOnlyList<MigInstance>> ReadInstancesAsync(IShell shell, PciAddress address, CancellationToken cancellationToken) =>
        (await NvidiaSmiReader.ReadAsync(shell, Known, cancellationToken).ConfigureAwait(false)).Gpus.FirstOrDefault(gpu => gpu.Address == address)?.MigInstances ?? [];

    private async Task DestroyAsync(IShell shell, PciAddress address, IReadOnlyList<MigInstance> instances, CancellationToken cancellationToken)
    {
        foreach (MigInstance instance in instances)
        {
            string one = FormattableString.Invariant($"nvidia-smi mig -i {address} -gi {instance.Id}");

            // Its compute instances must go before it; mostly it has none, and then this is refused.
            await shell.RunAsync(one + " -dci", cancellationToken).ConfigureAwait(false);
            await SendAsync(shell, address, one + " -dgi", "MigNotSet", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MakeAsync(IShell shell, PciAddress address, IReadOnlyList<string> profiles, CancellationToken cancellationToken)
    {
        if (profiles.Count > 0)
        {
            // The large ones first: they have fewest places to begin at, and a small one that is there before may hold the only one.
            IEnumerable<string> ordered = profiles.OrderByDescending(GpuModeWish.SlicesOf);
            await SendAsync(shell, address, $"nvidia-smi mig -i {address} -cgi {RemoteQuoting.Quote(string.Join(",", ordered))}", "MigNotSet", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(IShell shell, PciAddress address, string command, string errorId, CancellationToken cancellationToken)
    {
        ShellResult result = await shell.RunAsync(command, cancellationToken).ConfigureAwait(false);
        NvidiaSmiAnswer answer = NvidiaSmiAnswer.Of(result);

        // A mode that waits for the GPU to be free is told as a warning, and is what was asked for; reading back shows it.
        if (result.ExitCode != 0 && !answer.NeedsReboot)
        {
            throw new GpuVSphereException(
                errorId,
                GpuErrorCategory.OperationFailed,
                $"{Host.Name} refused '{command}': {answer.Text}",
                Host.Name,
                answer.Text.IndexOf("Insufficient Resources", StringComparison.OrdinalIgnoreCase) >= 0
                    ? $"Beside the instances that stay there is no place for the others. Set-GpuMig -VMHost {Typed.Name(Host.Name)} -Device {address} -Instance @() removes all; then run the command again. Get-GpuMig -VMHost {Typed.Name(Host.Name)} shows them."
                    : "Power off the VMs that use the GPU, or move them away, then run the command again.");
        }
    }
}
