using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Changes;
using GpuVSphere.Inventory;
using GpuVSphere.Operations;
using GpuVSphere.Shell;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>NVIDIA's software on one host, with its graphics where that was asked for too: graphics first, then the software, then one reboot for both.</summary>
internal sealed class VibChange(PlanTarget target, GpuHost host, VibPlan plan, VibSender sender, GraphicsSender? graphics, IHostShells? shells, HostShellNotes notes) : HostChange(target, host)
{
    private readonly List<string> _notVerified = [];
    private string? _answered;

    public override bool HasSomethingToApply => !plan.IsEmpty || graphics?.Config is not null;

    public override bool NeedsMaintenanceToApply => !plan.IsEmpty && !Known.InMaintenanceMode;

    public VibPlan Plan => plan;

    /// <summary>What esxcli answered.</summary>
    public IReadOnlyList<SoftwareOutcome> Outcomes => sender.Outcomes;

    /// <summary>What could not be verified, and why.</summary>
    public IReadOnlyList<string> NotVerified => _notVerified;

    public override async Task<IReadOnlyDictionary<string, string?>> ReadAsync(VimSession session, CancellationToken cancellationToken)
    {
        GpuHost now = await ReadHostAsync(session, cancellationToken).ConfigureAwait(false);
        SoftwareState software = await SoftwareReader.ReadVibsAsync(session, now, cancellationToken).ConfigureAwait(false);
        Dictionary<string, string?> values = new(StringComparer.Ordinal) { [VibPlanner.DriverProperty] = VibPlanner.DriverText(HasDriver(now)) };
        foreach (KeyValuePair<string, string?> value in software.Values())
        {
            values[value.Key] = value.Value;
        }

        foreach (KeyValuePair<string, string?> value in (await GraphicsAsync(session, now, cancellationToken).ConfigureAwait(false)).Values())
        {
            values[value.Key] = value.Value;
        }

        return values;
    }

    /// <summary>Asks the host whether it would take the software, before anything is touched.</summary>
    /// <exception cref="GpuVSphereException">VibDependency, VibAcceptance, PackageDamaged and the like.</exception>
    public Task TryAsync(VimSession session, CancellationToken cancellationToken) => sender.TryAsync(session, cancellationToken);

