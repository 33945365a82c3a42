using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Catalog;
using GpuVSphere.Inventory;
using GpuVSphere.Smi;
using GpuVSphere.Vim;

namespace GpuVSphere.Vgpu;

/// <summary>
/// A live host with what decides about vGPU: the manager that runs, by nvidia-smi where it was asked, else by the host's VIBs; its ESXi; its GPUs that are not
/// given to passthrough. The driver in a guest is known to nvidia-smi alone, while the VM runs: vSphere has no property for it.
/// </summary>
public sealed class HostCompatibility
{
    private readonly VgpuCatalog _catalog;
    private readonly GpuHost _host;
    private readonly IReadOnlyCollection<NvidiaSmiGpu> _told;
    private readonly CompatibilityQuestion _question;

    private HostCompatibility(VgpuCatalog catalog, GpuHost host, IReadOnlyCollection<NvidiaSmiGpu> told, CompatibilityQuestion question) =>
        (_catalog, _host, _told, _question) = (catalog, host, told, question);

    /// <summary>Whether a vGPU manager is installed.</summary>
    public bool HasManager => _question.Manager is not null;

    /// <summary>Reads a host's manager; the rest was read before.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="session">The server of the host.</param>
    /// <param name="host">The host, as the inventory has it.</param>
    /// <param name="told">What nvidia-smi said on the host; empty where it was not asked.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="GpuVSphereException">HostNotConnected, EsxCliFault.</exception>
    public static async Task<HostCompatibility> ReadAsync(
        VgpuCatalog catalog, VimSession session, GpuHost host, IReadOnlyCollection<NvidiaSmiGpu> told, CancellationToken cancellationToken)
    {
        IReadOnlyList<NvidiaVib> vibs = await NvidiaVibs.ReadAsync(session, host, cancellationToken).ConfigureAwait(false);
        return Of(catalog, host, vibs, told);
    }

    /// <summary>Puts together what was read.</summary>
    /// <param name="catalog">What is known.</param>
    /// <param name="host">The host.</param>
    /// <param name="vibs">NVIDIA's VIBs on it.</param>
    /// <param name="told">What nvidia-smi said on the host; empty where it was not asked.</param>
    public static HostCompatibility Of(VgpuCatalog catalog, GpuHost host, IReadOnlyList<NvidiaVib> vibs, IReadOnlyCollection<NvidiaSmiGpu> told)
    {
        NvidiaVib? driver = vibs.FirstOrDefault(vib => vib.DriverVersion is not null);
        string? version = told.Select(gpu => gpu.DriverVersion).FirstOrDefault(text => text is not null) ?? driver?.DriverVersion?.ToString();
        GpuDevice[] devices = [.. host.Devices.Where(device => !device.IsActive)];
        CompatibilityGpu[] gpus =
        [
            .. devices.Select(device => (device.Model, device.Name, Boards: catalog.FindBoards(device.VendorId, device.DeviceId, device.SubVendorId, device.SubDeviceId)))
                .GroupBy(one => string.Join("/", one.Boards.Select(board => board.Name).Distinct().DefaultIfEmpty(one.Name)))
                .Select(same => same.First())
                .Select(one => new CompatibilityGpu(
                    one.Boards.Select(board => board.Name).Distinct().Count() == 1 ? one.Boards[0].Product : one.Model ?? one.Name,
                    [.. one.Boards.Select(board => board.Name).Distinct()])),
        ];
        return new HostCompatibility(catalog, host, told, new CompatibilityQuestion
        {
            HostId = host.Id,
            HostName = host.Name,
            ServerName = host.ServerName,
            EsxiVersion = host.Version,
            Manager = version is null ? null : catalog.ReadVersion(version, VgpuSide.Manager),
            WhyNoManager = version is null ? $"{host.Name} has no vGPU manager: none of its VIBs is NVIDIA's driver." : null,
            PendingManager = told.Count == 0 ? driver?.Pending : null,
            Gpus = gpus,
        });
    }

    /// <summary>Judges the host with each of its VMs.</summary>
    /// <param name="vms">The VMs with vGPUs that are meant; without any the host is judged alone.</param>
    /// <param name="guests">What was given of guest drivers.</param>
    /// <param name="licenseServer">The licence server; null when none was asked about.</param>
    public IReadOnlyList<VgpuCompatibility> Judge(IReadOnlyList<GpuVm> vms, GuestDrivers guests, LicenseServerKind? licenseServer)
    {
        CompatibilityQuestion question = _question with { LicenseServer = licenseServer };
        return vms.Count == 0
            ? [CompatibilityReport.Judge(_catalog, question)]
            : [.. vms.Select(vm => CompatibilityReport.Judge(_catalog, Of(vm, question, guests)))];
    }

    /// <summary>Plans another manager.</summary>
    /// <param name="planned">The planned manager.</param>
    /// <param name="vms">The VMs with vGPUs that are meant.</param>
    /// <param name="guests">What was given of guest drivers.</param>
    /// <param name="licenseServer">The licence server; null when none was asked about.</param>
    public VgpuUpgradePlan Plan(VgpuVersion planned, IReadOnlyList<GpuVm> vms, GuestDrivers guests, LicenseServerKind? licenseServer) =>
        ManagerUpgrade.Plan(_catalog, _question with { LicenseServer = licenseServer }, planned, [.. vms.Select(vm => new KeyValuePair<string, VgpuVersion?>(vm.Name, DriverOf(vm, guests)))]);

    private CompatibilityQuestion Of(GpuVm vm, CompatibilityQuestion question, GuestDrivers guests)
    {
        string[] profiles = [.. vm.PciDevices.Select(device => device.VgpuProfile).OfType<string>()];
        string[] boards = [.. profiles.Select(profile => _catalog.FindType(profile)?.Board).OfType<string>().Distinct()];
        VgpuVersion? driver = DriverOf(vm, guests);
        return question with
        {
            VmId = vm.Id,
            VmName = vm.Name,
            Profiles = profiles,

            // Of the host's GPUs only the one counts that the VM's profiles are of.
            Gpus = boards.Length > 0 ? [.. boards.Select(board => new CompatibilityGpu(_catalog.Boards.First(one => one.Name == board).Product, [board]))] : question.Gpus,
            Guest = driver,
            WasGuestAsked = vm.IsRunning && _told.Count > 0,
            WhyNoGuest = driver is not null ? null
                : vm.IsRunning && _told.Count > 0 ? $"nvidia-smi on {_host.Name} does not say which driver {vm.Name} has: none is loaded in the guest."
                : vm.IsRunning ? $"Which driver {vm.Name} has is not known."
                : $"Which driver {vm.Name} has is not known: it is {(vm.PowerState == "suspended" ? "suspended" : "powered off")}, and only a running VM's can be asked for.",
        };
    }

    // What the driver itself says goes before what was typed for all, and what was typed for this VM before both.
    private VgpuVersion? DriverOf(GpuVm vm, GuestDrivers guests)
    {
        string? seen = _told
            .SelectMany(gpu => gpu.Vgpus)
            .Where(vgpu => string.Equals(vgpu.VmName, vm.Name, StringComparison.Ordinal))
            .Select(vgpu => vgpu.GuestDriverVersion)
            .FirstOrDefault(text => text is not null && DriverVersion.TryParse(text) is not null);
        return guests.Of(vm) ?? (seen is null ? guests.ForAll : _catalog.ReadVersion(seen, VgpuSide.Guest));
    }
}