    public override async Task ApplyAsync(VimSession session, CancellationToken cancellationToken)
    {
        if (graphics is not null)
        {
            await graphics.SendAsync(session, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await sender.SendAsync(session, cancellationToken).ConfigureAwait(false);
        }
        catch (GpuVSphereException) when (graphics?.Config is not null && sender.Outcomes.Count == 0)
        {
            // Nothing was installed: then nothing is to be changed.
            await graphics.TakeBackAsync(session).ConfigureAwait(false);
            throw;
        }
    }

    public override async Task<HostVerification> VerifyAsync(VimSession session, CancellationToken cancellationToken)
    {
        GpuHost now = await ReadHostAsync(session, cancellationToken).ConfigureAwait(false);
        SoftwareState software = await SoftwareReader.ReadVibsAsync(session, now, cancellationToken).ConfigureAwait(false);
        List<string> texts = [];
        HostChangeState state = HostChangeState.InForce;
        foreach (KeyValuePair<string, string?> vib in plan.Wanted)
        {
            string? found = software.VersionOf(vib.Key);
            texts.Add(found is null ? $"{vib.Key} is not on the host." : $"{vib.Key} {found} is listed.");
            state = found == vib.Value ? state : HostChangeState.NotApplied;
        }

        GraphicsState seen = await GraphicsAsync(session, now, cancellationToken).ConfigureAwait(false);
        HostVerification? types = graphics?.Verify(seen);
        if (types is not null)
        {
            texts.Add(types.Text);
        }

        bool isRebooted = Known.BootTime is null || now.BootTime != Known.BootTime;
        if (state == HostChangeState.NotApplied || types?.State == HostChangeState.NotApplied)
        {
            return new HostVerification(HostChangeState.NotApplied, string.Join(" ", texts));
        }

        if (!isRebooted && HasSomethingWaiting(now))
        {
            texts.Add((plan.Install.Count > 0 || plan.Wanted.Values.Any(version => version is not null) ? "It runs after a reboot" : "What was removed runs on until a reboot") + (sender.Outcomes.Count > 0 && sender.Outcomes.All(outcome => !outcome.IsRebootRequired) ? ", although esxcli printed Reboot Required: false." : "."));
            return new HostVerification(HostChangeState.RebootPending, string.Join(" ", texts));
        }

        if (plan.BringsDriver)
        {
            state = await AskDriverAsync(session, now, seen, texts, cancellationToken).ConfigureAwait(false);
        }

        state = types is not null && types.State < state ? types.State : state;
        return new HostVerification(state, string.Join(" ", texts));
    }

    internal static bool HasDriver(GpuHost host) => host.Devices.Any(device => device.GraphicsType is GraphicsWords.Shared or GraphicsWords.SharedDirect);

    // Before the reboot something waits whenever something was sent, or a driver that is there runs for no GPU.
    private bool HasSomethingWaiting(GpuHost now) => HasSomethingToApply || (plan.BringsDriver && !HasDriver(now) && now.Devices.Any(device => !device.IsActive && !device.IsEnabled));

    private async Task<HostChangeState> AskDriverAsync(VimSession session, GpuHost now, GraphicsState seen, List<string> texts, CancellationToken cancellationToken)
    {
        PciAddress[] meant = [.. seen.Kept.Where(device => seen.ConfiguredType(device.Address) == GraphicsWords.SharedDirect).Select(device => device.Address)];
        if (_answered is not null)
        {
            texts.Add(_answered);
            return HostChangeState.InForce;
        }

        _notVerified.Clear();
        try
        {
            NvidiaSmiReport report = await NvidiaSmiReader.ReadAsync(session, now, shells, notes, cancellationToken).ConfigureAwait(false);
            string[] wrong = [.. meant.Where(address => report.Gpus.All(gpu => gpu.Address != address || !gpu.IsHostVgpu)).Select(address => address.ToString())];
            if (wrong.Length > 0)
            {
                texts.Add($"nvidia-smi answers (driver {report.DriverVersion}), and does not say Host VGPU of {string.Join(", ", wrong)}.");
                return HostChangeState.RebootPending;
            }

            DriverVersion[] expected = [.. plan.Wanted
                .Where(vib => vib.Value is not null && SoftwareState.Judge(vib.Key, vib.Value) is { Flavour: not VgpuPackageFlavour.ManagementDaemon })
                .Select(vib => DriverVersion.TryParse(vib.Value))
                .OfType<DriverVersion>()];
            if (DriverVersion.TryParse(report.DriverVersion) is { } running && expected.Length > 0 && !expected.Contains(running))
            {
                texts.Add($"nvidia-smi answers with driver {running}, and {string.Join(", ", expected.Select(version => version.ToString()))} was installed: the host still runs what it had.");
                return HostChangeState.RebootPending;
            }

            _answered = $"nvidia-smi answers: driver {report.DriverVersion}" + (meant.Length > 0 ? $", Host VGPU on {string.Join(", ", meant)}." : ".");
            texts.Add(_answered);
            return HostChangeState.InForce;
        }
        catch (GpuVSphereException e) when (e.Id is "NvidiaDriverNotLoaded" or "NvidiaNoDevices" or "NvidiaSmiMissing" or "NvidiaSmiFailed" or "NvidiaNotInVgpuMode")
        {
            texts.Add(e.Message);
            return HostChangeState.RebootPending;
        }
        catch (GpuVSphereException e) when (e is not VimFaultException { Category: GpuErrorCategory.ConnectionFailed } && e is not NotAuthenticatedException)
        {
            // Without a shell the graphics manager still tells whether the driver has the GPUs.
            bool serves = HasDriver(now) || !seen.Kept.Any();
            texts.Add(serves ? "The host's graphics manager shows the GPUs with the driver." : "The host's graphics manager does not show the driver on any GPU.");
            _notVerified.Add($"that nvidia-smi answers{(meant.Length > 0 ? $" and says Host VGPU of {string.Join(", ", meant)}" : string.Empty)}: {e.Message}{(e.NextStep is null ? string.Empty : " " + e.NextStep)}");
            return serves ? HostChangeState.InForce : HostChangeState.RebootPending;
        }
    }

    private static async Task<GraphicsState> GraphicsAsync(VimSession session, GpuHost now, CancellationToken cancellationToken)
    {
        IReadOnlyList<HostGraphics> read = await session.ReadGraphicsAsync([now.Id.Reference], cancellationToken).ConfigureAwait(false);
        return new GraphicsState(now, read.FirstOrDefault() ?? new HostGraphics { Host = now.Id.Reference });
    }
}
